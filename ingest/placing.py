"""Where a message belongs: among the routine mail, or to an earlier report of ours.

Only looks, never writes; filing does what follows from it, and foreseeing tells it in advance.
"""

from __future__ import annotations

from typing import Final

from ingest.addresses import fold_address
from ingest.match import reported
from ingest.reading import ParsedMessage
from ingest.reading.kind import is_generated
from store.errors import NotFound
from store.model import MailKind, Report
from store.references import read_reply_token
from store.unit_of_work import UnitOfWork

# These are written down and not filed, unless they name a reported account of our platform, speak
# of danger or could not be read.
_ROUTINE: Final = frozenset(
    {MailKind.AUTO_REPLY, MailKind.LIST, MailKind.FEEDBACK_REPORT, MailKind.SPAM},
)


def is_routine(parsed: ParsedMessage, home: str) -> bool:
    """Tell whether a message is only written down; ``home`` is the key of our platform."""
    if parsed.kind is MailKind.BOUNCE:
        return True
    return parsed.kind in _ROUTINE and not has_to_be_seen(parsed, home)


def has_to_be_seen(parsed: ParsedMessage, home: str) -> bool:
    """Tell whether machine mail reports something after all, as groups and web forms do.

    An automatic answer never does: what it quotes was ours.
    """
    if parsed.kind is MailKind.AUTO_REPLY and not is_generated(parsed.traits):
        return False
    if parsed.urgency or not parsed.traits.readable:
        return True
    return any(each.account.platform == home for each in reported(parsed.sightings))


def earlier_report(work: UnitOfWork, parsed: ParsedMessage, token_key: bytes) -> Report | None:
    """Find the report that this one answers, or brings up to date."""
    match parsed.kind:
        case MailKind.REPLY:
            return _answered_report(work, parsed, token_key)
        case MailKind.XARF:
            return _updated_report(work, parsed)
        case _:
            return None


def _answered_report(work: UnitOfWork, parsed: ParsedMessage, token_key: bytes) -> Report | None:
    """Find the report a reply belongs to: by its signed token, else a known participant.

    Quoting a reference or a Message-ID alone lets nobody write into somebody else's report.
    """
    reference = read_reply_token(parsed.reply_token or "", token_key)
    if reference is not None:
        try:
            return work.reports.find(reference)
        except NotFound:
            # Gone since, or lost with an older backup: it becomes a report of its own.
            return None
    number = work.reports.answered_by(parsed.traits.references)
    if number is None or not parsed.sender:
        return None
    report = work.reports.get(number)
    same = fold_address(report.reporter or "") == fold_address(parsed.sender)
    return report if same else None


def _updated_report(work: UnitOfWork, parsed: ParsedMessage) -> Report | None:
    """Find the report that a machine-readable one brings up to date: its sender's own number.

    Anyone can write anybody's number; so both have to come from the same domain.
    """
    number = parsed.machine_report.external_id if parsed.machine_report else None
    earlier = work.reports.by_external_id(number) if number else None
    if earlier is None or not parsed.sender:
        return None
    same = _domain(earlier.reporter or "") == _domain(parsed.sender)
    return earlier if same else None


def _domain(address: str) -> str:
    return fold_address(address).rpartition("@")[2]
