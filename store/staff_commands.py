"""What mails of the people on duty ask for: recorded by reading, decided once by the notifier."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from store.model import (
    CaseId,
    CommandFault,
    Disposition,
    InboundId,
    MailKind,
    OutboxId,
    StaffAction,
    StaffCommand,
)
from store.rows import mail_traits
from store.schema import inbox, staff_commands
from store.states import CommandState


class StaffCommands:
    """The commands within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, command: StaffCommand) -> None:
        """Write down what a mail asks for; it waits for the notifier."""
        self._connection.execute(
            insert(staff_commands).values(
                inbox_id=command.inbound_id,
                received_at=command.received_at,
                case_id=command.case_id,
                sender=command.sender,
                kind=command.kind,
                forwarded=command.forwarded,
                token=command.token,
                answered_id=command.answered_id,
                has_words=command.has_words,
                action=command.action,
                named_case=command.named_case,
                span_seconds=command.span.total_seconds() if command.span else None,
                disposition=command.disposition,
                fault=command.fault,
                remark=command.remark,
                traits=asdict(command.traits),
                state=CommandState.PENDING,
            ),
        )

    def pending(self, limit: int) -> list[InboundId]:
        """Give the oldest commands that wait, by the mails they came in."""
        query = (
            select(staff_commands.c.inbox_id)
            .where(staff_commands.c.state == CommandState.PENDING)
            .order_by(staff_commands.c.inbox_id)
            .limit(limit)
        )
        return [InboundId(number) for number in self._connection.scalars(query)]

    def pending_before(self, moment: datetime) -> int:
        """Count the commands that wait and were received before a moment."""
        query = (
            select(func.count())
            .select_from(staff_commands)
            .where(
                staff_commands.c.state == CommandState.PENDING,
                staff_commands.c.received_at < moment,
            )
        )
        return int(self._connection.scalar(query) or 0)

    def of_message(self, inbound_id: InboundId) -> StaffCommand | None:
        """Give the command that came in one mail."""
        query = select(staff_commands).where(staff_commands.c.inbox_id == inbound_id)
        row = self._connection.execute(query).first()
        return _command(row) if row else None

    def of_case(self, case_id: CaseId) -> list[StaffCommand]:
        """Give the commands about a case, oldest first."""
        query = select(staff_commands).where(staff_commands.c.case_id == case_id)
        rows = self._connection.execute(query.order_by(staff_commands.c.inbox_id))
        return [_command(row) for row in rows]

    def spent(self, token: str) -> StaffCommand | None:
        """Give the command that was done by a token, if one was."""
        row = self._connection.execute(
            select(staff_commands)
            .where(staff_commands.c.token == token, staff_commands.c.state == CommandState.DONE)
            .order_by(staff_commands.c.inbox_id)
            .limit(1),
        ).first()
        return _command(row) if row else None

    def is_obeyed(self, command: StaffCommand) -> bool:
        """Tell whether the same mail came before, by another way, and was done."""
        message_id = command.traits.message_id
        if message_id is None:
            return False
        query = select(staff_commands.c.inbox_id).where(
            staff_commands.c.case_id == command.case_id,
            staff_commands.c.state == CommandState.DONE,
            staff_commands.c.sender == command.sender,
            staff_commands.c.traits["message_id"].as_string() == message_id,
        )
        return self._connection.scalar(query.limit(1)) is not None

    def settle(
        self,
        command: StaffCommand,
        state: CommandState,
        reason: str,
        person: str | None,
        at: datetime,
    ) -> bool:
        """Note what became of a command; False when that was decided before.

        The inbox shows it as well, beside what reading said of the mail.
        """
        result = self._connection.execute(
            update(staff_commands)
            .where(
                staff_commands.c.inbox_id == command.inbound_id,
                staff_commands.c.state == CommandState.PENDING,
            )
            .values(state=state, reason=reason, person=person, decided_at=at),
        )
        if result.rowcount != 1:
            return False
        of_mail = inbox.c.id == command.inbound_id
        said = self._connection.scalar(select(inbox.c.reason).where(of_mail))
        outcome = f"{state}: {reason}"
        told = f"{said}; {outcome}" if said else outcome
        self._connection.execute(update(inbox).where(of_mail).values(reason=told))
        return True


def _command(row: Row[Any]) -> StaffCommand:
    return StaffCommand(
        inbound_id=InboundId(row.inbox_id),
        received_at=row.received_at,
        case_id=CaseId(row.case_id) if row.case_id is not None else None,
        sender=row.sender,
        kind=MailKind(row.kind),
        forwarded=row.forwarded,
        token=row.token,
        answered_id=OutboxId(row.answered_id) if row.answered_id is not None else None,
        has_words=row.has_words,
        traits=mail_traits(row.traits),
        action=StaffAction(row.action) if row.action else None,
        named_case=row.named_case,
        span=timedelta(seconds=row.span_seconds) if row.span_seconds else None,
        disposition=Disposition(row.disposition) if row.disposition else None,
        fault=CommandFault(row.fault) if row.fault else None,
        remark=row.remark,
        state=CommandState(row.state),
        reason=row.reason,
        person=row.person,
        decided_at=row.decided_at,
    )
