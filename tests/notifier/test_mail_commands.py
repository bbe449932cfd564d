from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import structlog.testing

from ingest.reading.commands import written_command
from notifier import commands
from notifier.actions import Actions, MailRules
from notifier.authentication import Required
from notifier.mail_commands import ATTEMPTS, MailCommands
from notifier.manners import Manners
from notifier.samples import sample_notices
from notifier.staff_notices import Answered, write_notice
from store.evidence import Evidence, SealedBody
from store.inbox import NewMessage
from store.keys import create_identity
from store.model import (
    Case,
    CommandFault,
    Disposition,
    Door,
    Envelope,
    EventKind,
    InboundId,
    MailKind,
    MailTraits,
    OutboxKind,
    StaffAction,
    StaffCommand,
    Words,
)
from store.states import CaseState, CommandState, EscalationState, InboxState
from store.tokens import ActionToken, action_token, person_tag
from tests.notifier.house import IDENTITY, KEY, START, House
from tests.notifier.mails import part, text

ANNA, BEN, EVE = "anna@chirper.example", "ben@chirper.example", "eve@mail.example"
HOUR = timedelta(hours=1)


class Desk:
    """A house in which mails of the people on duty arrive as reading writes them down."""

    def __init__(self, house: House, evidence: Evidence) -> None:
        self.house = house
        self.evidence = evidence
        self.rules = MailRules()
        self.start()

    def start(self, **rules: Any) -> None:
        """Begin anew, as after a restart with other settings."""
        self.rules = replace(self.rules, **rules)
        self.mail_commands = MailCommands(
            store=self.house.store,
            evidence=self.evidence,
            directory=self.house.directory,
            composer=self.house.composer,
            actions=Actions(IDENTITY, KEY, self.rules),
            token_key=KEY,
            manners=Manners(
                own_addresses=IDENTITY.addresses, own_domains=frozenset({IDENTITY.domain})
            ),
            clock=self.house.clock,
        )

    def token(self, case: Case, action: StaffAction | None = None, person: str = "anna") -> str:
        made = ActionToken(
            case=case.reference,
            person=person_tag(person),
            action=action,
            expires_at=START + timedelta(days=2),
        )
        return action_token(made, KEY)

    def arrives(self, case: Case, sender: str = ANNA, **changes: Any) -> InboundId:
        """Write a mail down that came in answer to an alert."""
        traits = changes.pop("traits", {})
        envelope = Envelope(
            reverse_path=sender,
            recipients=(IDENTITY.address,),
            door=Door.SMTP,
            received_at=self.house.clock(),
        )
        new = NewMessage(envelope=envelope, digest="1", size=1, body=SealedBody(inline=b"x"))
        with self.house.store.transaction() as work:
            (number,) = work.inbox.add([new])
            message = work.inbox.get(number)
            work.inbox.finish(message, InboxState.RECORDED, MailKind.STAFF_REPLY, "answers", None)
            values: dict[str, Any] = {
                "received_at": self.house.clock(),
                "case_id": case.id,
                "kind": MailKind.STAFF_REPLY,
                "forwarded": False,
                "token": self.token(case),
                "answered_id": None,
                "has_words": True,
            }
            known = {
                "reverse_path": sender,
                "from_addresses": (sender,),
                "message_id": f"<{number}@phone.example>",
            }
            command = StaffCommand(
                inbound_id=number,
                sender=sender,
                traits=MailTraits(**(known | traits)),
                **(values | changes),
            )
            work.commands.add(command)
            work.commit()
        return number

    def asks(self, case: Case, action: StaffAction | None, **changes: Any) -> StaffCommand:
        """Have a mail arrive and be decided; give what became of it."""
        number = self.arrives(case, action=action, **changes)
        self.mail_commands.step()
        return self.command(number)

    def command(self, number: InboundId) -> StaffCommand:
        with self.house.store.snapshot() as work:
            found = work.commands.of_message(number)
        assert found is not None
        return found

    def notices(self) -> list[EmailMessage]:
        """Give the notices queued so far, oldest first."""
        sent = self.house.outbox(OutboxKind.STAFF_NOTICE)
        return [
            message_from_bytes(each.mail.content, EmailMessage, policy=policy.default)
            for each in sent
        ]


