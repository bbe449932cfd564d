"""Each report's receipt, decided once: may one go, do the quotas grant it, what does it say.

The decision, its reason and the mail are written in one transaction; a crash before its commit
leaves the report undecided. A report whose receipt cannot be written never holds up the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from notifier.authentication import Verdict, judge
from notifier.compose import Composer
from notifier.correspondence import UNREACHABLE
from notifier.etiquette import Answer, may_answer
from notifier.manners import Manners
from notifier.promises import Promises
from notifier.quotas import Quotas, Turn
from notifier.receipts import ReceiptFacts, write_collective, write_receipt
from store.acknowledgements import Grant
from store.errors import StorageUnavailable
from store.model import Clock, OutboxKind, OutgoingMail, Report
from store.references import reply_token
from store.states import AcknowledgementState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 50
"""How many reports one step looks at."""

_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decided:
    """A decision on a report's receipt, and the mail if there is to be one."""

    report: Report
    answer: Answer
    mail: OutgoingMail | None = None


class Acknowledger:
    """Decides receipts."""

    def __init__(  # noqa: PLR0913 - the wiring names each piece
        self,
        *,
        store: Store,
        composer: Composer,
        reply_key: bytes,
        clock: Clock,
        manners: Manners,
        quotas: Quotas,
        promises: Promises,
        answering: bool = True,
    ) -> None:
        self._store = store
        self._composer = composer
        self._reply_key = reply_key
        self._clock = clock
        self._manners = manners
        self._quotas = quotas
        self._promises = promises
        self._answering = answering

    def step(self) -> int:
        """Decide what waits, up to a bound; tell how much was done."""
        with self._store.snapshot() as work:
            reports = work.reports.undecided(BATCH)
        return self._decide_all(reports)

    def _decide_all(self, reports: Sequence[Report]) -> int:
        """Decide receipts in one commit; when that fails, each report's in a commit of its own."""
        if not reports:
            return 0
        try:
            return self._decide([self._receipt(report) for report in reports])
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - narrowed down to the one report that causes it
            if len(reports) > 1:
                return sum(self._decide_all([report]) for report in reports)
            _log.exception("receipt.failed", report=reports[0].reference)
            answer = Answer(send=False, reason="cannot_compose")
            return self._decide([_Decided(report=reports[0], answer=answer)])

    def _receipt(self, report: Report) -> _Decided:
        """Ask etiquette, and write the receipt that it allows; nothing is locked meanwhile."""
        answer = self._may_answer(report)
        mail = self._write(report) if answer.send else None
        return _Decided(report=report, answer=answer, mail=mail)

    def _may_answer(self, report: Report) -> Answer:
        if not self._answering:
            return Answer(send=False, reason="switched_off")
        return may_answer(report.traits, report.kind, self._manners)

    def _facts(self, report: Report) -> ReceiptFacts:
        with self._store.snapshot() as work:
            cases = work.cases.of_report(report.id)
        traits, servers = report.traits, self._manners.trusted_servers
        known = judge(traits.authentication, traits.from_addresses, servers)
        return ReceiptFacts(
            accounts=tuple(case.account for case in cases if case.account),
            named=known.verdict is Verdict.AUTHENTICATED,
            promises=self._promises,
        )

    def _write(self, report: Report, *, collective: bool = False) -> OutgoingMail:
        token = reply_token(report.reference, self._reply_key)
        posting = self._composer.posting(
            OutboxKind.ACKNOWLEDGEMENT,
            report.traits.reverse_path,
            f"receipt:{report.id}",
            self._clock(),
            token,
        )
        reply_to = self._composer.identity.tagged(token)
        if collective:
            return write_collective(self._composer, report, posting, reply_to)
        return write_receipt(self._composer, report, self._facts(report), posting, reply_to)

    def _decide(self, wished: Sequence[_Decided]) -> int:
        """Write decisions down, each once; tells how many nobody had taken before."""
        now = self._clock()
        with self._store.transaction() as work:
            turn = Turn(work, self._quotas, now)
            waiting = work.receipts.still_undecided([each.report.id for each in wished])
            decided = [
                self._within_quotas(work, turn, each)
                for each in wished
                if each.report.id in waiting
            ]
            for each in decided:
                _write_down(work, each, now)
            work.commit()
        for each in decided:
            verb = "receipt.queued" if each.mail else "receipt.withheld"
            _log.info(verb, report=each.report.reference, reason=each.answer.reason)
        return len(decided)

    def _within_quotas(self, work: UnitOfWork, turn: Turn, wish: _Decided) -> _Decided:
        if not wish.answer.send:
            return wish
        if work.unreachable.of(wish.report.traits.reverse_path):
            answer = Answer(send=False, reason=UNREACHABLE)
            return replace(wish, answer=answer, mail=None)
        granted = turn.grant(wish.report)
        match granted.grant:
            case Grant.RECEIPT:
                return wish
            case Grant.COLLECTIVE:
                answer = Answer(send=True, reason=granted.reason)
                return replace(wish, answer=answer, mail=self._write(wish.report, collective=True))
            case Grant.NOTHING:
                answer = Answer(send=False, reason=granted.reason)
                return replace(wish, answer=answer, mail=None)


def _write_down(work: UnitOfWork, decided: _Decided, now: datetime) -> None:
    mail, report = decided.mail, decided.report
    state = AcknowledgementState.QUEUED if mail else AcknowledgementState.WITHHELD
    work.receipts.decide(report.id, state, decided.answer.reason)
    if mail:
        work.outbox.queue(mail, now)
