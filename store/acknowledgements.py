"""Who was sent a receipt, and who went without for having had enough; counted for the quotas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from store.model import ReportId
from store.schema import acknowledgements, installation

# The row whose lock makes one decision follow the other where several programs decide.
_TURN: Final = "acknowledgement-turn"


@unique
class Grant(StrEnum):
    """What a report was granted of what etiquette allows."""

    RECEIPT = "receipt"
    """A receipt of its own."""

    COLLECTIVE = "collective"
    """One that says: we have them all, and shall not write for each."""

    NOTHING = "nothing"
    """Silence; the sender was told, or a limit on all mails is reached."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What one sender asked and was sent lately.

    ``asked`` counts their reports that might have been answered; ``told`` is True when the last
    mail to them was a collective one.
    """

    asked: int
    told: bool


_IS_MAIL: Final = acknowledgements.c.outcome != Grant.NOTHING.value


class Acknowledgements:
    """The counts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_turn(self) -> None:
        """Wait until nobody else decides; the turn ends with the transaction."""
        row = update(installation).where(installation.c.name == _TURN).values(content="")
        if not self._connection.execute(row).rowcount:
            self._connection.execute(insert(installation).values(name=_TURN, content=""))

    def standing(self, sender: str, since: datetime) -> Standing:
        """Tell what a sender asked and was sent since a moment. Names are folded by the caller."""
        table = acknowledgements
        last = (
            select(table.c.outcome)
            .where(table.c.sender == sender, _IS_MAIL)
            .order_by(table.c.at.desc(), table.c.report_id.desc())
            .limit(1)
        )
        return Standing(
            asked=self._count(since, table.c.sender == sender),
            told=self._connection.scalar(last) == Grant.COLLECTIVE.value,
        )

    def mails_to(self, domain: str, since: datetime) -> int:
        """Count the mails to one domain since a moment."""
        return self._count(since, _IS_MAIL, acknowledgements.c.domain == domain)

    def mails(self, since: datetime) -> int:
        """Count the mails to everybody since a moment."""
        return self._count(since, _IS_MAIL)

    def note(
        self, report_id: ReportId, sender: str, domain: str, grant: Grant, at: datetime
    ) -> None:
        """Write down what a report was granted."""
        values: dict[str, Any] = {"sender": sender, "domain": domain, "at": at}
        row = insert(acknowledgements).values(report_id=report_id, outcome=grant.value, **values)
        self._connection.execute(row)

    def _count(self, since: datetime, *which: ColumnElement[bool]) -> int:
        query = select(func.count()).where(acknowledgements.c.at > since, *which)
        return self._connection.execute(query).scalar_one()
