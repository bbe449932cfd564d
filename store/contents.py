"""What a report holds: the accounts it names, its attachments, what it says and its defects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from store.accounts import account_reference
from store.model import AccountId, EvidencePart, ReportId, Role, Sighting
from store.schema import accounts, evidence, reports, sightings


class Contents:
    """What reports hold, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_sighting(self, report_id: ReportId, account_id: AccountId, sighting: Sighting) -> None:
        """Note that a report names an account."""
        self._connection.execute(
            insert(sightings).values(
                report_id=report_id,
                account_id=account_id,
                role=sighting.role,
                method=sighting.method,
                confidence=sighting.confidence,
                part=sighting.part,
                span_start=sighting.span[0],
                span_end=sighting.span[1],
            ),
        )

    def add_evidence(self, report_id: ReportId, parts: Sequence[EvidencePart]) -> None:
        """List a report's attachments; their names are kept sealed with its words."""
        for ordinal, part in enumerate(parts):
            self._connection.execute(
                insert(evidence).values(
                    report_id=report_id,
                    ordinal=ordinal,
                    content_type=part.content_type[:120],
                    size=part.size,
                    sha256=part.sha256,
                ),
            )

    def sightings(self, report_id: ReportId) -> list[Sighting]:
        """Give the accounts a report names."""
        query = (
            select(sightings, accounts)
            .join(accounts, accounts.c.id == sightings.c.account_id)
            .where(sightings.c.report_id == report_id)
            .order_by(sightings.c.id)
        )
        return [_sighting(row) for row in self._connection.execute(query)]

    def evidence(self, report_id: ReportId) -> list[EvidencePart]:
        """Give a report's attachments without their names, which are sealed."""
        query = select(evidence).where(evidence.c.report_id == report_id)
        return [
            EvidencePart(
                filename=None,
                content_type=row.content_type,
                size=row.size,
                sha256=row.sha256,
            )
            for row in self._connection.execute(query.order_by(evidence.c.ordinal))
        ]

    def sealed_words(self, report_id: ReportId) -> bytes:
        """Give what a report says, still sealed."""
        query = select(reports.c.words).where(reports.c.id == report_id)
        return bytes(self._connection.execute(query).scalar_one())

    def defects(self, report_id: ReportId) -> list[str]:
        """Give what was wrong with the mail."""
        query = select(reports.c.defects).where(reports.c.id == report_id)
        return list(self._connection.execute(query).scalar_one())


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(
        account=account_reference(row),
        role=Role(row.role),
        method=row.method,
        confidence=row.confidence,
        part=row.part,
        span=(row.span_start, row.span_end),
    )
