"""Which mails are commands of the people on duty, and what is kept of them.

Only what a command consists of is written down: what it wants done, for how long, how a case
ended. The text of a note is sealed until it is written into the history; no other words are kept.
Whether the command is obeyed is for the notifier to decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ingest.placing import has_to_be_seen
from ingest.reading import ParsedMessage
from ingest.reading.commands import WrittenCommand, has_words, written_command
from ingest.reading.words import is_forward_subject
from store.errors import NotFound
from store.evidence import Evidence
from store.model import (
    CaseId,
    Door,
    InboundMessage,
    MailKind,
    OutboxId,
    StaffCommand,
    Words,
)
from store.tokens import ActionToken, read_action_token
from store.unit_of_work import UnitOfWork

# What may come to the address of a token without being something else as well.
_AT_A_TOKEN: Final = frozenset({MailKind.STAFF_REPLY, MailKind.REPLY, MailKind.AUTO_REPLY})


def is_command(work: UnitOfWork, parsed: ParsedMessage, home: str, token_key: bytes) -> bool:
    """Tell whether a mail came in answer to an alert, or to the address of one's action.

    What a stranger sends to such an address is none if it reports something.
    """
    if action_of(parsed, token_key) and parsed.kind in _AT_A_TOKEN:
        return parsed.kind is MailKind.STAFF_REPLY or not has_to_be_seen(parsed, home)
    if parsed.kind is not MailKind.STAFF_REPLY:
        return False
    return _answered(work, parsed) is not None or _answered_mail(work, parsed) is not None


def action_of(parsed: ParsedMessage, token_key: bytes) -> ActionToken | None:
    """Read the token of the address a mail was sent to, if it is one for an action."""
    return read_action_token(parsed.reply_token or "", token_key)


def case_of(work: UnitOfWork, parsed: ParsedMessage, token_key: bytes) -> CaseId | None:
    """Find the case a command is about: the token's, else the one of the alert it answers.

    In answer to a mail about several cases, the one of these that it names.
    """
    token = action_of(parsed, token_key)
    if token is None:
        return _answered(work, parsed)
    try:
        return work.cases.find(token.case).id
    except NotFound:
        # Gone since, or lost with an older backup.
        return None


def as_command(
    work: UnitOfWork,
    message: InboundMessage,
    parsed: ParsedMessage,
    token_key: bytes,
    evidence: Evidence,
) -> StaffCommand:
    """Make of a mail what is kept of it as a command."""
    written = written_command(parsed.text, parsed.subject)
    is_action = action_of(parsed, token_key) is not None
    return StaffCommand(
        inbound_id=message.id,
        received_at=message.envelope.received_at,
        case_id=case_of(work, parsed, token_key),
        sender=parsed.sender,
        kind=parsed.kind,
        forwarded=is_forward_subject(parsed.subject),
        token=(parsed.reply_token or "").lower() if is_action else None,
        answered_id=_answered_mail(work, parsed),
        has_words=has_words(parsed.text),
        traits=replace(parsed.traits, archived=message.envelope.door is Door.ARCHIVE),
        action=written.action if written else None,
        named_case=written.case if written else None,
        span=written.span if written else None,
        disposition=written.disposition if written else None,
        fault=written.fault if written else None,
        remark=_sealed_remark(written, evidence),
    )


def _sealed_remark(written: WrittenCommand | None, evidence: Evidence) -> bytes | None:
    if written is None or not written.remark:
        return None
    return evidence.seal_words(Words(subject="", text=written.remark))


def where_recorded(work: UnitOfWork, parsed: ParsedMessage, token_key: bytes) -> str:
    """Say in a sentence what a command is about."""
    case_id = case_of(work, parsed, token_key)
    if case_id is not None:
        return f"answers an alert about {work.cases.get(case_id).reference}"
    if action_of(parsed, token_key) is not None:
        return "is about a case that is not there any more"
    return "answers a mail about several cases, and names none of them"


def _answered(work: UnitOfWork, parsed: ParsedMessage) -> CaseId | None:
    case_id = work.threads.case_answered_by(parsed.traits.references)
    if case_id is not None:
        return case_id
    written = written_command(parsed.text, parsed.subject)
    mail = _answered_mail(work, parsed)
    if mail is None or written is None or written.case is None:
        return None
    return work.alerts.carried_case(mail, written.case)


def _answered_mail(work: UnitOfWork, parsed: ParsedMessage) -> OutboxId | None:
    return work.threads.answered_by(parsed.traits.references, parsed.sender or "")
