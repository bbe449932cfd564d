"""Reports: messages as understood, and how they are found again."""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Integer, Row, Select, cast, extract, func, insert, select, update

from store.errors import NotFound
from store.model import CaseId, InboundId, MailKind, MailTraits, Report, ReportId, Severity
from store.references import REPORT_PREFIX, new_reference, parse_reference
from store.rows import insert_row, mail_traits, shortened
from store.schema import case_reports, cases, replies, reports
from store.states import AcknowledgementState

# How many references are compared when an unknown one is typed.
_COMPARED: Final = 20_000
_HOUR_SECONDS: Final = 3600
# What the columns hold.
_REASON_LENGTH: Final = 200
_EXTERNAL_ID_LENGTH: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class NewReport:
    """A report about to be written down. ``words`` are sealed already."""

    inbound_id: InboundId
    reporter: str | None
    received_at: datetime
    language: str | None
    kind: MailKind
    severity: Severity
    urgency: str | None
    message_id: str | None
    traits: MailTraits
    defects: tuple[str, ...]
    words: bytes
    accounts: int
    urgency_reason: str | None = None
    category: str | None = None
    category_reason: str | None = None
    external_id: str | None = None
    answers_id: ReportId | None = None
    address: str | None = None
    arrived_at: datetime | None = None


