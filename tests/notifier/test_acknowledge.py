from __future__ import annotations

import email
import email.policy
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from notifier.compose import Composer
from notifier.quotas import Quotas
from store.model import MailKind, MailTraits, OutboxKind, Report
from store.references import read_reply_token
from store.states import AcknowledgementState
from tests.notifier.house import IDENTITY, House

PERSON = MailTraits(
    reverse_path="maria@mail.example",
    from_addresses=("maria@mail.example",),
    message_id="<1@mail.example>",
    references=("<0@mail.example>",),
)


def test_a_report_gets_one_receipt(house: House) -> None:
    report, _ = house.report(traits=PERSON)
    house.planner.step()
    house.planner.step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    assert (receipt.mail.sender, receipt.mail.recipient) == ("", "maria@mail.example")
    assert receipt.mail.report_id == report.id
    assert house.reread(report).acknowledgement is AcknowledgementState.QUEUED


def test_a_reply_to_the_receipt_reaches_the_report(house: House) -> None:
    report, _ = house.report(traits=PERSON)
    house.planner.step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    mail = email.message_from_bytes(receipt.mail.content, policy=email.policy.default)
    token = mail["Reply-To"].addresses[0].username.partition("+")[2]
    assert read_reply_token(token, b"k" * 32) == report.reference
    assert mail["In-Reply-To"] == "<1@mail.example>"
    assert mail["References"] == "<0@mail.example> <1@mail.example>"


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("safety@chirper.example", "Safety@chirper.example"),
        ("cp@tweeter.example", "cp@chirper.example"),
        (None, "cp@chirper.example"),
    ],
)
def test_a_receipt_comes_from_where_its_reporter_wrote_to_and_replies_find_the_report(
    house: House, address: str | None, sender: str
) -> None:
    house.composer = Composer(
        replace(IDENTITY, senders={"safety@chirper.example": "Safety@chirper.example"})
    )
    report, _ = house.report(traits=PERSON, address=address)
    house.new_planner(Quotas(per_sender=3, per_domain=8, in_all=12)).step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    mail = email.message_from_bytes(receipt.mail.content, policy=email.policy.default)
    assert mail["From"].addresses[0].addr_spec == sender
    reply_to = mail["Reply-To"].addresses[0]
    local, _, token = reply_to.username.partition("+")
    assert (local, reply_to.domain) == ("cp", "chirper.example")
    assert read_reply_token(token, b"k" * 32) == report.reference


@pytest.mark.parametrize(
    ("traits", "kind", "reason"),
    [
        (replace(PERSON, reverse_path=""), MailKind.REPORT, "null_return_path"),
        (PERSON, MailKind.REPLY, "not_a_report"),
        (
            replace(PERSON, headers=(("auto-submitted", "auto-replied"),)),
            MailKind.REPORT,
            "auto_submitted",
        ),
        (replace(PERSON, message_id="<x@tip.chirper.example>"), MailKind.REPORT, "own_message"),
    ],
)
def test_a_receipt_withheld_has_its_reason_stored(
    house: House, traits: MailTraits, kind: MailKind, reason: str
) -> None:
    report, case = house.report(traits=traits, kind=kind)
    house.planner.step()
    decided = house.reread(report)
    assert decided.acknowledgement is AcknowledgementState.WITHHELD
    assert decided.acknowledgement_reason == reason
    assert house.outbox(OutboxKind.ACKNOWLEDGEMENT) == []
    assert house.escalation(case) is not None


def test_no_receipt_goes_out_while_they_are_switched_off(house: House) -> None:
    report, _ = house.report(traits=PERSON)
    house.planner._receipts._answering = False
    house.planner.step()
    assert house.reread(report).acknowledgement_reason == "switched_off"
    assert house.outbox(OutboxKind.ACKNOWLEDGEMENT) == []


def test_a_receipt_that_cannot_be_written_holds_up_nobody(house: House) -> None:
    odd, _ = house.report(traits=replace(PERSON, reverse_path="m\u200b@mail.example"))
    broken, _ = house.report(traits=PERSON)
    fine, _ = house.report(traits=PERSON)
    house.composer.identity = replace(house.composer.identity, address="cp@@chirper.example")
    house.planner.step()
    assert house.reread(odd).acknowledgement_reason == "malformed_return_path"
    assert house.reread(broken).acknowledgement_reason == "cannot_compose"
    assert house.reread(fine).acknowledgement_reason == "cannot_compose"


def test_a_receipt_is_decided_once_by_two_programs(house: House) -> None:
    report, _ = house.report(traits=PERSON)
    bounced, _ = house.report(traits=replace(PERSON, reverse_path=""))
    house.planner.step()
    assert house.planner._receipts._decide_all([report, bounced]) == 0
    assert len(house.outbox(OutboxKind.ACKNOWLEDGEMENT)) == 1


def reports_from(house: House, *senders: str) -> list[Report]:
    reports = [
        house.report(traits=replace(PERSON, reverse_path=sender, from_addresses=(sender,)))[0]
        for sender in senders
    ]
    house.planner.step()
    return [house.reread(report) for report in reports]


