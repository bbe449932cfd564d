"""The second way out: while the relay is down, urgent alerts go by channels.

When nothing has left by the relay for some minutes and an alert about an urgent case was tried in
vain, the person it is for is told by channels of their own, or else the emergency channels are;
these are told as well when all of the person's own channels refuse. Once for each alert: a stand-in
is named after the mail it stands in for. When one has gone out, its mail is cancelled, so that
nobody gets a heap of old mails when the relay is back. While none has gone out, the mail waits as
before, and whichever goes first is the one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.alerts import AlertFacts
from notifier.brief import write_brief
from notifier.channels import channel_recipient
from notifier.compose import Composer, Posting
from notifier.directory import Directory
from notifier.escalations import ACTOR
from notifier.rota import time_zone
from notifier.summaries import LISTED, Reader, SummaryFacts, write_brief_summary
from store.errors import StorageUnavailable
from store.model import (
    Alert,
    Clock,
    EventKind,
    OutboxKind,
    OutboxMessage,
    OutgoingMail,
    Severity,
    Way,
)
from store.sending import LONGEST_WAIT
from store.states import OutboxState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 20
"""How many mails one step stands in for."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Detour:
    """When alerts take the second way: how long the relay is down, and how urgent a case is.

    ``emergency`` are the channels told in the place of persons who have none, as the outbox calls
    them.
    """

    after: timedelta = timedelta(minutes=5)
    least: Severity = Severity.HIGH
    emergency: tuple[str, ...] = ()


def is_down(work: UnitOfWork, now: datetime, after: timedelta) -> bool:
    """Tell whether mails have been tried in vain for so long and none has left meanwhile."""
    # While a way is shut, no two tries are further apart than the longest wait.
    since = work.traffic.tried_in_vain_since(Way.MAIL, now, after + LONGEST_WAIT)
    return since is not None and now - since >= after


class SecondWay:
    """Stands in for alert mails that wait for the relay."""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        composer: Composer,
        detour: Detour,
        clock: Clock,
    ) -> None:
        self._store = store
        self._directory = directory
        self._composer = composer
        self._detour = detour
        self._clock = clock

    def step(self) -> int:
        """Queue a stand-in for each alert mail that needs one; tell how many."""
        with self._store.snapshot() as work:
            if not is_down(work, self._clock(), self._detour.after):
                return 0
            mails = [mail for mail in self._unsent(work) if self._ways(work, mail)][:BATCH]
        return sum(self._attend(mail) for mail in mails)

    def _unsent(self, work: UnitOfWork) -> list[OutboxMessage]:
        # One that was not even tried says nothing about the relay yet.
        return [mail for mail in work.traffic.unsent_alerts(self._detour.least) if mail.attempts]

    def _attend(self, mail: OutboxMessage) -> int:
        try:
            with self._store.transaction() as work:
                queued = self._stand_in(work, mail, self._clock())
                work.commit()
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one alert must not hold up the others
            _log.exception("second_way.failed", message=mail.id)
            return 0
        return queued

    def _stand_in(self, work: UnitOfWork, listed: OutboxMessage, now: datetime) -> int:
        mail = work.outbox.get(listed.id)
        alerts = work.alerts.in_mail(mail.id)
        if mail.state is not OutboxState.QUEUED or not alerts:
            # Sent, cancelled or overtaken since we looked.
            return 0
        ways = self._ways(work, mail)
        for channel in ways:
            key = _key(mail, channel)
            posting = self._composer.posting(OutboxKind.ALERT, channel, key, now)
            brief = replace(self._write(work, alerts, posting), instead_of=mail.id)
            work.outbox.queue(brief, now)
        for case_id in {alert.case_id: None for alert in alerts}:
            details = {"message": mail.id, "channels": list(ways)}
            work.history.append(
                case_id, EventKind.ALERT_BY_CHANNEL, actor=ACTOR, at=now, details=details
            )
        _log.warning("alert.second_way", message=mail.id, channels=list(ways))
        return len(ways)

    def _ways(self, work: UnitOfWork, mail: OutboxMessage) -> tuple[str, ...]:
        """Name the channels to tell now: the person's own, and the emergency ones after them."""
        person = next((alert.person for alert in work.alerts.in_mail(mail.id, 1)), None)
        known = self._directory.people.get(person or "")
        own = known.channels if known else ()
        for ways in (
            tuple(channel_recipient(f"{person}/{name}") for name in own),
            self._detour.emergency,
        ):
            fresh = tuple(way for way in ways if not work.outbox.is_known(_key(mail, way)))
            if fresh:
                return fresh
        return ()

    def _write(self, work: UnitOfWork, alerts: Sequence[Alert], posting: Posting) -> OutgoingMail:
        first, *others = alerts
        if not others:
            case = work.cases.get(first.case_id)
            return write_brief(self._composer, case, self._facts(work, first, posting.at), posting)
        cases = [work.cases.get(alert.case_id) for alert in alerts]
        cases.sort(key=lambda case: case.severity, reverse=True)
        counts = dict.fromkeys(Severity, 0)
        for case in cases:
            counts[case.severity] += 1
        facts = SummaryFacts(
            counts={severity: count for severity, count in counts.items() if count},
            cases=cases[:LISTED],
        )
        return write_brief_summary(self._composer, facts, self._reader(first), posting)

    def _facts(self, work: UnitOfWork, alert: Alert, now: datetime) -> AlertFacts:
        escalation, reader = work.escalations.active(alert.case_id), self._reader(alert)
        return AlertFacts(
            step=alert.step + 1,
            steps=alert.step + 1,
            repeats=max(alert.round, 0),
            next_alert_at=(escalation and escalation.next_at) or now,
            take_as=reader.take_as,
            zone=reader.zone,
            languages=reader.languages,
        )

    def _reader(self, alert: Alert) -> Reader:
        person = self._directory.people.get(alert.person or "")
        if person is None:
            return Reader()
        return Reader(
            take_as=person.key, zone=time_zone(person.time_zone), languages=person.languages
        )


def _key(mail: OutboxMessage, channel: str) -> str:
    return f"instead:{mail.id}:{channel}"[:255]
