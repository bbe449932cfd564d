from __future__ import annotations

import pytest

from ingest.reading import ReadingRules, read_message
from ingest.reading.header_marks import AUTOMATION_FIELDS, RESPONDER_FIELDS
from ingest.reading.traits import MAX_RECIPIENTS
from notifier import signs


def headers(field: str) -> tuple[tuple[str, str], ...]:
    raw = f"From: anna@example.org\n{field}\n\nhello"
    return read_message(raw.encode(), None, ReadingRules()).traits.headers


TESTED = {
    *(set(signs.HEADERS) - {"delivered-to", "sender"}),
    *RESPONDER_FIELDS,
}


@pytest.mark.parametrize("name", sorted(TESTED))
def test_each_field_that_a_rule_tests_is_collected(name: str) -> None:
    # Of Delivered-To and Sender, only a responder's is; see below.
    assert name in AUTOMATION_FIELDS
    assert headers(f"{name}: yes")[0][0] == name


@pytest.mark.parametrize("name", [*AUTOMATION_FIELDS, "list-id", "list-archive", "list-of-mine"])
def test_no_words_of_a_field_are_kept(name: str) -> None:
    kept = headers(f"{name}: CANARY owner-CANARY <CANARY> autoresponder (CANARY); x=CANARY")
    assert "canary" not in str(kept).lower()


@pytest.mark.parametrize(
    ("field", "kept"),
    [
        ("Auto-Submitted: (by us) Auto-Replied; owner=x", "auto-replied"),
        ("Auto-Submitted: no", "no"),
        ("Auto-Submitted:", ""),
        ("Auto-Submitted: quite so", "other"),
        ("Precedence: Bulk", "bulk"),
        ("X-Spam-Flag: YES", "yes"),
        ("X-Loop: <cp@chirper.example>, words", "cp@chirper.example"),
        ("X-Loop-Prevention: True", "true"),
        ("Sender: owner-safety@example.net", "list-owner"),
        ("Delivered-To: Autoresponder", "autoresponder"),
    ],
)
def test_what_a_rule_reads_is_kept(field: str, kept: str) -> None:
    assert headers(field) == ((field.partition(":")[0].lower(), kept),)


@pytest.mark.parametrize(
    "field", ["Sender: anna@example.org", "Delivered-To: cp@chirper.example", "X-Spam-Score: 9"]
)
def test_a_field_that_no_rule_reads_is_not(field: str) -> None:
    assert headers(field) == ()


def test_many_fields_cost_little() -> None:
    fields = "\n".join(f"X-Loop: a{number}@example.org" for number in range(400))
    assert len(headers(f"{fields}\nList-A: b\nList-B: c")) == 200


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("To: CP@chirper.example", ("CP@chirper.example",)),
        ("Cc: Anna <anna@x.example>, <cp+web@chirper.example>", ("cp+web@chirper.example",)),
        ("Delivered-To: cp@chirper.example", ("cp@chirper.example",)),
        ("To: undisclosed-recipients:;", ()),
        ("To: cp@elsewhere.example", ()),
        ("X-To: cp@chirper.example", ()),
        (f"To: {', '.join(f'cp+{n}@chirper.example' for n in range(99))}", None),
    ],
)
def test_the_header_tells_which_of_our_addresses_a_mail_is_for(
    field: str, found: tuple[str, ...] | None
) -> None:
    raw = f"From: anna@example.org\n{field}\n\nhello"
    told = read_message(raw.encode(), None, ReadingRules()).recipients
    assert len(told) == MAX_RECIPIENTS if found is None else told == found