def reasons(reports: list[Report]) -> list[str | None]:
    return [report.acknowledgement_reason for report in reports]


def subjects(house: House) -> list[str]:
    return [message.mail.subject[:7] for message in house.outbox(OutboxKind.ACKNOWLEDGEMENT)]


def test_a_sender_gets_receipts_then_one_mail_for_all_then_silence(house: House) -> None:
    reports = reports_from(house, *["maria@mail.example"] * 6)
    assert reasons(reports) == ["ok"] * 3 + ["collective"] + ["quota_sender"] * 2
    assert subjects(house) == ["We have"] * 4
    assert [m.mail.subject for m in house.outbox(OutboxKind.ACKNOWLEDGEMENT)][3] == (
        f"We have all your reports ({reports[3].reference})"
    )
    house.deliverer.step()
    sent = [house.reread(report) for report in reports]
    assert reasons(sent) == reasons(reports)
    assert sent[3].acknowledgement is AcknowledgementState.SENT
    assert [report.acknowledgement for report in reports[4:]] == [AcknowledgementState.WITHHELD] * 2


def test_the_silence_lasts_as_long_as_the_reports_keep_coming(house: House) -> None:
    reports_from(house, *["maria@mail.example"] * 4)
    for _ in range(8):
        house.clock.turn(minutes=20)
        assert reasons(reports_from(house, "maria@mail.example"))[0] == "quota_sender"
        reports_from(house, "maria@mail.example")
    house.clock.turn(minutes=61)
    assert reasons(reports_from(house, "maria@mail.example")) == ["ok"]


def test_after_a_pause_too_many_reports_are_told_of_again(house: House) -> None:
    reports_from(house, *["maria@mail.example"] * 5)
    house.clock.turn(hours=2)
    again = reports_from(house, *["maria@mail.example"] * 5)
    assert reasons(again) == ["ok"] * 3 + ["collective", "quota_sender"]


def test_a_tag_or_capitals_make_no_further_sender(house: House) -> None:
    senders = (
        "maria@mail.example",
        "maria+1@mail.example",
        "Maria@MAIL.example",
        "maria+2@mail.example",
    )
    assert reasons(reports_from(house, *senders))[3] == "collective"


def test_one_senders_flood_costs_no_other_a_receipt(house: House) -> None:
    reports_from(house, *["maria@mail.example"] * 20)
    assert reasons(reports_from(house, "ben@other.example")) == ["ok"]


def test_a_domain_and_all_domains_together_have_their_limits(house: House) -> None:
    hosts = ("a.mail.example", "b.mail.example")
    same = reports_from(house, *[f"p{n}@{hosts[n % 2]}" for n in range(10)])
    assert Counter(reasons(same)) == {"ok": 8, "quota_domain": 2}
    others = reports_from(house, *[f"p{n}@other{n}.example" for n in range(6)])
    assert Counter(reasons(others)) == {"ok": 4, "quota_all": 2}
    house.clock.turn(minutes=60)
    assert reasons(reports_from(house, "p0@mail.example")) == ["ok"]


def test_what_etiquette_refuses_counts_for_no_quota(house: House) -> None:
    machine = replace(PERSON, headers=(("precedence", "bulk"),))
    for _ in range(5):
        house.report(traits=machine)
    assert reasons(reports_from(house, "maria@mail.example")) == ["ok"]


def test_quotas_hold_when_each_report_is_decided_by_itself(house: House) -> None:
    for _ in range(6):
        reports_from(house, "maria@mail.example")
    assert len(subjects(house)) == 4


def test_quotas_hold_between_programs_that_decide_at_once(house: House) -> None:
    with ThreadPoolExecutor(4) as threads:
        for _ in range(12):
            house.report(traits=PERSON)
        list(threads.map(lambda _: house.planner._receipts.step(), range(8)))
    assert len(subjects(house)) == 4


def test_receipts_are_counted_by_what_became_of_them(house: House) -> None:
    reports_from(house, *["maria@mail.example"] * 5)
    house.report(traits=replace(PERSON, reverse_path=""))
    house.planner.step()
    with house.store.snapshot() as work:
        counts = work.receipts.counts(house.clock() - timedelta(days=1))
        assert work.receipts.counts(house.clock()) == []
    assert [(count.state.value, count.reason, count.number) for count in counts] == [
        ("queued", None, 3),
        ("queued", "collective", 1),
        ("withheld", "null_return_path", 1),
        ("withheld", "quota_sender", 1),
    ]


@pytest.mark.parametrize(("results", "named"), [("dmarc=pass", True), ("none", False)])
def test_the_account_is_named_only_to_an_authenticated_sender(
    house: House, results: str, *, named: bool
) -> None:
    house.report(traits=replace(PERSON, authentication=(f"mx.chirper.example; {results}",)))
    house.planner.step()
    (receipt,) = house.outbox(OutboxKind.ACKNOWLEDGEMENT)
    assert b"about one account" in receipt.mail.content
    assert (b"@Name (chirper)" in receipt.mail.content) is named
