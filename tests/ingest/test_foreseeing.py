from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.foreseeing import Foresight, foresee
from ingest.match import Decision
from ingest.reading import read_message
from store.evidence import Evidence
from store.model import Disposition, Door, Envelope, OutboxKind
from store.references import reply_token
from store.states import InboxState
from store.tokens import return_token
from store.unit_of_work import Store
from tests.ingest.desk import KEY, RULES, Desk, mail
from tests.ingest.reading.test_delivery import notification
from tests.store.samples import NOW, outgoing

CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*.eml"))


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    return Desk(store, evidence)


def foreseen(desk: Desk, raw: bytes, envelope: Envelope | None = None) -> Foresight:
    with desk.store.snapshot() as work:
        return foresee(
            work, read_message(raw, envelope, RULES), RULES.home.key, desk.terms, desk.clock()
        )


def check(desk: Desk, raw: bytes, sender: str = "maria@mail.example", **envelope: Any) -> Foresight:
    """Foresee a mail, then file it, and compare."""
    given = {"reverse_path": sender, "recipients": ("cp@chirper.example",)} | envelope
    before = {case.reference: case.state for case in desk.cases()}
    told = foreseen(desk, raw, Envelope(door=Door.SMTP, received_at=NOW, **given))
    message = desk.file(raw, sender, **envelope)
    after = {case.reference: case.state for case in desk.cases()}
    assert message.state is told.state
    assert told.reason in (message.reason or "")
    opens = [step for step in told.steps if step.decision is Decision.OPEN]
    assert len(after) - len(before) == len(opens)
    for step in told.steps:
        if step.case:
            assert step.case.reference in (message.reason or "")
            reopened = before[step.case.reference] != after[step.case.reference]
            assert reopened is (step.decision is Decision.REOPEN)
    return told


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_is_foreseen_is_what_filing_does(desk: Desk, path: Path) -> None:
    desk.file(mail("look at @some_one", Message_ID="<0@mail.example>"))

    check(desk, path.read_bytes())


def again(number: int) -> bytes:
    return mail(Message_ID=f"<{number}@mail.example>")


def test_a_report_opens_then_joins_then_reopens(desk: Desk) -> None:
    (first,) = check(desk, again(1)).steps
    (second,) = check(desk, again(2)).steps
    with desk.store.transaction() as work:
        work.cases.close(desk.case(), "anna", Disposition.NO_VIOLATION, NOW)
        work.commit()
    (third,) = check(desk, again(3)).steps

    assert [first.decision, second.decision, third.decision] == ["open", "join", "reopen"]
    assert second.case
    assert second.case.reference == desk.case().reference


def test_a_report_of_nobody_opens_a_case_of_its_own(desk: Desk) -> None:
    (step,) = check(desk, mail("Somebody worries me very much.")).steps

    assert (step.decision, step.sighting) == (Decision.OPEN, None)


def test_a_reply_joins_the_cases_of_its_report_by_token_only(desk: Desk) -> None:
    check(desk, again(1))
    (report,) = desk.reports()
    token = reply_token(report.reference, KEY)
    answer: Callable[..., bytes] = lambda number: mail(  # noqa: E731 - one mail, twice
        "It happened again.", Subject="Re: your report", Message_ID=f"<{number}@mail.example>"
    )

    ours = check(desk, answer(2), recipients=(f"cp+{token}@chirper.example",))
    forged = check(desk, answer(3), recipients=("cp+abcdef@chirper.example",))

    assert [step.decision for step in ours.steps] == [Decision.JOIN]
    assert report.reference in ours.reason
    assert [step.decision for step in forged.steps] == [Decision.OPEN]


def test_an_answer_to_an_alert_is_recorded(desk: Desk) -> None:
    check(desk, again(1))
    with desk.store.transaction() as work:
        alert = outgoing(
            "key", OutboxKind.ALERT, message_id="<key@chirper.example>", case_id=desk.case().id
        )
        work.outbox.queue(alert, NOW)
        work.commit()
    (staff,) = RULES.staff_addresses
    raw = mail(
        "I take it.",
        From=staff,
        In_Reply_To="<key@chirper.example>",
        Message_ID="<9@chirper.example>",
    )

    told = check(desk, raw, sender=staff)

    assert told.state is InboxState.RECORDED
    assert desk.case().reference in told.reason


@pytest.mark.parametrize(
    "fields", ["Action: failed\nStatus: 5.1.1", "Action: delayed\nStatus: 4.4.1", "X: none"]
)
def test_what_came_back_of_a_mail_of_ours_is_foreseen(desk: Desk, fields: str) -> None:
    desk.file(mail())
    about = {"report_id": desk.reports()[0].id, "recipient": "maria@mail.example"}
    with desk.store.transaction() as work:
        number = work.outbox.queue(outgoing("key", OutboxKind.ACKNOWLEDGEMENT, **about), NOW)
        work.commit()
    token = return_token(number or 0, KEY, desk.clock())
    told = check(desk, notification(fields), "", recipients=(f"cp+{token}@chirper.example",))
    assert (told.state, told.steps) == (InboxState.RECORDED, ())


@pytest.mark.parametrize(("days", "decision"), [(10, Decision.REOPEN), (300, Decision.OPEN)])
def test_a_reply_to_what_was_decided_is_foreseen(desk: Desk, days: int, decision: Decision) -> None:
    desk.file(mail("something here worries me"))
    with desk.store.transaction() as work:
        work.cases.close(desk.case(), "anna", Disposition.NO_VIOLATION, desk.clock())
        work.commit()
    desk.clock.now += timedelta(days=days)
    token = reply_token(desk.reports()[0].reference, KEY)
    raw = mail("it is not over", Message_ID="<2@mail.example>", Subject="Re: your report")
    told = check(desk, raw, recipients=(f"cp+{token}@chirper.example",))
    assert [step.decision for step in told.steps] == [decision]
