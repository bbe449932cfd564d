from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from store.alerts import NewAlert
from store.evidence import Evidence
from store.model import Door, InboundMessage, MailKind, OutboxKind, StaffAction, StaffCommand
from store.states import CommandState, InboxState
from store.tokens import ActionToken, action_token, person_tag
from store.unit_of_work import Store
from tests.ingest.desk import KEY, PROFILE, RULES, START, Desk, mail
from tests.ingest.test_filing import ANSWER, outgoing, queue

(STAFF,) = RULES.staff_addresses


def token(case: str, action: StaffAction | None = None) -> str:
    expires = START + timedelta(days=2)
    made = ActionToken(case=case, person=person_tag("duty"), action=action, expires_at=expires)
    return action_token(made, KEY)


def to(token: str) -> dict[str, tuple[str, ...]]:
    return {"recipients": (f"cp+{token}@chirper.example",)}


def sent(desk: Desk, text: str, sender: str = STAFF, **fields: str) -> InboundMessage:
    """Send a mail to the address for taking the one case there is."""
    to_take = token(desk.case().reference, StaffAction.TAKE)
    raw = mail(text, From=sender, Message_ID="<2@mail.example>", **fields)
    return desk.file(raw, sender, **to(to_take))


def command(desk: Desk, message: InboundMessage) -> StaffCommand:
    with desk.store.snapshot() as work:
        found = work.commands.of_message(message.id)
    assert found is not None
    return found


@pytest.fixture
def reported(store: Store, evidence: Evidence) -> Desk:
    desk = Desk(store, evidence)
    desk.file(mail())
    return desk


def test_a_mail_to_an_action_is_a_command_about_its_case(reported: Desk) -> None:
    message = sent(reported, "take")
    found = command(reported, message)
    assert (message.state, message.kind) == (InboxState.RECORDED, MailKind.STAFF_REPLY)
    assert (found.case_id, found.action) == (reported.case().id, StaffAction.TAKE)
    assert (found.sender, found.state) == (STAFF, CommandState.PENDING)
    assert found.token == token(reported.case().reference, StaffAction.TAKE)


def test_an_answer_to_an_alert_is_a_command_about_its_case(reported: Desk) -> None:
    queue(reported, OutboxKind.ALERT, case_id=reported.case().id)
    raw = mail("snooze 2h", From=STAFF, Message_ID="<2@mail.example>", **ANSWER)
    found = command(reported, reported.file(raw, STAFF))
    assert (found.token, found.span) == (None, timedelta(hours=2))
    assert found.case_id == reported.case().id


def test_a_stranger_at_an_action_opens_no_case(reported: Desk) -> None:
    message = sent(reported, "take", "eve@mail.example")
    assert message.state is InboxState.RECORDED
    assert command(reported, message).sender == "eve@mail.example"
    assert len(reported.cases()) == 1


def test_a_stranger_who_reports_something_is_heard_at_any_address(reported: Desk) -> None:
    message = sent(reported, f"Another one: {PROFILE}2", "eve@mail.example")
    assert message.state is InboxState.FILED
    assert len(reported.cases()) == 2


def test_an_absence_note_at_an_action_is_written_down_as_one(reported: Desk) -> None:
    message = sent(reported, "I am away", Auto_Submitted="auto-replied")
    assert message.kind is MailKind.AUTO_REPLY
    assert command(reported, message).kind is MailKind.AUTO_REPLY


def test_a_forged_token_is_no_command(reported: Desk) -> None:
    signed = token(reported.case().reference)
    forged = signed[:-1] + ("1" if signed.endswith("0") else "0")
    raw = mail("take", From="eve@mail.example", Message_ID="<2@mail.example>")
    assert reported.file(raw, "eve@mail.example", **to(forged)).state is InboxState.FILED


def test_a_token_of_a_case_that_is_gone_is_written_down(reported: Desk) -> None:
    raw = mail("take", From=STAFF, Message_ID="<2@mail.example>")
    message = reported.file(raw, STAFF, **to(token("C-00000-00000")))
    assert "not there any more" in (message.reason or "")
    assert command(reported, message).case_id is None


