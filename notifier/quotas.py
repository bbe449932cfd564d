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
from store.reports import COLLECTIVE
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


def grant(quotas: Quotas, standing: Standing) -> Granted:
    """Decide what a report of such a sender is granted."""
    within = standing.asked < quotas.per_sender
    if not within and standing.told:
        return Granted(grant=Grant.NOTHING, reason="quota_sender")
    if standing.to_domain >= quotas.per_domain:
        return Granted(grant=Grant.NOTHING, reason="quota_domain")
    if standing.to_all >= quotas.in_all:
        return Granted(grant=Grant.NOTHING, reason="quota_all")
    if within:
        return Granted(grant=Grant.RECEIPT)
    return Granted(grant=Grant.COLLECTIVE, reason=COLLECTIVE)


def draw(work: UnitOfWork, quotas: Quotas, report: Report, now: datetime) -> Granted:
    """Decide what a report is granted, and count it, within the caller's transaction.

    The caller has taken its turn (``Acknowledgements.take_turn``), so nobody counts meanwhile.
    Tags are no further senders, nor are hosts of one organisation further domains.
    """
    sender = without_tag(report.traits.reverse_path)
    domain = organizational_domain(sender.rpartition("@")[2])
    granted = grant(quotas, work.acknowledgements.standing(sender, domain, now - SPAN))
    work.acknowledgements.note(report.id, sender, domain, granted.grant, now)
    return granted
