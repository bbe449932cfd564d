"""A mail to ourselves, now and then: whether it comes back tells that the whole way works.

It is queued like any other, leaves through the relay, comes in at the listener like a report, is
accepted, read and recorded, and the rules for receipts decide that it is not answered. How long all
that took is kept. It bears a signed token, in its Message-ID and, as some relays draw their own, in
its subject; it opens no case, is no report and pages nobody.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from notifier.compose import Composer, outgoing
from notifier.etiquette import may_answer
from notifier.letters import Letter
from notifier.manners import Manners
from store.model import Canary, Clock, MailKind, OutboxKind
from store.tokens import canary_token
from store.unit_of_work import Store, UnitOfWork

RETRY_AFTER: Final = timedelta(hours=1)
"""How soon the next one follows one that did not come back."""
WOULD_ANSWER: Final = "would_be_answered"
"""The verdict on a canary that the rules for receipts let through: it should never be."""
_TEXT: Final = (
    "tipline has sent this mail to itself, to see that mails go out and come in.\n"
    "Nothing is to be done.\n"
)

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How often a canary is sent, and within which time it has to be back."""

    every: timedelta
    within: timedelta


class Canaries:
    """Sends canaries and follows them. ``key`` signs their tokens.

    ``seconds`` is how long the last one took that went the whole way; None before the first.
    """

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        composer: Composer,
        course: Course,
        manners: Manners,
        key: bytes,
        clock: Clock,
    ) -> None:
        self._store = store
        self._composer = composer
        self._course = course
        self._manners = manners
        self._key = key
        self._clock = clock
        self.seconds: int | None = None

    def step(self) -> int:
        """Decide about those that came back, and send the next one when it is time."""
        with self._store.snapshot() as work:
            returned = work.canaries.undecided()
            due = self._is_due(work.canaries.newest(), self._clock())
            self.seconds = _seconds(work.canaries.newest_whole())
        if not (returned or due):
            return 0
        now = self._clock()
        with self._store.transaction() as work:
            for canary, traits in returned:
                # As strict as for a report: only the rules about machines and ourselves count.
                answer = may_answer(traits, MailKind.REPORT, self._manners)
                verdict = WOULD_ANSWER if answer.send else answer.reason
                work.canaries.decide(canary.name, verdict, now)
                seconds = (now - canary.queued_at).total_seconds()
                _log.info("canary.came_through", after=seconds, verdict=verdict)
            if due:
                self._send(work, now)
            work.commit()
        return len(returned) + due

    def _is_due(self, newest: Canary | None, now: datetime) -> bool:
        if newest is None:
            return True
        every = self._course.every
        if newest.decided_at is None:
            every = min(every, max(RETRY_AFTER, self._course.within))
        # One from the future was sent before the clock was set back.
        return now - newest.queued_at >= every or newest.queued_at > now

    def _send(self, work: UnitOfWork, now: datetime) -> None:
        name = secrets.token_hex(8)
        token = canary_token(name, self._key)
        address = self._composer.identity.address
        posting = self._composer.posting(
            OutboxKind.CANARY, address, f"canary:{name}", now, token=token
        )
        letter = Letter(subject=f"tipline canary {token}", text=_TEXT)
        mail = self._composer.mail(letter, posting, "auto-generated")
        work.canaries.add(name, now)
        work.outbox.queue(outgoing(OutboxKind.CANARY, mail, letter, posting), now)
        _log.info("canary.queued")

    def look(self, work: UnitOfWork, now: datetime) -> list[str]:
        """Name what is wrong with the newest canary, for the auditor."""
        whole, waits_since = work.canaries.newest_whole(), work.canaries.waits_since()
        found = []
        if whole is not None and whole.verdict == WOULD_ANSWER:
            found.append("it came back and would have been answered: see your own addresses")
        if waits_since is not None and now - waits_since > self._course.within:
            found.append("it has not come back in time")
        return found


def _seconds(whole: Canary | None) -> int | None:
    if whole is None or whole.decided_at is None:
        return None
    return round((whole.decided_at - whole.queued_at).total_seconds())
