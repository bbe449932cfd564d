from __future__ import annotations

import pytest

from store.model import OutboxKind
from store.unit_of_work import Store
from tests.store.queued import queue
from tests.store.samples import open_case


@pytest.mark.parametrize("written", ["alert@tip.chirper.example", "<alert@tip.chirper.example>"])
def test_the_case_of_an_alert_is_found_by_the_alerts_id(store: Store, written: str) -> None:
    case = open_case(store)
    queue(store, "alert", case_id=case.id)
    with store.snapshot() as work:
        assert work.threads.case_answered_by(["unknown@x.example", written]) == case.id
        assert work.threads.case_answered_by(["unknown@x.example"]) is None


def test_a_mail_to_a_reporter_answers_for_no_case_of_staff(store: Store) -> None:
    case = open_case(store)
    queue(store, "notice", OutboxKind.DECISION, case_id=case.id)
    with store.snapshot() as work:
        assert work.threads.case_answered_by(["notice@tip.chirper.example"]) is None


@pytest.mark.parametrize(
    ("thread", "found"),
    [
        (["<old@tip.chirper.example>", "new@tip.chirper.example"], "new"),
        (["<new@tip.chirper.example>", "<old@tip.chirper.example>", "<x@y.example>"], "old"),
        (["<alert@tip.chirper.example>"], None),
        (["%", "_" * 12], None),
        ([], None),
    ],
)
def test_the_mail_to_a_reporter_that_a_thread_names_last_is_found(
    store: Store, thread: list[str], found: str | None
) -> None:
    for key in ("old", "new"):
        queue(store, key, OutboxKind.ACKNOWLEDGEMENT)
    queue(store, "alert")
    with store.snapshot() as work:
        message = work.threads.answered(thread)
    assert (message.mail.dedupe_key if message else None) == found