@pytest.fixture
def desk(house: House, tmp_path: Path) -> Iterator[Desk]:
    evidence = Evidence(tmp_path / "evidence", create_identity(tmp_path / "key"))
    with structlog.testing.capture_logs():
        yield Desk(house, evidence)


def test_a_case_is_taken_by_mail_and_that_is_confirmed(desk: Desk) -> None:
    case = desk.house.opened()
    done = desk.asks(case, StaffAction.TAKE)
    assert (done.state, done.person) == (CommandState.DONE, "anna")
    taken = desk.house.case(case)
    assert (taken.state, taken.taken_by) == (CaseState.TAKEN, "anna")
    assert taken.taken_until == START + desk.rules.take_for
    (notice,) = desk.notices()
    assert notice["To"] == ANNA
    assert notice["Subject"] == f"OK {case.reference} yours until 07:00"
    assert notice["Auto-Submitted"] == "auto-replied"
    assert notice["In-Reply-To"] == "<1@phone.example>".replace("1", str(done.inbound_id))
    assert f"<case.{case.reference}@{IDENTITY.domain}>" in notice["References"]
    assert "release" in text(notice)
    assert str(notice["Reply-To"]).startswith("cp+a")


def test_a_case_is_given_back_by_mail(desk: Desk) -> None:
    case = desk.house.opened()
    desk.asks(case, StaffAction.TAKE)
    assert desk.asks(case, StaffAction.RELEASE).state is CommandState.DONE
    assert desk.house.case(case).state is CaseState.OPEN


@pytest.mark.parametrize(("span", "held"), [(None, HOUR), (2 * HOUR, 2 * HOUR)])
def test_a_case_is_snoozed_by_mail(desk: Desk, span: timedelta | None, held: timedelta) -> None:
    case = desk.house.opened()
    desk.asks(case, StaffAction.SNOOZE, span=span)
    escalation = desk.house.escalation(case)
    assert escalation is not None
    assert (escalation.state, escalation.next_at) == (EscalationState.PAUSED, START + held)


@pytest.mark.parametrize(("hours", "told"), [(20, ""), (23, ""), (25, "2026-11-23 03:00 UTC")])
def test_a_snooze_beyond_what_was_promised_says_so(desk: Desk, hours: int, told: str) -> None:
    desk.start(longest_snooze=48 * HOUR)
    case = desk.house.opened()
    desk.asks(case, StaffAction.SNOOZE, span=hours * HOUR)
    (notice,) = desk.notices()
    promised = f"later than reporters were promised: {told}"
    assert (promised in text(notice)) is bool(told)


def test_the_next_step_comes_at_once_by_mail(desk: Desk) -> None:
    case = desk.house.opened()
    desk.asks(case, StaffAction.ESCALATE)
    assert desk.house.tick() == [BEN]


def test_a_note_by_mail_is_unsealed_into_the_history(desk: Desk) -> None:
    case = desk.house.opened()
    sealed = desk.evidence.seal_words(Words(subject="", text="called the police"))
    desk.asks(case, StaffAction.NOTE, remark=sealed)
    with desk.house.store.snapshot() as work:
        note = work.history.of_case(case.id)[-1]
    assert (note.kind, note.actor, note.details) == (
        EventKind.NOTE,
        "anna",
        {"text": "called the police"},
    )
    assert "police" not in desk.notices()[0].as_string()


def test_closing_by_mail_has_to_be_allowed(desk: Desk) -> None:
    case = desk.house.opened()
    asked: dict[str, Any] = {"disposition": Disposition.NO_VIOLATION}
    assert desk.asks(case, StaffAction.CLOSE, **asked).reason == "not_allowed"
    desk.start(allowed=frozenset(StaffAction))
    remark = desk.evidence.seal_words(Words(subject="", text="looked at it"))
    assert desk.asks(case, StaffAction.CLOSE, remark=remark, **asked).state is CommandState.DONE
    assert desk.house.case(case).disposition is Disposition.NO_VIOLATION
    assert desk.house.events(case)[-2:] == [EventKind.NOTE, EventKind.CLOSED]


def test_a_link_needs_no_words(desk: Desk) -> None:
    case = desk.house.opened()
    token = desk.token(case, StaffAction.TAKE)
    assert desk.asks(case, None, token=token, has_words=False).state is CommandState.DONE
    assert desk.house.case(case).taken_by == "anna"


