from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from notifier import commands
from notifier.decisions import PIECE, SEND_AFTER, decision_values
from notifier.letters import Letter
from notifier.quotas import Quotas
from store.model import (
    Case,
    CaseEvent,
    Disposition,
    EventKind,
    MailKind,
    MailTraits,
    OutboxKind,
    OutboxMessage,
)
from store.references import read_reply_token, token_in_message_id
from store.states import AcknowledgementState, OutboxState
from store.unreachable import Mark
from tests.notifier.house import IDENTITY, START

if TYPE_CHECKING:
    from tests.notifier.house import House

KEY = b"k" * 32
LANGUAGES = (
    *("ar", "de", "en", "es", "fr", "hi", "id", "it", "ja"),
    *("ko", "nl", "pl", "pt", "ru", "tr", "uk", "vi", "zh"),
)


def traits(sender: str = "maria@mail.example", **changes: Any) -> MailTraits:
    values: dict[str, Any] = {
        "reverse_path": sender,
        "from_addresses": (sender,),
        "message_id": f"<1.{sender}>",
    }
    return MailTraits(**values | changes)


def close(
    house: House,
    case: Case,
    disposition: Disposition = Disposition.NO_VIOLATION,
    **changes: Any,
) -> list[OutboxMessage]:
    """Close a case, and give the notices that are queued then."""
    commands.close(house.store, case.reference, "anna", disposition, house.clock, **changes)
    while any(event.kind is EventKind.CLOSED for event in unplanned(house)):
        house.planner.step()
    return notices(house)


def unplanned(house: House) -> list[CaseEvent]:
    with house.store.snapshot() as work:
        return work.history.unplanned(100)


def notices(house: House) -> list[OutboxMessage]:
    return house.outbox(OutboxKind.DECISION)


