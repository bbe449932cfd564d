"""Records of the store in the shapes that ``--json`` promises.

Names here are an interface: programs read them. Add fields, never rename one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tipline.cli.output import moment

if TYPE_CHECKING:
    from store.model import (
        AccountReference,
        Attempt,
        Case,
        CaseEvent,
        EvidencePart,
        InboundMessage,
        OutboxMessage,
        Report,
        Sighting,
        StaffCommand,
    )
    from store.openings import Opening
    from store.unreachable import Mark


def account_record(account: AccountReference | None) -> dict[str, Any] | None:
    """Show an account."""
    if account is None:
        return None
    return {
        "platform": account.platform,
        "handle": account.handle,
        "user_id": account.user_id,
        "url": account.url,
    }


def case_record(case: Case) -> dict[str, Any]:
    """Show a case."""
    return {
        "reference": case.reference,
        "state": case.state.value,
        "severity": case.severity.label,
        "account": account_record(case.account),
        "reports": case.reports,
        "reporters": case.reporters,
        "opened_at": moment(case.opened_at),
        "next_alert_at": moment(case.next_alert_at),
        "taken_by": case.taken_by,
        "taken_at": moment(case.taken_at),
        "taken_until": moment(case.taken_until),
        "closed_at": moment(case.closed_at),
        "disposition": case.disposition.value if case.disposition else None,
    }


def event_record(event: CaseEvent) -> dict[str, Any]:
    """Show one event of a case's history."""
    return {
        "sequence": event.sequence,
        "at": moment(event.at),
        "kind": event.kind.value,
        "actor": event.actor,
        "details": dict(event.details),
        "digest": event.digest,
    }


def report_record(report: Report) -> dict[str, Any]:
    """Show a report, without its words."""
    return {
        "reference": report.reference,
        "case_references": list(report.case_references),
        "message_id": report.message_id,
        "reporter": report.reporter,
        "received_at": moment(report.received_at),
        "arrived_at": moment(report.arrived_at),
        "language": report.language,
        "kind": report.kind.value,
        "severity": report.severity.label,
        "urgency": report.urgency,
        "urgency_reason": report.urgency_reason,
        "address": report.address,
        "category": report.category,
        "category_reason": report.category_reason,
        "acknowledgement": {
            "state": report.acknowledgement.value,
            "reason": report.acknowledgement_reason,
        },
        "inbox_id": report.inbound_id,
        "answers": report.answers,
    }


def sighting_record(sighting: Sighting) -> dict[str, Any]:
    """Show that a report names an account."""
    return {
        **(account_record(sighting.account) or {}),
        "role": sighting.role.value,
        "method": sighting.method,
        "confidence": sighting.confidence,
    }


def evidence_record(part: EvidencePart) -> dict[str, Any]:
    """Show an attachment; its content stays sealed."""
    return {
        "filename": part.filename,
        "content_type": part.content_type,
        "size": part.size,
        "sha256": part.sha256,
    }


def opening_record(opening: Opening) -> dict[str, Any]:
    """Show who looked at sealed words."""
    return {"at": moment(opening.at), "who": opening.who, "why": opening.why}


def inbox_record(message: InboundMessage) -> dict[str, Any]:
    """Show an accepted message."""
    return {
        "id": message.id,
        "message_id": message.message_id,
        "state": message.state.value,
        "kind": message.kind.value if message.kind else None,
        "reason": message.reason,
        "attempts": message.attempts,
        "received_at": moment(message.envelope.received_at),
        "arrived_at": moment(message.envelope.arrived_at),
        "door": message.envelope.door.value,
        "size": message.size,
        "digest": message.digest,
    }


def command_record(command: StaffCommand) -> dict[str, Any]:
    """Show what a mail asked for, and what became of it."""
    return {
        "action": command.action.value if command.action else None,
        "state": command.state.value,
        "reason": command.reason,
        "person": command.person,
        "decided_at": moment(command.decided_at),
    }


def outbox_record(message: OutboxMessage) -> dict[str, Any]:
    """Show an outgoing message."""
    return {
        "id": message.id,
        "kind": message.mail.kind.value,
        "to": message.mail.recipient,
        "way": message.mail.way.value,
        "subject": message.mail.subject,
        "state": message.state.value,
        "attempts": message.attempts,
        "message_id": message.mail.message_id,
        "created_at": moment(message.created_at),
        "next_attempt_at": moment(message.next_attempt_at),
        "last_error": message.last_error,
    }


def sent_record(message: OutboxMessage) -> dict[str, Any]:
    """Show a mail to a reporter, from their report."""
    return {
        "id": message.id,
        "kind": message.mail.kind.value,
        "state": message.state.value,
        "created_at": moment(message.created_at),
        "last_error": message.last_error,
    }


def unreachable_record(mark: Mark) -> dict[str, Any]:
    """Show why an address is written to no more."""
    return {"at": moment(mark.at), "reason": mark.reason, "outgoing_message": mark.outbox_id}


def attempt_record(attempt: Attempt) -> dict[str, Any]:
    """Show one try to send."""
    return {"at": moment(attempt.at), "outcome": attempt.outcome, "detail": attempt.detail}
