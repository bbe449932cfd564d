"""Alarms: mails to the operators about tipline itself, at most one an hour for each thing wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog

from notifier.compose import Composer, Posting, outgoing
from notifier.letters import FALLBACK_LANGUAGE, moment_text
from store.model import OutboxKind, OutgoingMail
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
        return (
            work.outbox.queue(write_alarm(self._composer, title, lines, posting), now) is not None
        )


def write_alarm(
    composer: Composer, title: str, lines: tuple[str, ...], posting: Posting
) -> OutgoingMail:
    """Write to the operators that something about tipline itself needs a person."""
    values = alarm_values(composer, title, lines, posting.at)
    letter = composer.letters.write("alarm", (FALLBACK_LANGUAGE,), values)
    mail = composer.mail(letter, posting, "auto-generated")
    return outgoing(OutboxKind.ALARM, mail, letter, posting)


def alarm_values(
    composer: Composer, title: str, lines: tuple[str, ...], at: datetime
) -> dict[str, Any]:
    """Give what the template of an alarm may use."""
    return {
        "title": title,
        "lines": lines,
        "host": composer.identity.domain,
        "noticed": moment_text(at, composer.zone),
    }