def test_an_answer_to_an_alert_of_ones_own_needs_no_token(desk: Desk) -> None:
    case = desk.house.opened()
    (alert,) = desk.house.outbox(OutboxKind.ALERT)
    desk.house.clock.turn(days=1)
    asked: dict[str, Any] = {"token": None, "answered_id": alert.id}
    assert desk.asks(case, StaffAction.TAKE, **asked).state is CommandState.DONE
    desk.house.clock.turn(days=1, seconds=1)
    assert desk.asks(case, StaffAction.RELEASE, **asked).reason == "expired"


AUTOMATIC = {"headers": (("auto-submitted", "auto-replied"),)}
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("automatic", {"kind": MailKind.AUTO_REPLY}),
    ("automatic", {"traits": AUTOMATIC}),
    ("automatic", {"traits": {"reverse_path": ""}}),
    ("automatic", {"traits": {"headers": (("list-id", ""),)}}),
    ("automatic", {"traits": {"perhaps_automatic": True}, "action": None}),
    ("unknown_sender", {"sender": EVE}),
    ("unknown_sender", {"traits": {"from_addresses": (ANNA, EVE)}}),
    ("forwarded", {"forwarded": True}),
    ("other_person", {"sender": BEN}),
    ("no_token", {"token": None}),
    ("expired", {"received_at": START + timedelta(days=2, seconds=1)}),
    ("gone", {"case_id": None}),
    ("which_case", {"case_id": None, "token": None, "answered_id": 1}),
    ("other_case", {"named_case": "C-11111-11111"}),
    ("not_understood", {"action": None}),
    ("no_span", {"action": StaffAction.SNOOZE, "fault": CommandFault.SPAN}),
    ("no_disposition", {"action": StaffAction.NOTE, "fault": CommandFault.DISPOSITION}),
    ("no_text", {"action": StaffAction.NOTE, "fault": CommandFault.TEXT}),
    ("too_long", {"action": StaffAction.SNOOZE, "span": 9 * HOUR}),
    ("not_allowed", {"action": StaffAction.CLOSE}),
]


@pytest.mark.parametrize(("reason", "changes"), REFUSED)
def test_what_may_not_be_done_is_refused_with_its_reason(
    desk: Desk, reason: str, changes: dict[str, Any]
) -> None:
    case = desk.house.opened()
    before = desk.house.case(case)
    sender = changes.get("sender", ANNA)
    refused = desk.asks(case, **({"action": StaffAction.TAKE} | changes))
    assert (refused.state, refused.reason) == (CommandState.REFUSED, reason)
    assert desk.house.case(case) == before
    answered = [notice["To"] for notice in desk.notices()]
    assert answered == ([] if reason in {"automatic", "unknown_sender"} else [sender])
    with desk.house.store.snapshot() as work:
        message = work.inbox.get(refused.inbound_id)
        event = work.history.of_case(case.id)[-1]
    assert (message.reason or "").endswith(f"refused: {reason}")
    if reason not in {"gone", "which_case"}:
        assert event.kind is EventKind.COMMAND_REFUSED
        assert event.details["reason"] == reason


def test_a_refusal_to_a_wrong_person_gives_no_address_to_act_on(desk: Desk) -> None:
    case = desk.house.opened()
    desk.asks(case, StaffAction.TAKE, sender=BEN)
    (notice,) = desk.notices()
    assert notice["Reply-To"] is None


def test_a_link_for_one_thing_does_no_other(desk: Desk) -> None:
    case = desk.house.opened()
    token = desk.token(case, StaffAction.TAKE)
    assert desk.asks(case, StaffAction.RELEASE, token=token).reason == "other_action"


def test_other_words_than_a_command_at_a_link_do_nothing(desk: Desk) -> None:
    """An out-of-office note that no rule knows, a question, a forward's text: all are words."""
    case = desk.house.opened()
    for action in (StaffAction.TAKE, StaffAction.SNOOZE, StaffAction.ESCALATE):
        found = desk.asks(case, None, token=desk.token(case, action), has_words=True)
        assert (found.state, found.reason) == (CommandState.REFUSED, "not_understood")
    assert desk.house.case(case).state is CaseState.OPEN
    assert len(desk.notices()) == 1


