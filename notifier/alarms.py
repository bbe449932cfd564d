"""Alarms: mails to the operators about tipline itself, at most one an hour for each thing wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from notifier.compose import Composer
from store.model import OutboxKind
from store.unit_of_work import UnitOfWork

_log = structlog.get_logger()


class Alarms:
    """Queues alarms to one address, within the caller's transaction."""

    def __init__(self, composer: Composer, address: str) -> None:
        self._composer = composer
        self._address = address

    def raise_alarm(
        self, work: UnitOfWork, name: str, title: str, lines: tuple[str, ...], now: datetime
    ) -> bool:
        """Queue an alarm; False when one of this name was queued within the same hour."""
        _log.warning("alarm.raised", alarm=name, title=title)
        hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
        posting = self._composer.posting(
            OutboxKind.ALARM, self._address, f"alarm:{name}:{hour}", now
        )
        return work.outbox.queue(self._composer.alarm(title, lines, posting), now) is not None
