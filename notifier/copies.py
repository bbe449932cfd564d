"""Further copies of a report, by other doors: what they tell of its sender counts if it is more.

One door may know that From's domain answers for a mail where another knows nothing, or brings it
from an archive. The better one decides whether there is a receipt; one that was withheld for how
the first copy came is decided again. Never is there a second.

A copy is not believed to be its own sender's for having come later: its reverse-path has to be
that of the first, or the From address. Signs of machines and lists in any copy count against all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import structlog

from notifier.addresses import without_tag
from notifier.authentication import Verdict, judge
from notifier.etiquette import may_answer
from notifier.manners import Manners
from store.model import MailTraits, Report
from store.repeats import Repeat
from store.states import AcknowledgementState, RepeatState
from store.unit_of_work import Store, UnitOfWork

BATCH: Final = 100
"""How many copies one step looks at."""

ABOUT_THE_WAY: Final = frozenset(
    {
        "archived",
        "null_return_path",
        "malformed_return_path",
        "domains_differ",
        "marked_as_spam",
        "unauthenticated",
    }
)
"""Reasons against a receipt that lie in how a copy came, and not in what the mail says."""

_WORTH: Final = {Verdict.UNAUTHENTICATED: 0, Verdict.UNKNOWN: 1, Verdict.AUTHENTICATED: 2}
# Put on by the last server on a mail's way; it says nothing of the sender.
_OF_THE_DOOR: Final = frozenset({"delivered-to"})

_log = structlog.get_logger()


class Copies:
    """Looks at the further copies of reports."""

    def __init__(self, store: Store, manners: Manners) -> None:
        self._store = store
        self._manners = manners

    def step(self) -> int:
        """Look at what came since, up to a bound; tell how much was done."""
        with self._store.snapshot() as work:
            if not work.repeats.undecided(1):
                return 0
        with self._store.transaction() as work:
            copies = work.repeats.undecided(BATCH)
            for each in copies:
                work.repeats.decide(each.inbound_id, self._look_at(work, each))
            work.commit()
        return len(copies)

    def _look_at(self, work: UnitOfWork, copy: Repeat) -> RepeatState:
        report = work.reports.of_message(copy.first_id)
        if report is None:
            return RepeatState.NOTHING
        traits = better_traits(report.traits, copy.traits, self._manners.trusted_servers)
        if traits is None:
            return RepeatState.NOTHING
        work.reports.set_traits(report.id, traits)
        if self._is_wanted(report, traits):
            work.receipts.decide_again(report.id)
        _log.info("report.better_copy", report=report.reference, inbox=copy.inbound_id)
        return RepeatState.COUNTS

    def _is_wanted(self, report: Report, traits: MailTraits) -> bool:
        withheld = report.acknowledgement is AcknowledgementState.WITHHELD
        if not withheld or report.acknowledgement_reason not in ABOUT_THE_WAY:
            return False
        return may_answer(traits, report.kind, self._manners).send


def better_traits(
    known: MailTraits, copy: MailTraits, servers: Collection[str]
) -> MailTraits | None:
    """Give what is to be believed of a report's sender when a copy tells more; None if not."""
    if _worth(copy, servers) <= _worth(known, servers) or not _same_sender(known, copy):
        return None
    signs = [sign for sign in copy.headers if sign not in known.headers]
    return replace(
        known,
        reverse_path=copy.reverse_path,
        archived=copy.archived,
        authentication=copy.authentication,
        plain_from=copy.plain_from,
        headers=(*known.headers, *(sign for sign in signs if sign[0] not in _OF_THE_DOOR)),
        perhaps_automatic=known.perhaps_automatic or copy.perhaps_automatic,
    )


def _worth(traits: MailTraits, servers: Collection[str]) -> tuple[bool, bool, int]:
    """Tell how much is known by a copy: it is live, it has a reverse-path, who answers for it."""
    verdict = judge(traits.authentication, traits.from_addresses, servers).verdict
    return not traits.archived, bool(traits.reverse_path), _WORTH[verdict]


def _same_sender(known: MailTraits, copy: MailTraits) -> bool:
    path = without_tag(copy.reverse_path)
    return path in {without_tag(each) for each in (known.reverse_path, *known.from_addresses)}
