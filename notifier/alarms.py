"""Alarms: the operators are told about tipline itself, by mail and by the channels they chose.

What happens (a refused alert, nobody on duty) is told at most once an hour for each name; what
lasts is kept by the auditor, which tells it once, and once when it is over.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog

from notifier.alarm_titles import Title
from notifier.brief import write_brief_alarm
from notifier.compose import Composer, Posting, outgoing
from notifier.letters import FALLBACK_LANGUAGE, moment_text
from store.model import OutboxKind, OutgoingMail
from store.unit_of_work import UnitOfWork

_log = structlog.get_logger()


class Alarms:
    """Queues alarms to one address and the operators' channels, within the caller's transaction."""

    def __init__(self, composer: Composer, address: str) -> None:
        self._composer = composer
        self._address = address

    def raise_alarm(
        self, work: UnitOfWork, name: str, title: Title, lines: tuple[str, ...], now: datetime
    ) -> bool:
        """Queue an alarm; False when one of this name was queued within the same hour."""
        _log.warning("alarm.raised", alarm=name, title=title.english)
        hour = now.astimezone(UTC).strftime("%Y-%m-%dT%H")
        return self._tell(work, f"alarm:{name}:{hour}", title, lines, now)

    def begins(
        self, work: UnitOfWork, name: str, title: Title, lines: tuple[str, ...], now: datetime
    ) -> None:
        """Tell of something that lasts; the caller sees to it that this is done once."""
        _log.warning("alarm.raised", alarm=name, title=title.english)
        self._tell(work, f"alarm:{name}:{now.isoformat()}", title, lines, now)

    def is_over(
        self, work: UnitOfWork, name: str, title: Title, lines: tuple[str, ...], now: datetime
    ) -> None:
        """Tell that something is over; the caller sees to it that this is done once."""
        _log.info("alarm.over", alarm=name, title=title.english)
        self._tell(work, f"alarm:{name}:{now.isoformat()}:over", title, lines, now, over=True)

    def _tell(  # noqa: PLR0913 - what to tell, and which decision it is
        self,
        work: UnitOfWork,
        key: str,
        title: Title,
        lines: tuple[str, ...],
        now: datetime,
        *,
        over: bool = False,
    ) -> bool:
        posting = self._composer.posting(OutboxKind.ALARM, self._address, key[:255], now)
        alarm = write_alarm(self._composer, title, lines, posting, over=over)
        if work.outbox.queue(alarm, now) is None:
            return False
        for channel in self._composer.operator_channels:
            named = f"{channel}:{key}"[:255]
            posting = self._composer.posting(OutboxKind.ALARM, channel, named, now)
            brief = write_brief_alarm(self._composer, title, posting, over=over)
            work.outbox.queue(brief, now)
        return True


def write_alarm(
    composer: Composer,
    title: Title,
    lines: tuple[str, ...],
    posting: Posting,
    *,
    over: bool = False,
) -> OutgoingMail:
    """Write to the operators that something about tipline itself needs a person, or is over."""
    letter = composer.letters.write(
        "alarm",
        composer.operator_languages,
        lambda language: alarm_values(composer, title, lines, posting.at, language, over=over),
    )
    mail = composer.mail(letter, posting, "auto-generated")
    return outgoing(OutboxKind.ALARM, mail, letter, posting)


def alarm_values(  # noqa: PLR0913 - what a template may use
    composer: Composer,
    title: Title,
    lines: tuple[str, ...],
    at: datetime,
    language: str = FALLBACK_LANGUAGE,
    *,
    over: bool = False,
) -> dict[str, Any]:
    """Give what the template of an alarm may use."""
    return {
        "title": title.in_language(language),
        "over": over,
        "lines": lines,
        "host": composer.identity.domain,
        "noticed": moment_text(at, composer.zone),
    }
