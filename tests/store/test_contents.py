from __future__ import annotations

from store.model import EvidencePart, Role, Sighting
from store.unit_of_work import Store
from tests.store.samples import NOW, account_named, report_in

SIGHTING = Sighting(
    account=account_named("Alex", user_id="7"),
    role=Role.REPORTED,
    method="profile_url",
    confidence=0.9,
    part="text",
    span=(3, 9),
)
PART = EvidencePart(filename="a.png", content_type="image/png", size=9, sha256="a" * 64)


def test_words_and_defects_are_kept_beside_the_report(store: Store) -> None:
    report = report_in(store, words=b"sealed words", defects=("one", "two"))
    with store.snapshot() as work:
        assert work.contents.sealed_words(report.id) == b"sealed words"
        assert work.contents.defects(report.id) == ["one", "two"]


def test_sightings_are_read_back_as_they_were_written(store: Store) -> None:
    report = report_in(store)
    with store.transaction() as work:
        account = work.accounts.add_or_complete(SIGHTING.account, NOW)
        work.contents.add_sighting(report.id, account, SIGHTING)
        assert work.contents.sightings(report.id) == [SIGHTING]


def test_evidence_is_listed_in_order_and_without_names(store: Store) -> None:
    report = report_in(store)
    second = EvidencePart(filename=None, content_type="x/" + "y" * 300, size=1, sha256="b" * 64)
    with store.transaction() as work:
        work.contents.add_evidence(report.id, [PART, second])
        listed = work.contents.evidence(report.id)
    assert [(part.filename, part.sha256[0]) for part in listed] == [(None, "a"), (None, "b")]
    assert len(listed[1].content_type) == 120