class Reports:
    """The reports within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: NewReport) -> ReportId:
        """Write a report down; its receipt is not decided yet."""
        values = {
            "reference": new_reference(REPORT_PREFIX),
            "inbox_id": new.inbound_id,
            "reporter": new.reporter,
            "received_at": new.received_at,
            "language": new.language,
            "kind": new.kind,
            "severity": new.severity,
            "urgency": new.urgency,
            "message_id": new.message_id,
            "traits": asdict(new.traits),
            "defects": list(new.defects),
            "words": new.words,
            "accounts": new.accounts,
            "urgency_reason": shortened(new.urgency_reason, _REASON_LENGTH),
            "category": new.category,
            "category_reason": shortened(new.category_reason, _REASON_LENGTH),
            "external_id": shortened(new.external_id, _EXTERNAL_ID_LENGTH),
            "acknowledgement": AcknowledgementState.PENDING,
            "address": new.address,
            "arrived_at": new.arrived_at,
        }
        number = insert_row(self._connection, reports, **values)
        if new.answers_id is not None:
            answer = insert(replies).values(report_id=number, answers_id=new.answers_id)
            self._connection.execute(answer)
        return ReportId(number)

    def undecided(self, limit: int) -> list[Report]:
        """Give the oldest reports whose receipt is not decided."""
        query = _query().where(reports.c.acknowledgement == AcknowledgementState.PENDING)
        rows = self._connection.execute(query.order_by(reports.c.id).limit(limit)).all()
        return [self._report(row) for row in rows]

    def get(self, report_id: ReportId) -> Report:
        """Give one report by its number in the database."""
        row = self._connection.execute(_query().where(reports.c.id == report_id)).one()
        return self._report(row)

    def of_message(self, inbound_id: InboundId) -> Report | None:
        """Give the report that a message became."""
        row = self._connection.execute(_query().where(reports.c.inbox_id == inbound_id)).first()
        return self._report(row) if row else None

    def set_traits(self, report_id: ReportId, traits: MailTraits) -> None:
        """Change by what a report's sender is judged: another copy of it tells more."""
        self._connection.execute(
            update(reports).where(reports.c.id == report_id).values(traits=asdict(traits))
        )

    def find(self, text: str) -> Report:
        """Give one report by its reference as typed; NotFound names the nearest."""
        reference = parse_reference(text, REPORT_PREFIX)
        row = self._connection.execute(_query().where(reports.c.reference == reference)).first()
        if row is None:
            raise NotFound(f"there is no report {text}", self._nearest(text))
        return self._report(row)

    def _nearest(self, text: str) -> tuple[str, ...]:
        newest = select(reports.c.reference).order_by(reports.c.id.desc()).limit(_COMPARED)
        known = list(self._connection.scalars(newest))
        return tuple(difflib.get_close_matches(text.strip().upper(), known, n=3, cutoff=0))

    def listing(self, limit: int | None = None) -> list[Report]:
        """Give reports, newest first."""
        query = _query().order_by(reports.c.id.desc()).limit(limit)
        return [self._report(row) for row in self._connection.execute(query).all()]

    def of_case(self, case_reference: str) -> list[Report]:
        """Give a case's reports, oldest first."""
        query = (
            _query()
            .join(case_reports, case_reports.c.report_id == reports.c.id)
            .join(cases, cases.c.id == case_reports.c.case_id)
            .where(cases.c.reference == case_reference)
            .order_by(reports.c.id)
        )
        return [self._report(row) for row in self._connection.execute(query).all()]

    def category_of_case(self, case_id: CaseId) -> str | None:
        """Give the category suggested for a case: of its most severe report, and the newest."""
        query = (
            select(reports.c.category)
            .join(case_reports, case_reports.c.report_id == reports.c.id)
            .where(case_reports.c.case_id == case_id, reports.c.category.is_not(None))
            .order_by(reports.c.severity.desc(), reports.c.id.desc())
            .limit(1)
        )
        return self._connection.scalar(query)

    def addresses_of_case(self, case_id: CaseId) -> tuple[str, ...]:
        """Give the addresses of ours that a case's reports came to, the oldest report's first."""
        query = (
            select(reports.c.address)
            .join(case_reports, case_reports.c.report_id == reports.c.id)
            .where(case_reports.c.case_id == case_id, reports.c.address.is_not(None))
            .group_by(reports.c.address)
            .order_by(func.min(reports.c.id))
        )
        return tuple(self._connection.scalars(query))

    def most_severe(self, case_id: CaseId) -> Report | None:
        """Give the report that makes a case as severe as it is: the newest of the most severe."""
        query = (
            _query()
            .join(case_reports, case_reports.c.report_id == reports.c.id)
            .where(case_reports.c.case_id == case_id)
            .order_by(reports.c.severity.desc(), reports.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        return self._report(row) if row else None

    def replies(self, report_id: ReportId) -> list[Report]:
        """Give the reports that are replies to one, oldest first."""
        query = (
            _query()
            .join(replies, replies.c.report_id == reports.c.id)
            .where(replies.c.answers_id == report_id)
            .order_by(reports.c.id)
        )
        return [self._report(row) for row in self._connection.execute(query).all()]

    def by_external_id(self, external_id: str) -> Report | None:
        """Give the first report to which its sender gave this number."""
        known = reports.c.external_id == external_id[:_EXTERNAL_ID_LENGTH]
        row = self._connection.execute(_query().where(known).order_by(reports.c.id)).first()
        return self._report(row) if row else None

    def newest_received_at(self) -> datetime | None:
        """Tell when the newest report was received; None before the first."""
        newest: datetime | None = self._connection.scalar(select(func.max(reports.c.received_at)))
        return newest

    def by_hour(self, since: datetime) -> dict[int, int]:
        """Count the reports received since a moment by their hours since 1970 (UTC)."""
        hour = cast(extract("epoch", reports.c.received_at), Integer) // _HOUR_SECONDS
        query = select(hour, func.count()).where(reports.c.received_at >= since).group_by(hour)
        return {int(number): int(count) for number, count in self._connection.execute(query)}

    def _report(self, row: Row[Any]) -> Report:
        belongs = (
            select(cases.c.reference)
            .join(case_reports, case_reports.c.case_id == cases.c.id)
            .where(case_reports.c.report_id == row.id)
            .order_by(cases.c.id)
        )
        return Report(
            id=ReportId(row.id),
            reference=row.reference,
            inbound_id=InboundId(row.inbox_id),
            reporter=row.reporter,
            received_at=row.received_at,
            language=row.language,
            kind=MailKind(row.kind),
            severity=Severity(row.severity),
            urgency=row.urgency,
            message_id=row.message_id,
            traits=mail_traits(row.traits),
            acknowledgement=AcknowledgementState(row.acknowledgement),
            acknowledgement_reason=row.acknowledgement_reason,
            case_references=tuple(self._connection.scalars(belongs)),
            accounts=row.accounts,
            urgency_reason=row.urgency_reason,
            category=row.category,
            category_reason=row.category_reason,
            external_id=row.external_id,
            answers=row.answers,
            address=row.address,
            arrived_at=row.arrived_at,
        )


@cache
def _query() -> Select[Any]:
    # Put together once: every step of the daemon asks by it, mostly for nothing new.
    answered, link = reports.alias(), replies.alias()
    answers = (
        select(answered.c.reference)
        .join(link, link.c.answers_id == answered.c.id)
        .where(link.c.report_id == reports.c.id)
        .correlate(reports)
        .scalar_subquery()
    )
    kept = (c for c in reports.c if c.name not in {"words", "defects"})
    return select(*kept, answers.label("answers"))
