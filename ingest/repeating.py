"""A further copy of a mail, by whatever door: written down beside the first, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from ingest.joining import ACTOR, is_quiet
from ingest.match import Decision
from ingest.reading import ParsedMessage
from store.model import ORDINARY, EventKind, InboundId, InboundMessage, MailTraits
from store.states import CaseState
from store.unit_of_work import UnitOfWork


def note_copy(
    work: UnitOfWork, message: InboundMessage, parsed: ParsedMessage, copy_of: InboundId
) -> str:
    """Write a copy down; gives the reason of its place. What its way here tells is kept."""
    first = work.repeats.add(message.id, copy_of, traits_by_way(message, parsed))
    _end_quiet(work, message, first)
    return f"{Decision.REPEAT}: the same mail as message {first}"


def _end_quiet(work: UnitOfWork, message: InboundMessage, first: InboundId) -> None:
    """Have people alerted of a mail that came by itself after an archive had brought it.

    One that came into its mailbox or folder long ago does not count: it is old there, too.
    """
    report = work.reports.of_message(first) if message.treatment == ORDINARY else None
    if report is None or work.inbox.get(first).treatment.alert:
        return
    for case in work.cases.of_report(report.id):
        if case.state is not CaseState.CLOSED and is_quiet(work, case):
            work.history.append(
                case.id,
                EventKind.JOINED,
                actor=ACTOR,
                at=message.envelope.received_at,
                details={
                    "report": report.reference,
                    "reason": f"the same mail came by {message.envelope.door} as well",
                },
                plan=True,
            )


def traits_by_way(message: InboundMessage, parsed: ParsedMessage) -> MailTraits:
    """Give a mail's traits with what its door tells of them."""
    return replace(parsed.traits, archived=not message.treatment.answer)
