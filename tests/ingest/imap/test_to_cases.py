"""From a mailbox to cases: what becomes of mails that are odd, and of those nobody could fetch."""

from __future__ import annotations

from datetime import timedelta

from ingest.workers import ReadingLimits, ReadingPool
from store.evidence import Evidence
from store.model import MailKind, Report, Severity
from store.states import InboxState
from store.unit_of_work import Store
from tests.ingest.desk import RULES, Desk
from tests.ingest.imap.conftest import OpenMailroom
from tests.ingest.imap.mailroom import mail
from tests.ingest.readers import attempt, attempt_at_first_sight
from tests.servers.dovecot import Dovecot

MEGA = 1024 * 1024


def defects(desk: Desk, report: Report) -> list[str]:
    with desk.store.snapshot() as work:
        return work.contents.defects(report.id)


def test_a_mail_that_kills_its_reader_becomes_a_case_and_is_moved_like_the_others(
    dovecot: Dovecot, open_mailroom: OpenMailroom, store: Store, evidence: Evidence
) -> None:
    room = open_mailroom(dovecot)
    deadly = mail(2).replace(b"Subject: please look 2", b"Subject: die")
    room.put(mail(1), deadly, mail(3))
    pool = ReadingPool(
        RULES,
        ReadingLimits(workers=1, time=timedelta(seconds=20)),
        read=attempt,
        look=attempt_at_first_sight,
    )
    desk = Desk(store, evidence, pool)
    try:
        room.work()
        while desk.pipeline.step():
            desk.clock.now += timedelta(minutes=1)
        desk.clock.now += timedelta(minutes=1)
        desk.pipeline.step()
    finally:
        pool.close()

    assert len(room.there("Processed")) == 3
    assert [message.state for message in room.inbox()] == [InboxState.FILED] * 3
    unread = ["could not be read: the reading process ended"]
    found = [report.severity for report in desk.reports() if defects(desk, report) == unread]
    assert found == [Severity.HIGH]


def test_a_mail_above_the_limit_is_a_report_that_says_so_and_what_could_be_read_counts(
    dovecot: Dovecot, open_mailroom: OpenMailroom, store: Store, evidence: Evidence
) -> None:
    room = open_mailroom(dovecot, max_size=2 * MEGA)
    # Even what looks like a machine's is a report: only a person can tell what the rest says.
    machine = mail(2, more="Auto-Submitted: auto-replied\n")
    picture = (b"x" * 70 + b"\r\n") * (3 * MEGA // 72)
    room.put(mail(1) + picture, machine + picture)
    desk = Desk(store, evidence)

    room.work()
    desk.pipeline.step()

    for report in desk.reports():
        assert report.kind is MailKind.REPORT
        assert report.reporter == "mia@mail.example"
        assert any(said.startswith("larger than the limit: ") for said in defects(desk, report))
    handles = [case.account.handle for case in desk.cases() if case.account]
    assert len(desk.cases()) == 2
    assert handles == ["handle_1"]


def test_a_mail_of_which_nothing_could_be_had_is_an_urgent_case(
    dovecot: Dovecot, open_mailroom: OpenMailroom, store: Store, evidence: Evidence
) -> None:
    room = open_mailroom(dovecot)
    room.put(mail())
    next((dovecot.folder / "mail" / room.user / "new").iterdir()).chmod(0)
    desk = Desk(store, evidence)

    room.until(lambda: bool(room.inbox()))
    desk.pipeline.step()

    assert desk.case().severity is Severity.HIGH
    [report] = desk.reports()
    assert "could not be fetched whole: the connection broke each time" in defects(desk, report)[-1]


def test_the_same_mail_from_two_mailboxes_is_one_report_and_two_deliveries(
    dovecot: Dovecot, open_mailroom: OpenMailroom, store: Store, evidence: Evidence
) -> None:
    one, other = open_mailroom(dovecot), open_mailroom(dovecot)
    one.put(mail())
    other.put(b"Delivered-To: safety@chirper.example\r\n" + mail())
    desk = Desk(store, evidence)

    one.work()
    other.work()
    desk.pipeline.step()

    assert len(desk.reports()) == 1
    assert [message.state for message in reversed(one.inbox())] == [
        InboxState.FILED,
        InboxState.RECORDED,
    ]


def test_a_bounce_that_was_fetched_is_known_by_its_return_path(
    dovecot: Dovecot, open_mailroom: OpenMailroom, store: Store, evidence: Evidence
) -> None:
    room = open_mailroom(dovecot)
    bounce = mail(1, text="Delivery failed for good: 550 5.1.1 no such user, see")
    bounce = bounce.replace(b"Return-Path: <mia@mail.example>", b"Return-Path: <>").replace(
        b"From: Mia <mia@mail.example>", b"From: Mail Delivery System <mailer-daemon@mail.example>"
    )
    room.put(bounce)
    desk = Desk(store, evidence)

    room.work()
    desk.pipeline.step()

    [message] = room.inbox()
    assert message.kind is MailKind.BOUNCE