def test_a_note_that_may_be_a_programs_is_not_written_down(desk: Desk) -> None:
    """ "Note that I am out of the office" begins like a command."""
    case = desk.house.opened()
    remark = desk.evidence.seal_words(Words(subject="", text="that I am away until Monday"))
    asked: dict[str, Any] = {"remark": remark, "traits": {"perhaps_automatic": True}}
    assert desk.asks(case, StaffAction.NOTE, **asked).reason == "automatic"
    assert EventKind.NOTE not in desk.house.events(case)
    assert desk.notices() == []


def test_a_link_used_again_says_that_it_is_done(desk: Desk) -> None:
    case = desk.house.opened()
    token = desk.token(case, StaffAction.ESCALATE)
    assert desk.asks(case, StaffAction.ESCALATE, token=token).state is CommandState.DONE
    again = desk.asks(case, None, token=token, has_words=False)
    assert again.reason == "repeated"
    assert desk.notices()[-1]["Subject"] == f"ALREADY DONE {case.reference}"
    assert desk.house.events(case).count(EventKind.ESCALATED) == 1


def test_a_case_somebody_else_has_is_not_taken_and_the_sender_learns_who_has_it(
    desk: Desk,
) -> None:
    case = desk.house.opened()
    commands.take(desk.house.store, case.reference, "ben", HOUR, desk.house.clock)
    refused = desk.asks(case, StaffAction.TAKE)
    assert refused.reason == f"not_now, case {case.reference} is taken by ben"
    (notice,) = desk.notices()
    assert notice["Subject"] == f"NOT DONE {case.reference}: Ben has it"
    assert "taken by Ben" in text(notice)
    assert desk.house.case(case).taken_by == "ben"


TRUSTED = frozenset({"mx.chirper.example"})
FAILED = ("mx.chirper.example; dmarc=fail header.from=chirper.example",)
PASSED = ("mx.chirper.example; dmarc=pass header.from=chirper.example",)


@pytest.mark.parametrize(
    ("required", "results", "state"),
    [
        (Required.WHEN_AVAILABLE, (), CommandState.DONE),
        (Required.WHEN_AVAILABLE, PASSED, CommandState.DONE),
        (Required.WHEN_AVAILABLE, FAILED, CommandState.REFUSED),
        (Required.ALWAYS, (), CommandState.REFUSED),
        (Required.ALWAYS, PASSED, CommandState.DONE),
        (Required.NEVER, FAILED, CommandState.DONE),
    ],
)
def test_a_sender_is_believed_as_configured(
    desk: Desk, required: Required, results: tuple[str, ...], state: CommandState
) -> None:
    desk.start(authentication=required, trusted_servers=TRUSTED)
    case = desk.house.opened()
    asked = desk.asks(case, StaffAction.TAKE, traits={"authentication": results})
    assert asked.state is state
    assert asked.reason == ("unauthenticated" if state is CommandState.REFUSED else "take by anna")


def link_in(notice: EmailMessage) -> tuple[str, str]:
    """Give the token and the text of the mail that a notice's button opens."""
    found = re.search(r"mailto:cp\+([0-9a-z]+)@\S+?body=(\S+)", text(notice))
    assert found is not None
    return found[1], unquote(found[2])


@pytest.mark.parametrize(
    ("action", "changes", "line"),
    [
        (StaffAction.TAKE, {}, "take"),
        (StaffAction.ESCALATE, {}, "escalate"),
        (StaffAction.SNOOZE, {"span": timedelta(hours=3)}, "snooze 180 min"),
    ],
)
def test_what_nothing_is_known_about_is_done_once_it_is_confirmed(
    desk: Desk, action: StaffAction, changes: dict[str, Any], line: str
) -> None:
    desk.start(confirm=True)
    case = desk.house.opened()
    asked = desk.asks(case, action, token=desk.token(case, action), **changes)
    assert (asked.state, asked.reason) == (CommandState.REFUSED, "unconfirmed")
    assert desk.house.case(case).state is CaseState.OPEN

    (notice,) = desk.notices()
    assert (notice["To"], notice["Subject"]) == (ANNA, f"PLEASE CONFIRM {case.reference}")
    token, body = link_in(notice)
    assert body == line
    assert str(notice["Reply-To"]).startswith("cp+f")
    written = written_command(body, "")
    assert written is not None
    again = desk.asks(case, written.action, token=token, span=written.span)
    assert again.state is CommandState.DONE
    assert desk.asks(case, written.action, token=token, span=written.span).reason == "repeated"


