"""From waiting alerts to mails: one alert by itself, or many in one summary.

Called in the transaction that decides the alerts, so that a step and the mail that tells of it are
done together or not at all; and on every tick for what was held back. Older mails to the same
address that have not gone out give way: their cases move into the new one, so that everybody gets
the newest state once when a relay comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.actions import ActionLinks, Actions
from notifier.alarm_titles import Title
from notifier.alarms import Alarms
from notifier.alerts import AlertFacts, write_alert
from notifier.brief import write_brief
from notifier.channels import is_channel
from notifier.compose import Composer, Posting
from notifier.digests import reader_of
from notifier.directory import Directory
from notifier.dossier import dossier
from notifier.pace import Mailing, Pace, decide
from notifier.policy import from_snapshot
from notifier.promises import Promises
from notifier.reminders import write_reminder
from notifier.summaries import LISTED, Reader, SummaryFacts, write_brief_summary, write_summary
from store.errors import StorageUnavailable
from store.model import (
    Alert,
    AlertReason,
    Attempt,
    Case,
    Clock,
    OutboxKind,
    OutgoingMail,
)
from store.unit_of_work import Store, UnitOfWork

SETTLED: Final = timedelta(minutes=1)
"""How old an unsent mail must be before a newer one takes its place: it may be on its way."""

_log = structlog.get_logger()


class Dispatcher:
    """Writes the mails that carry alerts."""

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        directory: Directory,
        composer: Composer,
        pace: Pace,
        actions: Actions | None = None,
        promises: Promises | None = None,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directory = directory
        self._composer = composer
        self._pace = pace
        self._actions = actions
        self._promises = promises
        self._clock = clock
        self._alarms = Alarms(composer, directory.fallback)

    def step(self) -> int:
        """Send what was held back and is due now; tell how many mails that makes."""
        with self._store.snapshot() as work:
            due = [
                address
                for address in work.carrying.waiting_addresses()
                if self._mailing(work, address, self._clock()) is not Mailing.NOTHING
            ]
        return sum(self._attend(address) for address in due)

    def _attend(self, address: str) -> bool:
        try:
            with self._store.transaction() as work:
                mailed = self.dispatch(work, (address,), self._clock())
                work.commit()
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one address must not hold up the others
            _log.exception("summary.failed")
            self._tell_failure(address)
            return False
        return mailed > 0

    def _tell_failure(self, address: str) -> None:
        title = Title(kind="summary_failed", english="A mail with alerts could not be written")
        with self._store.transaction() as work:
            lines = (f"for {address}",)
            self._alarms.raise_alarm(work, f"summary_failed:{address}", title, lines, self._clock())
            work.commit()

    def dispatch(self, work: UnitOfWork, addresses: Iterable[str], now: datetime) -> int:
        """Queue what may go out now to these addresses; tell how many mails that makes."""
        return sum(self._to(work, address, now) for address in addresses)

    def _mailing(self, work: UnitOfWork, address: str, now: datetime) -> Mailing:
        waiting = work.carrying.waiting_count(address)
        if not waiting.total:
            return Mailing.NOTHING
        recent = work.carrying.carriages(address, now - self._pace.memory)
        return decide(self._pace, recent, now, urgent_waits=waiting.urgent > 0)

    def _to(self, work: UnitOfWork, address: str, now: datetime) -> bool:
        mailing = self._mailing(work, address, now)
        if mailing is Mailing.NOTHING:
            return False
        only_urgent = mailing is Mailing.URGENT
        # Of those no mail has carried: what is taken back has named a mail before.
        newest = work.carrying.newest_waiting(address, only_urgent=only_urgent)
        if not only_urgent:
            _take_back_unsent(work, address, now)
        # All of them may have been in a mail that was taken apart.
        key = work.outbox.free_key(f"alerts:{newest}")
        posting = self._composer.posting(OutboxKind.ALERT, address, key, now)
        mail = self._write(work, posting, only_urgent=only_urgent)
        number = work.outbox.queue(mail, now)
        if number is None:
            raise AssertionError("unreachable")
        carried = work.carrying.carry(address, number, now, only_urgent=only_urgent)
        _log.info("alert.mailed", message=number, alerts=carried)
        return True

    def _write(self, work: UnitOfWork, posting: Posting, *, only_urgent: bool) -> OutgoingMail:
        address, now = posting.recipient, posting.at
        alerts = work.carrying.waiting(address, LISTED, only_urgent=only_urgent)
        if len(alerts) == 1:
            return self._alone(work, alerts[0], posting)
        counts = work.carrying.waiting_count(address, only_urgent=only_urgent).by_severity
        cases = [work.cases.get(alert.case_id) for alert in alerts]
        links = (
            (case.reference, self._links(case, alert, now))
            for case, alert in zip(cases, alerts, strict=True)
        )
        facts = SummaryFacts(
            counts=counts,
            cases=cases,
            reasons=frozenset(alert.reason for alert in alerts),
            takes={reference: found.take for reference, found in links if found and found.take},
        )
        write = write_brief_summary if is_channel(address) else write_summary
        return write(self._composer, facts, self._reader(alerts[0]), posting)

    def _alone(self, work: UnitOfWork, alert: Alert, posting: Posting) -> OutgoingMail:
        case, now = work.cases.get(alert.case_id), posting.at
        if alert.reason is AlertReason.NO_PROGRESS:
            goes_on_at = case.next_alert_at or now
            links = self._links(case, alert, now)
            return write_reminder(
                self._composer,
                case,
                self._reader(alert),
                posting,
                goes_on_at=goes_on_at,
                actions=links,
            )
        write = write_brief if is_channel(alert.address) else write_alert
        return write(self._composer, case, self._facts(work, case, alert, now), posting)

    def _facts(self, work: UnitOfWork, case: Case, alert: Alert, now: datetime) -> AlertFacts:
        escalation, reader = work.escalations.active(alert.case_id), self._reader(alert)
        steps = alert.step + 1
        if escalation is not None:
            with suppress(ValueError):
                steps = max(steps, len(from_snapshot(escalation.policy).steps))
        return AlertFacts(
            step=alert.step + 1,
            steps=steps,
            repeats=max(alert.round, 0),
            next_alert_at=(escalation and escalation.next_at) or now,
            take_as=reader.take_as,
            zone=reader.zone,
            languages=reader.languages,
            nobody_on_duty=alert.reason is AlertReason.NOBODY_ON_DUTY,
            undeliverable=alert.reason is AlertReason.UNDELIVERABLE,
            no_progress=alert.reason is AlertReason.NO_PROGRESS,
            dossier=dossier(work, self._directory, case, self._promises),
            actions=self._links(case, alert, now),
        )

    def _links(self, case: Case, alert: Alert, now: datetime) -> ActionLinks | None:
        person = self._directory.people.get(alert.person or "")
        return self._actions.links(case.reference, person, now) if self._actions else None

    def _reader(self, alert: Alert) -> Reader:
        person = self._directory.people.get(alert.person or "")
        if person:
            return reader_of(person)
        is_operator = alert.address.lower() == self._directory.fallback.lower()
        return Reader(languages=self._composer.operator_languages) if is_operator else Reader()


def _take_back_unsent(work: UnitOfWork, address: str, now: datetime) -> None:
    """Have the alerts of mails that have not gone out wait again, for the newer mail."""
    overtaken = Attempt(at=now, outcome="cancelled", detail="a newer alert took its place")
    for mail in work.carrying.unsent_mails(address, now - SETTLED):
        work.carrying.take_back(mail)
        work.outbox.cancel(mail, overtaken)
