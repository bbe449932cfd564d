"""The last word: a mail to the operators past the database, when nothing can be written to it.

Alerts stand still then, and so would an alarm: it is decided in the tables as well. So whoever
works on due alerts says here that it cannot, and after a minute the operators get a mail that is
made and sent at once, by the relay and by their channels. It is kept nowhere: a restart may tell it
again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.alarm_titles import Title
from notifier.alarms import write_alarm
from notifier.brief import write_brief_alarm
from notifier.compose import Composer
from notifier.outcomes import Courier, Sent
from store.errors import StorageUnavailable, StoreError
from store.model import Clock, OutboxId, OutboxKind, OutboxMessage, OutgoingMail, Way
from store.states import OutboxState
from store.unit_of_work import Store

AFTER: Final = timedelta(minutes=1)
"""How long nothing could be written before that is told: a moment's trouble passes by itself."""
AGAIN_AFTER: Final = timedelta(hours=1)
"""How long after it was told it is told again, while it lasts."""
TRIED_AFTER: Final = timedelta(minutes=1)
"""How long after it could not be sent it is tried again."""
NAMED: Final = 10
"""How many of the cases that wait it names."""

_log = structlog.get_logger()


class LastWord:
    """Watches whether due alerts can be written down. Used by one thread."""

    def __init__(
        self,
        *,
        store: Store,
        composer: Composer,
        address: str,
        couriers: Mapping[Way, Courier],
        clock: Clock,
    ) -> None:
        self._store = store
        self._composer = composer
        self._address = address
        self._couriers = couriers
        self._clock = clock
        self._since: datetime | None = None
        self._tell_at: datetime | None = None
        self._told = False

    def watch(self, step: Callable[[], int]) -> Callable[[], int]:
        """Do a step under watch: what it raises is told, and raised again."""

        def watched() -> int:
            try:
                done = step()
            except StorageUnavailable as error:
                self.failed(str(error))
                raise
            self.works()
            return done

        return watched

    def failed(self, reason: str) -> None:
        """Note that what is due could not be written, and why."""
        now = self._clock()
        if self._since is None or self._since > now:
            self._since, self._tell_at = now, now + AFTER
        if self._tell_at is not None and now >= self._tell_at:
            sent = self._tell((reason, *self._waiting(now)), now)
            self._told = self._told or sent
            self._tell_at = now + (AGAIN_AFTER if sent else TRIED_AFTER)

    def works(self) -> None:
        """Note that nothing stands in the way (any more)."""
        if self._told:
            self._tell((), self._clock(), over=True)
        self._since, self._tell_at, self._told = None, None, False

    def _waiting(self, now: datetime) -> tuple[str, ...]:
        """Name the cases whose alerts are due, if at least reading is possible."""
        try:
            with self._store.snapshot() as work:
                due = work.escalations.due(now, NAMED)
                cases = [work.cases.get(escalation.case_id) for escalation in due]
        except StoreError:
            return ()
        return tuple(f"case {case.reference}, {case.severity.label}" for case in cases)

    def _tell(self, lines: tuple[str, ...], now: datetime, *, over: bool = False) -> bool:
        english = "Nothing can be written down, so alerts stand still"
        title = Title(kind="nothing_written", english=english)
        _log.error("alarm.past_the_database", title=english, over=over)
        key = f"last-word:{now.isoformat()}"
        posting = self._composer.posting(OutboxKind.ALARM, self._address, key, now)
        sent = [self._send(write_alarm(self._composer, title, lines, posting, over=over), now)]
        for channel in self._composer.operator_channels:
            posting = self._composer.posting(OutboxKind.ALARM, channel, key, now)
            brief = write_brief_alarm(self._composer, title, posting, over=over)
            sent.append(self._send(brief, now))
        return any(sent)

    def _send(self, mail: OutgoingMail, now: datetime) -> bool:
        message = OutboxMessage(
            id=OutboxId(0),
            mail=mail,
            state=OutboxState.QUEUED,
            attempts=0,
            created_at=now,
            next_attempt_at=now,
        )
        try:
            return isinstance(self._couriers[mail.way].send(message), Sent)
        except Exception:  # noqa: BLE001 - a login may need the database; the other ways do not
            _log.exception("alarm.not_sent", way=mail.way.value)
            return False