def test_a_forward_is_marked_as_one(reported: Desk) -> None:
    message = sent(reported, "take", Subject="Fwd: take")
    assert command(reported, message).forwarded


def test_the_words_of_a_command_are_nowhere_in_clear(reported: Desk) -> None:
    message = sent(reported, "note canaryword by telephone\n\ncanarybelow")
    found = command(reported, message)
    assert found.remark is not None
    assert reported.evidence.open_words(found.remark).text == "canaryword by telephone"
    assert "canary" not in repr(found)


def test_a_command_that_comes_twice_is_one(reported: Desk) -> None:
    first = sent(reported, "take")
    second = sent(reported, "take")
    assert "repeat" in (second.reason or "")
    with reported.store.snapshot() as work:
        assert work.commands.pending(9) == [first.id]


def test_a_command_is_decided_once_and_the_inbox_tells(reported: Desk) -> None:
    message = sent(reported, "take")
    found = command(reported, message)
    at = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    with reported.store.transaction() as work:
        assert work.commands.settle(found, CommandState.DONE, "take by duty", "duty", at)
        assert not work.commands.settle(found, CommandState.REFUSED, "other", None, at)
        work.commit()
    settled = command(reported, message)
    assert (settled.state, settled.person, settled.decided_at) == (CommandState.DONE, "duty", at)
    assert (reported.message(message.id).reason or "").endswith("; done: take by duty")
    with reported.store.snapshot() as work:
        assert work.commands.pending(9) == []
        assert work.commands.spent(str(found.token)) == settled
        assert work.commands.of_case(reported.case().id) == [settled]


def test_an_empty_mail_to_an_action_is_a_command_without_words(reported: Desk) -> None:
    found = command(reported, sent(reported, "\n"))
    assert not found.has_words
    empty = EmailMessage()
    empty["From"], empty["Message-ID"] = STAFF, "<3@mail.example>"
    raw = empty.as_bytes().replace(b"\n", b"\r\n")
    message = reported.file(raw, STAFF, **to(token(reported.case().reference)))
    assert command(reported, message).action is None


def test_an_answer_to_a_summary_is_about_the_case_that_it_names(reported: Desk) -> None:
    case = reported.case()
    with reported.store.transaction() as work:
        summary = outgoing("key", OutboxKind.ALERT, message_id="<key@chirper.example>")
        number = work.outbox.queue(replace(summary, recipient=STAFF), START)
        assert number is not None
        started = work.escalations.start(case.id, {}, START, START)
        new = NewAlert(
            case_id=case.id,
            escalation_id=started,
            step=0,
            round=0,
            address=STAFF,
            severity=case.severity,
        )
        work.alerts.add(new, START)
        work.carrying.carry(STAFF, number, START)
        work.commit()

    def answer(text: str, number: int) -> InboundMessage:
        raw = mail(text, From=STAFF, Message_ID=f"<{number}@mail.example>", **ANSWER)
        return reported.file(raw, STAFF)

    named = answer(f"take {case.reference}", 2)
    assert command(reported, named).case_id == case.id
    unnamed = answer("take", 3)
    assert (unnamed.state, command(reported, unnamed).case_id) == (InboxState.RECORDED, None)
    assert "several cases" in (unnamed.reason or "")
    other = answer("take C-00000-00000", 4)
    assert command(reported, other).case_id is None
    assert len(reported.cases()) == 1


@pytest.mark.parametrize("door", [Door.ARCHIVE, Door.SMTP])
def test_a_command_from_an_archive_is_marked_as_one(reported: Desk, door: Door) -> None:
    to_take = token(reported.case().reference, StaffAction.TAKE)
    raw = mail(
        "take", From=STAFF, To=f"cp+{to_take}@chirper.example", Message_ID="<2@mail.example>"
    )
    found = command(reported, reported.file(raw, STAFF, door=door, **to(to_take)))
    assert found.traits.archived is (door is Door.ARCHIVE)