def read(message: OutboxMessage) -> EmailMessage:
    mail = message_from_bytes(message.mail.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text(message: OutboxMessage) -> str:
    body = read(message).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def why(house: House, case: Case) -> dict[str, Any]:
    with house.store.snapshot() as work:
        (*_, last) = work.history.of_case(case.id)
    assert last.kind is EventKind.DECISION_TOLD
    return dict(last.details)


def test_the_reporter_is_told_how_a_case_was_decided(house: House) -> None:
    report, case = house.report()
    (notice,) = close(house, case)
    assert (notice.mail.recipient, notice.mail.report_id, notice.mail.case_id) == (
        "maria@mail.example",
        report.id,
        case.id,
    )
    mail = read(notice)
    assert (mail["Auto-Submitted"], mail["In-Reply-To"]) == (
        "auto-generated",
        report.traits.message_id,
    )
    assert report.reference in mail["Subject"]
    assert "did not find that our rules were broken" in text(notice)
    assert "22 May 2027" in text(notice)


def test_a_reply_to_the_notice_belongs_to_the_report(house: House) -> None:
    report, case = house.report()
    (notice,) = close(house, case)
    tag = str(read(notice)["Reply-To"]).partition("+")[2].partition("@")[0]
    assert read_reply_token(tag, KEY) == report.reference
    token = token_in_message_id(notice.mail.message_id)
    assert read_reply_token(token or "", KEY) == report.reference


def test_the_notice_names_no_account_nobody_of_staff_and_nothing_of_the_report(
    house: House,
) -> None:
    _, case = house.report()
    (notice,) = close(house, case)
    whole = notice.mail.content.decode().lower()
    assert not [word for word in ("anna", "chirper.example/name", "@name") if word in whole]


def test_a_notice_waits_and_a_case_opened_again_sends_none(house: House) -> None:
    _, case = house.report()
    (notice,) = close(house, case)
    assert notice.next_attempt_at == house.clock() + SEND_AFTER
    house.clock.turn(minutes=9)
    commands.reopen(house.store, house.directory, case.reference, "anna", house.clock)
    assert [message.state for message in notices(house)] == [OutboxState.CANCELLED]


def test_a_case_opened_again_before_the_notice_is_planned_sends_none(house: House) -> None:
    _, case = house.report()
    house.planner.step()
    disposition = Disposition.NO_VIOLATION
    commands.close(house.store, case.reference, "anna", disposition, house.clock)
    commands.reopen(house.store, house.directory, case.reference, "anna", house.clock)
    house.planner.step()
    assert notices(house) == []


def test_a_second_decision_is_told_again(house: House) -> None:
    _, case = house.report()
    close(house, case)
    house.clock.turn(hours=1)
    commands.reopen(house.store, house.directory, case.reference, "anna", house.clock)
    house.clock.turn(hours=1)
    assert len(close(house, case, Disposition.ACCOUNT_REMOVED)) == 2


def test_one_reporter_of_many_reports_gets_one_notice_that_lists_them(house: House) -> None:
    first, case = house.report()
    second, _ = house.report(traits=traits("Maria@mail.example"))
    house.report(traits=traits("li@mail.example"))
    told = close(house, case)
    assert sorted(notice.mail.recipient for notice in told) == [
        "Maria@mail.example",
        "li@mail.example",
    ]
    assert f"{first.reference}, {second.reference}" in text(told[0])


def test_tags_of_one_address_make_no_further_reporters(house: House) -> None:
    _, case = house.report(traits=traits("maria+0@mail.example"))
    for number in range(1, 6):
        house.report(traits=traits(f"Maria+{number}@mail.example"))
    assert len(close(house, case)) == 1


def test_planning_a_closing_twice_queues_once(house: House) -> None:
    _, case = house.report()
    close(house, case)
    house.planner.step()
    assert len(notices(house)) == 1


def many(house: House, count: int) -> Case:
    """File reports of one account by so many people, to a house that no storm impresses."""
    house.planner = house.new_planner(Quotas())
    for number in range(count):
        _, case = house.report(traits=traits(f"p{number}@mail.example"))
    return case


def test_thousands_are_told_a_few_at_a_time(house: House) -> None:
    case = many(house, PIECE + 5)
    disposition = Disposition.NO_VIOLATION
    commands.close(house.store, case.reference, "anna", disposition, house.clock)
    counts = []
    for _ in range(3):
        house.planner.step()
        counts.append(len(notices(house)))
    assert counts == [PIECE, PIECE + 5, PIECE + 5]
    assert why(house, case) == {"told": PIECE + 5}


def test_a_crash_between_pieces_tells_nobody_twice(house: House) -> None:
    case = many(house, PIECE + 5)
    disposition = Disposition.NO_VIOLATION
    commands.close(house.store, case.reference, "anna", disposition, house.clock)
    house.planner.step()
    house.planner = house.new_planner(Quotas())
    for _ in range(4):
        house.planner.step()
    assert len(notices(house)) == PIECE + 5
    assert house.events(case).count(EventKind.DECISION_TOLD) == 1
    assert why(house, case) == {"told": PIECE + 5}


def test_a_case_opened_again_between_pieces_sends_no_more(house: House) -> None:
    case = many(house, PIECE + 5)
    disposition = Disposition.NO_VIOLATION
    commands.close(house.store, case.reference, "anna", disposition, house.clock)
    house.planner.step()
    commands.reopen(house.store, house.directory, case.reference, "anna", house.clock)
    for _ in range(3):
        house.planner.step()
    assert {message.state for message in notices(house)} == {OutboxState.CANCELLED}
    assert len(notices(house)) == PIECE


@pytest.mark.parametrize(
    ("reason", "told"), [("quota_domain", 0), ("quota_all", 0), ("quota_sender", 1)]
)
def test_who_was_one_of_a_flood_is_not_told(house: House, reason: str, told: int) -> None:
    report, case = house.report()
    with house.store.transaction() as work:
        work.receipts.decide(report.id, AcknowledgementState.WITHHELD, reason)
        work.commit()
    assert len(close(house, case)) == told


@pytest.mark.parametrize("disposition", [Disposition.DUPLICATE, Disposition.REFERRED])
def test_dispositions_that_are_off_tell_nobody_and_say_so(
    house: House, disposition: Disposition
) -> None:
    _, case = house.report()
    assert close(house, case, disposition) == []
    assert why(house, case) == {"told": 0, "reason": f"off for {disposition}"}


@pytest.mark.parametrize(
    ("disposition", "notice", "count"),
    [(Disposition.REFERRED, True, 1), (Disposition.NO_VIOLATION, False, 0)],
)
def test_whoever_closes_a_case_may_decide_otherwise(
    house: House, disposition: Disposition, *, notice: bool, count: int
) -> None:
    _, case = house.report()
    assert len(close(house, case, disposition, notice=notice)) == count


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"traits": traits(headers=(("list-id", ""),))}, "mailing_list"),
        ({"traits": traits("")}, "null_return_path"),
        ({"traits": traits(archived=True)}, "archived"),
        ({"kind": MailKind.XARF}, "not_a_report"),
    ],
)
def test_nobody_is_told_who_would_get_no_receipt(
    house: House, changes: dict[str, Any], reason: str
) -> None:
    _, case = house.report(**changes)
    assert close(house, case) == []
    assert why(house, case) == {"told": 0, "not_told": f"{reason} 1"}


