"""Where a message belongs: among the routine mail, or to an earlier report of ours.

Only looks, never writes; filing does what follows from it, and foreseeing tells it in advance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest.addresses import fold_address
from ingest.match import reported
from ingest.reading import ParsedMessage
from ingest.reading.kind import is_generated
from store.errors import NotFound
from store.model import Case, MailKind, OutboxMessage, Report
from store.references import read_reply_token, token_in_message_id
from store.states import CaseState
from store.terms import REOPEN_MONTHS, months_later
from store.tokens import read_return_token
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


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyTerms:
    """By which key our tokens are signed, and for how long a reply opens a closed case again."""

    token_key: bytes
    reopen_months: int = REOPEN_MONTHS


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The report that a message answers or brings up to date, and the cases it goes into.

    Without any case it comes too late: those of the report were decided too long ago.
    """

    report: Report
    cases: tuple[Case, ...]
    is_reply: bool

    @property
    def says(self) -> str:
        """Tell what the message is to that report."""
        if not self.cases:
            return f"answers {self.report.reference}, which was decided too long ago to reopen"
        return f"{'reply to' if self.is_reply else 'update of'} {self.report.reference}"


def earlier_report(
    work: UnitOfWork, parsed: ParsedMessage, terms: ReplyTerms, at: datetime
) -> Earlier | None:
    """Find the report that this one answers, or brings up to date, at a moment."""
    match parsed.kind:
        case MailKind.REPLY | MailKind.STAFF_REPLY:
            return _answered(work, parsed, terms, at)
        case MailKind.XARF:
            report = _updated_report(work, parsed)
            cases = tuple(work.cases.of_report(report.id)) if report else ()
            return Earlier(report=report, cases=cases, is_reply=False) if report else None
        case _:
            return None


def returned_message(
    work: UnitOfWork, parsed: ParsedMessage, terms: ReplyTerms, at: datetime
) -> OutboxMessage | None:
    """Find the message of ours to whose return address something came.

    Nobody but the systems it passed through and its recipient's programs know that address. A
    forged or expired one is no return address.
    """
    number = read_return_token(parsed.reply_token or "", terms.token_key, at)
    return work.outbox.find(number) if number is not None else None


def _answered(
    work: UnitOfWork, parsed: ParsedMessage, terms: ReplyTerms, at: datetime
) -> Earlier | None:
    report = _answered_report(work, parsed, terms.token_key)
    if report is None:
        return None
    cases = [
        case
        for case in _answered_cases(work, parsed, report)
        if case.state is not CaseState.CLOSED
        or case.closed_at is None
        or at <= months_later(case.closed_at, terms.reopen_months)
    ]
    return Earlier(report=report, cases=tuple(cases), is_reply=True)


def _answered_cases(work: UnitOfWork, parsed: ParsedMessage, report: Report) -> list[Case]:
    """Give the cases a reply is about: of a decision notice, the one that was decided."""
    cases = work.cases.of_report(report.id)
    mail = work.threads.answered(parsed.traits.references)
    if mail is None or mail.mail.report_id != report.id or mail.mail.case_id is None:
        return cases
    return [case for case in cases if case.id == mail.mail.case_id] or cases


def _answered_report(work: UnitOfWork, parsed: ParsedMessage, token_key: bytes) -> Report | None:
    """Find the report a reply belongs to: by a signed token, else a known participant.

    The token stands in the address it was sent to, or in the Message-ID of the mail it answers.
    Quoting a reference or a Message-ID alone lets nobody write into somebody else's report.
    """
    for token in _tokens(parsed):
        reference = read_reply_token(token, token_key)
        if reference is None:
            continue
        try:
            return work.reports.find(reference)
        except NotFound:
            # Gone since, or lost with an older backup: it becomes a report of its own.
            return None
    answered = work.threads.answered(parsed.traits.references)
    number = answered.mail.report_id if answered else None
    if number is None or not parsed.sender:
        return None
    report = work.reports.get(number)
    same = fold_address(report.reporter or "") == fold_address(parsed.sender)
    return report if same else None


def _tokens(parsed: ParsedMessage) -> Iterator[str]:
    """Give what may be a token, the surest first: the address, then the thread's newest mail."""
    if parsed.reply_token:
        yield parsed.reply_token
    for message_id in reversed(parsed.traits.references):
        token = token_in_message_id(message_id)
        if token:
            yield token


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
