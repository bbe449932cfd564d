"""The receipt of each report: decided once, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, case, func, select, update

from store.model import ReportId
from store.schema import reports
from store.states import AcknowledgementState

COLLECTIVE: Final = "collective"
"""The reason of a receipt that says: all your reports have arrived."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptCount:
    """How many receipts came to a state; of those withheld, by which rule.

    One that stood for all reports of its sender has ``COLLECTIVE`` for a reason.
    """

    state: AcknowledgementState
    reason: str | None
    number: int


class Receipts:
    """The receipts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def undecided_before(self, moment: datetime) -> int:
        """Count the reports received before a moment whose receipt is not decided."""
        query = select(func.count()).where(
            reports.c.acknowledgement == AcknowledgementState.PENDING,
            reports.c.received_at < moment,
        )
        return int(self._connection.scalar(query) or 0)

    def decide(self, report_id: ReportId, state: AcknowledgementState, reason: str) -> bool:
        """Decide a report's receipt, once; False when it was decided before."""
        result = self._connection.execute(
            update(reports)
            .where(
                reports.c.id == report_id,
                reports.c.acknowledgement == AcknowledgementState.PENDING,
            )
            .values(acknowledgement=state, acknowledgement_reason=reason),
        )
        return result.rowcount == 1

    def decide_again(self, report_id: ReportId) -> None:
        """Have a receipt decided again that was withheld."""
        self._connection.execute(
            update(reports)
            .where(
                reports.c.id == report_id,
                reports.c.acknowledgement == AcknowledgementState.WITHHELD,
            )
            .values(acknowledgement=AcknowledgementState.PENDING, acknowledgement_reason=None),
        )

    def still_undecided(self, report_ids: Sequence[ReportId]) -> set[ReportId]:
        """Tell of which of these reports nobody has decided the receipt yet."""
        query = select(reports.c.id).where(
            reports.c.id.in_(report_ids),
            reports.c.acknowledgement == AcknowledgementState.PENDING,
        )
        return {ReportId(number) for number in self._connection.scalars(query)}

    def counts(self, since: datetime) -> list[ReceiptCount]:
        """Count what became of the receipts of reports received after a moment."""
        state = reports.c.acknowledgement
        stored = reports.c.acknowledgement_reason
        telling = (state == AcknowledgementState.WITHHELD) | (stored == COLLECTIVE)
        reason = case((telling, stored), else_=None)
        query = (
            select(state, reason.label("reason"), func.count().label("number"))
            .where(reports.c.received_at > since)
            .group_by(state, reason)
            .order_by(state, func.count().desc(), reason)
        )
        return [
            ReceiptCount(
                state=AcknowledgementState(row.acknowledgement),
                reason=row.reason,
                number=row.number,
            )
            for row in self._connection.execute(query)
        ]

    def set_outcome(self, report_id: ReportId, state: AcknowledgementState, reason: str) -> None:
        """Note what became of a receipt that was queued."""
        self._connection.execute(
            update(reports)
            .where(reports.c.id == report_id)
            .values(acknowledgement=state, acknowledgement_reason=reason),
        )

    def note_sent(self, report_id: ReportId) -> None:
        """Note that a queued receipt went; that it stood for others, too, stays known."""
        before = reports.c.acknowledgement_reason
        reason = case((before == COLLECTIVE, COLLECTIVE), else_="ok")
        sent = {"acknowledgement": AcknowledgementState.SENT, "acknowledgement_reason": reason}
        self._connection.execute(update(reports).where(reports.c.id == report_id).values(sent))