def test_a_reporter_whose_receipt_came_back_is_not_told(house: House) -> None:
    report, case = house.report()
    house.planner.step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    with house.store.transaction() as work:
        mark = Mark(at=START, outbox_id=receipt.id, reason="5.1.1")
        work.unreachable.mark(report.traits.reverse_path, mark)
        work.commit()
    assert close(house, case) == []
    assert why(house, case)["not_told"] == "unreachable 1"


def test_a_reporter_whose_receipt_the_relay_refused_is_not_told(house: House) -> None:
    report, case = house.report()
    with house.store.transaction() as work:
        work.receipts.set_outcome(report.id, AcknowledgementState.FAILED, "550 no such user")
        work.commit()
    assert close(house, case) == []
    assert why(house, case)["not_told"] == "receipt_failed 1"


def test_a_reply_alone_makes_nobody_a_second_notice(house: House) -> None:
    _, case = house.report()
    house.report(kind=MailKind.REPLY)
    assert len(close(house, case)) == 1


def test_a_reporter_who_cannot_be_reached_gets_no_receipt_either(house: House) -> None:
    first, _ = house.report()
    house.planner.step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    with house.store.transaction() as work:
        mark = Mark(at=START, outbox_id=receipt.id, reason="5.1.1")
        work.unreachable.mark(first.traits.reverse_path, mark)
        work.commit()
    second, _ = house.report(traits=traits(message_id="<2@mail.example>"))
    house.planner.step()
    decided = house.reread(second)
    assert (decided.acknowledgement, decided.acknowledgement_reason) == (
        AcknowledgementState.WITHHELD,
        "unreachable",
    )


def letter(house: House, language: str, disposition: Disposition, *references: str) -> Letter:
    """Write a notice of the house's only case."""
    with house.store.snapshot() as work:
        (case,) = work.cases.listing()
    case = replace(case, closed_at=START, disposition=disposition)
    values = partial(decision_values, house.composer, case, references or ("R-00000-00000",), 6)
    return house.composer.letters.write_marked("decision", (language,), values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_decision_is_told_in_every_language_and_no_two_read_alike(
    house: House, language: str
) -> None:
    house.report()
    letters = [letter(house, language, each) for each in Disposition]
    assert {each.language for each in letters} == {language}
    assert len({each.text for each in letters}) == len(Disposition)
    for each in letters:
        assert "R-00000-00000" in each.subject
        assert all(part in each.text for part in ("2026", "2027", "22", IDENTITY.name))
        assert each.html is not None
        assert "http" not in each.text


def test_a_notice_says_the_same_as_text_and_as_html(house: House) -> None:
    house.report()
    told = letter(house, "ar", Disposition.REFERRED, "R-00000-00001", "R-00000-00000")
    assert told.html is not None
    assert 'dir="rtl"' in told.html
    assert all(reference in told.text for reference in ("R-00000-00001", "R-00000-00000"))


def test_the_mail_is_marked_with_its_language(house: House) -> None:
    _, case = house.report()
    (notice,) = close(house, case)
    assert read(notice)["Content-Language"] == "en"
    assert read(notice).get_body(("html",)) is not None