def test_a_confirmation_is_good_for_its_person_its_command_and_an_hour(desk: Desk) -> None:
    desk.start(confirm=True)
    case = desk.house.opened()
    desk.asks(case, StaffAction.TAKE)
    token, _ = link_in(desk.notices()[0])

    assert desk.asks(case, StaffAction.TAKE, token=token, sender=BEN).reason == "other_person"
    assert desk.asks(case, StaffAction.RELEASE, token=token).reason == "other_action"
    # A link of the alert, however it was come by, is no confirmation.
    assert desk.asks(case, StaffAction.TAKE, token=desk.token(case)).reason == "unconfirmed"
    desk.house.clock.now += timedelta(minutes=61)
    assert desk.asks(case, StaffAction.TAKE, token=token).reason == "expired"


def test_a_note_is_confirmed_by_saying_it_again_and_its_words_are_not_sent(desk: Desk) -> None:
    desk.start(confirm=True)
    case = desk.house.opened()
    remark = desk.evidence.seal_words(Words(subject="", text="called the police"))
    assert desk.asks(case, StaffAction.NOTE, remark=remark).reason == "unconfirmed"
    (notice,) = desk.notices()
    assert "mailto:" not in text(notice)
    assert "police" not in notice.as_string()
    token = str(notice["Reply-To"]).partition("+")[2].partition("@")[0]
    assert desk.asks(case, StaffAction.NOTE, remark=remark, token=token).state is CommandState.DONE


def test_who_is_asked_to_confirm_is_asked_once_in_ten_minutes(desk: Desk) -> None:
    desk.start(confirm=True)
    case = desk.house.opened()
    for _ in range(5):
        desk.asks(case, StaffAction.TAKE)
    assert len(desk.notices()) == 1
    desk.asks(case, StaffAction.ESCALATE)
    assert len(desk.notices()) == 2
    desk.house.clock.now += timedelta(minutes=10)
    desk.asks(case, StaffAction.TAKE)
    assert len(desk.notices()) == 3


@pytest.mark.parametrize(
    ("results", "reason"),
    [(PASSED, "take by anna"), (FAILED, "unauthenticated"), ((), "unconfirmed")],
)
def test_only_what_no_trusted_server_decided_has_to_be_confirmed(
    desk: Desk, results: tuple[str, ...], reason: str
) -> None:
    desk.start(confirm=True, trusted_servers=TRUSTED)
    case = desk.house.opened()
    asked = desk.asks(case, StaffAction.TAKE, traits={"authentication": results})
    assert asked.reason == reason


def test_the_same_mistake_is_answered_once_an_hour(desk: Desk) -> None:
    case = desk.house.opened()
    for _ in range(5):
        desk.asks(case, None)
    assert len(desk.notices()) == 1
    desk.asks(case, StaffAction.SNOOZE, span=9 * HOUR)
    assert len(desk.notices()) == 2
    desk.house.clock.turn(hours=1)
    desk.asks(case, None)
    assert len(desk.notices()) == 3


def test_addresses_are_compared_as_mail_does(desk: Desk) -> None:
    case = desk.house.opened()
    assert desk.asks(case, StaffAction.TAKE, sender="Anna@Chirper.Example").state == "done"


def test_a_command_is_done_once_whatever_the_crash(desk: Desk) -> None:
    case = desk.house.opened()
    number = desk.arrives(case, action=StaffAction.ESCALATE)
    desk.house.composer.letters = _Broken()  # type: ignore[assignment]
    assert desk.mail_commands.step() == 0
    # The confirmation could not be written, so nothing of the command was done.
    assert desk.command(number).state is CommandState.PENDING
    assert EventKind.ESCALATED not in desk.house.events(case)
    desk.house.composer = type(desk.house.composer)(IDENTITY)
    desk.start()
    assert (desk.mail_commands.step(), desk.mail_commands.step()) == (1, 0)
    assert desk.house.events(case).count(EventKind.ESCALATED) == 1
    assert len(desk.notices()) == 1


def test_a_command_that_cannot_be_worked_on_is_refused_in_the_end(desk: Desk) -> None:
    case = desk.house.opened()
    number = desk.arrives(case, action=StaffAction.NOTE, remark=b"sealed for another key")
    other = desk.arrives(case, action=StaffAction.TAKE)
    assert [desk.mail_commands.step() for _ in range(ATTEMPTS)] == [1] + [0] * (ATTEMPTS - 2) + [1]
    assert (desk.command(number).reason or "").startswith("fault")
    assert desk.command(other).state is CommandState.DONE


