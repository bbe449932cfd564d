"""Summaries: one mail to one address about many cases, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from notifier.alerts import account_values
from notifier.brief import channel_message
from notifier.compose import Composer, Posting, outgoing
from notifier.letters import FALLBACK_LANGUAGE, moment_text, require_single_line, span_text
from notifier.staff_notices import rank
from store.model import AlertReason, Case, OutboxKind, OutgoingMail, Severity
from store.states import CaseState

LISTED: Final = 20
"""How many cases a mail lists one by one; the rest is counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Whom a mail is for: the name to take cases by, the zone of its times, languages read."""

    take_as: str = "NAME"
    zone: tzinfo = UTC
    languages: tuple[str, ...] = (FALLBACK_LANGUAGE,)


@dataclass(frozen=True, kw_only=True, slots=True)
class SummaryFacts:
    """What a summary tells: how many cases of each severity, and the most urgent of them.

    ``counts`` holds all cases, ``cases`` at most ``LISTED``. ``reasons`` says why the address is
    told, when not because a step names it. ``takes`` holds the reader's links to take cases by.
    """

    counts: dict[Severity, int]
    cases: Sequence[Case]
    reasons: frozenset[AlertReason] = frozenset()
    takes: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many cases the mail is about."""
        return sum(self.counts.values())

    @property
    def worst(self) -> Severity:
        """The severity of the most urgent case."""
        return max(self.counts)


def write_summary(
    composer: Composer, facts: SummaryFacts, reader: Reader, posting: Posting
) -> OutgoingMail:
    """Write one mail about many cases; the summaries of one day hang on one thread."""
    values = summary_values(facts, reader, posting.at)
    links = frozenset(facts.takes.values())
    letter = composer.letters.write_marked("summary", reader.languages, values, links)
    mail = composer.mail(letter, posting, "auto-generated")
    mail["References"] = f"<summaries.{posting.at:%Y%m%d}@{composer.identity.domain}>"
    return outgoing(OutboxKind.ALERT, mail, letter, posting, severity=facts.worst)


def write_brief_summary(
    composer: Composer, facts: SummaryFacts, reader: Reader, posting: Posting
) -> OutgoingMail:
    """Write a summary for a channel: how many cases, and the most urgent one."""
    values = summary_values(facts, reader, posting.at)
    letter = composer.letters.write("brief_summary", reader.languages, values)
    return channel_message(OutboxKind.ALERT, letter, posting, severity=facts.worst)


def summary_values(facts: SummaryFacts, reader: Reader, now: datetime) -> dict[str, Any]:
    """Give what the template of a summary may use."""
    return {
        # A summary has none; what all letters are made with may show one.
        "reference": "",
        "total": facts.total,
        "counts": count_values(facts.counts),
        "cases": tuple(
            {**case_values(case, now), "take": facts.takes.get(case.reference, "")}
            for case in facts.cases
        ),
        "more": facts.total - len(facts.cases),
        "at": moment_text(now, reader.zone),
        "take_as": reader.take_as,
        "nobody_on_duty": AlertReason.NOBODY_ON_DUTY in facts.reasons,
        "undeliverable": AlertReason.UNDELIVERABLE in facts.reasons,
        "no_progress": AlertReason.NO_PROGRESS in facts.reasons,
    }


def count_values(counts: dict[Severity, int]) -> tuple[dict[str, Any], ...]:
    """Count the cases of each severity there are any of, the most urgent first."""
    return tuple(
        {"severity": severity.label, "rank": rank(severity), "count": counts[severity]}
        for severity in sorted(counts, reverse=True)
        if counts[severity]
    )


def case_values(case: Case, now: datetime) -> dict[str, Any]:
    """Say one case in one line."""
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "reports": case.reports,
        "age": span_text(now - case.waits_since),
        "account": account_line(case),
        "taken_by": case.taken_by if case.state is CaseState.TAKEN else None,
    }


def account_line(case: Case) -> str | None:
    """Name the account of a case in a few words; None when it has none that can be shown.

    One account with an odd character must not cost all the others their mail.
    """
    if case.account is None:
        return None
    values = account_values(case.account)
    name = values["handle"] or values["user_id"] or values["url"]
    try:
        return require_single_line(f"{values['platform']} {name}")
    except ValueError:
        return None
