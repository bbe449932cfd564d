"""How many receipts one sender, one domain and everybody together get within an hour.

Each report gets its receipt up to the sender's limit; then one mail says that all have arrived and
that no more will be written, and then there is silence until the reports become fewer. So a
machine that nobody recognises, and that answers our receipts, is left alone after one round, and a
person who writes ten times knows that all ten are read. The report itself is always kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from notifier.addresses import organizational_domain, without_tag
from store.acknowledgements import Grant, Standing
from store.model import Report
from store.receipts import COLLECTIVE
from store.unit_of_work import UnitOfWork

SPAN: Final = timedelta(hours=1)
"""The limits are for the time since so long ago."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quotas:
    """The limits, in mails an hour."""

    per_sender: int = 10
    per_domain: int = 1_000
    in_all: int = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """What a report is granted, and the stored reason when that is no receipt."""

    grant: Grant
    reason: str = "ok"


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many mails went within the span, to the sender's domain and to everybody."""

    to_domain: int = 0
    to_all: int = 0


def grant(quotas: Quotas, standing: Standing, counts: Counts) -> Granted:
    """Decide what a report of such a sender is granted."""
    within = standing.asked < quotas.per_sender
    if not within and standing.told:
        return Granted(grant=Grant.NOTHING, reason="quota_sender")
    if counts.to_domain >= quotas.per_domain:
        return Granted(grant=Grant.NOTHING, reason="quota_domain")
    if counts.to_all >= quotas.in_all:
        return Granted(grant=Grant.NOTHING, reason="quota_all")
    if within:
        return Granted(grant=Grant.RECEIPT)
    return Granted(grant=Grant.COLLECTIVE, reason=COLLECTIVE)


class Turn:
    """Grants reports what the quotas allow, one after another, within the caller's transaction.

    It is made when the transaction has begun and lets nobody else grant until the end of it; so
    the long counts, of a domain and of all, are asked for once and then gone on with.
    """

    def __init__(self, work: UnitOfWork, quotas: Quotas, now: datetime) -> None:
        self._table = work.acknowledgements
        self._quotas = quotas
        self._now = now
        self._since = now - SPAN
        self._table.take_turn()
        self._to_all = self._table.mails(self._since)
        self._to_domain: dict[str, int] = {}

    def grant(self, report: Report) -> Granted:
        """Decide what a report is granted, and count it.

        Tags are no further senders, nor are hosts of one organisation further domains.
        """
        sender = without_tag(report.traits.reverse_path)
        domain = organizational_domain(sender.rpartition("@")[2])
        if domain not in self._to_domain:
            self._to_domain[domain] = self._table.mails_to(domain, self._since)
        counts = Counts(to_domain=self._to_domain[domain], to_all=self._to_all)
        granted = grant(self._quotas, self._table.standing(sender, self._since), counts)
        self._table.note(report.id, sender, domain, granted.grant, self._now)
        if granted.grant is not Grant.NOTHING:
            self._to_domain[domain] += 1
            self._to_all += 1
        return granted