class _Broken:
    """Letters that cannot be written."""

    def write(self, *_: object) -> None:
        raise RuntimeError("a fault")


def test_no_notice_reads_as_a_command_and_all_fit_a_lock_screen(house: House) -> None:
    for language in ("en", "de", "es", "fr", "it", "nl", "pl", "pt"):
        for facts in sample_notices():
            posting = house.composer.posting(OutboxKind.STAFF_NOTICE, ANNA, "x", START)
            written = write_notice(
                house.composer, replace(facts, languages=(language,), by="Ben"), posting, Answered()
            )
            mail = message_from_bytes(written.content, EmailMessage, policy=policy.default)
            assert written_command(text(mail), mail["Subject"]) is None
            assert len(mail["Subject"]) <= 40, mail["Subject"]
            html = part(mail, "html")
            assert f'lang="{language}"' in html
            assert ("href" in html) is (facts.confirm is not None)


def test_a_mail_that_is_delivered_twice_is_obeyed_once_and_not_answered_again(desk: Desk) -> None:
    case = desk.house.opened()
    traits = {"message_id": "<same@phone.example>"}
    asked: dict[str, Any] = {"action": StaffAction.ESCALATE, "traits": traits}
    assert desk.asks(case, **asked).state is CommandState.DONE
    again = desk.asks(case, **asked)
    assert (again.state, again.reason) == (CommandState.REFUSED, "same_mail")
    assert desk.house.events(case).count(EventKind.ESCALATED) == 1
    assert len(desk.notices()) == 1


def test_a_refused_mail_may_be_sent_again(desk: Desk) -> None:
    case = desk.house.opened()
    traits = {"message_id": "<same@phone.example>"}
    assert desk.asks(case, StaffAction.RELEASE, traits=traits).reason != "same_mail"
    desk.asks(case, StaffAction.TAKE)
    assert desk.asks(case, StaffAction.RELEASE, traits=traits).state is CommandState.DONE


def test_a_mail_from_an_archive_does_nothing_and_is_not_answered(desk: Desk) -> None:
    case = desk.house.opened()
    found = desk.asks(case, StaffAction.TAKE, traits={"archived": True})
    assert (found.state, found.reason) == (CommandState.REFUSED, "archived")
    assert desk.house.case(case).state is CaseState.OPEN
    assert desk.notices() == []


@pytest.mark.parametrize(
    "traits",
    [
        {"reverse_path": '"a) ; dkim=pass header.d=chirper.example (b"@evil.example'},
        {"reverse_path": "a b@evil.example"},
        {"plain_from": False},
    ],
)
def test_what_the_trusted_server_may_have_read_otherwise_proves_nothing(
    desk: Desk, traits: dict[str, Any]
) -> None:
    case = desk.house.opened()
    found = ("mx.chirper.example; dmarc=pass header.from=chirper.example",)
    desk.start(trusted_servers=frozenset({"mx.chirper.example"}))
    traits = {"authentication": found, **traits}
    assert desk.asks(case, StaffAction.TAKE, traits=traits).reason == "unauthenticated"
    assert desk.house.case(case).state is CaseState.OPEN
    desk.start(authentication=Required.NEVER)
    assert desk.asks(case, StaffAction.TAKE, traits=traits).state is CommandState.DONE


@pytest.mark.parametrize("sender", [EVE, ANNA])
def test_what_was_refused_is_no_progress(desk: Desk, sender: str) -> None:
    case = desk.house.opened()
    desk.house.settle()
    desk.asks(case, StaffAction.TAKE)
    desk.house.tick(minutes=50)
    refused = desk.asks(case, StaffAction.SNOOZE, sender=sender, forwarded=True)
    assert refused.state is CommandState.REFUSED
    assert desk.house.tick(minutes=10) == [ANNA]


def test_that_a_mail_claims_to_come_from_staff_is_no_progress(desk: Desk) -> None:
    case = desk.house.opened()
    desk.house.settle()
    desk.asks(case, StaffAction.TAKE)
    desk.house.tick(minutes=50)
    with desk.house.store.transaction() as work:
        work.history.append(
            case.id, EventKind.STAFF_REPLY, actor=ANNA, at=desk.house.clock(), details={}
        )
        work.commit()
    assert desk.house.tick(minutes=10) == [ANNA]
