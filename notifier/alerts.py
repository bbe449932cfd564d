"""Alerts: what the people on duty are told about a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from notifier.compose import Composer, Posting, outgoing
from notifier.defang import defang, defang_url
from notifier.letters import FALLBACK_LANGUAGE, moment_text, span_text
from store.model import AccountReference, Case, OutboxKind, OutgoingMail


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFacts:
    """What an alert tells besides the case: where its escalation stands.

    ``step`` counts from 1; ``repeats`` counts the earlier alerts of the last step. ``take_as`` is
    the name to take the case by, ``zone`` the one its times are written in. ``undeliverable``
    tells the fallback address that those the step is for did not get it.
    """

    step: int
    steps: int
    repeats: int
    next_alert_at: datetime
    take_as: str = "NAME"
    zone: tzinfo = UTC
    languages: tuple[str, ...] = (FALLBACK_LANGUAGE,)
    nobody_on_duty: bool = False
    undeliverable: bool = False


def write_alert(
    composer: Composer, case: Case, facts: AlertFacts, posting: Posting
) -> OutgoingMail:
    """Write an alert about a case; all alerts of one case hang on one thread."""
    values = alert_values(case, facts, posting.at)
    letter = composer.letters.write("alert", facts.languages, values)
    mail = composer.mail(letter, posting, "auto-generated")
    mail["References"] = f"<case.{case.reference}@{composer.identity.domain}>"
    return outgoing(
        OutboxKind.ALERT, mail, letter, posting, case_id=case.id, severity=case.severity
    )


def alert_values(case: Case, facts: AlertFacts, now: datetime) -> dict[str, Any]:
    """Give what the template of an alert may use."""
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "reports": case.reports,
        "reporters": case.reporters,
        "age": span_text(now - case.opened_at),
        "opened": moment_text(case.opened_at, facts.zone),
        "account": account_values(case.account) if case.account else None,
        "step": facts.step,
        "steps": facts.steps,
        "repeats": facts.repeats,
        "next_alert": moment_text(facts.next_alert_at, facts.zone),
        "take_as": facts.take_as,
        "nobody_on_duty": facts.nobody_on_duty,
        "undeliverable": facts.undeliverable,
    }


def account_values(account: AccountReference) -> dict[str, str | None]:
    """Give what a template may show of an account: defanged, so that nothing can be tapped."""
    handle = account.handle
    if handle and not handle.startswith("@"):
        handle = f"@{handle}"
    return {
        "platform": defang(account.platform),
        "handle": defang(handle) if handle else None,
        "user_id": defang(account.user_id) if account.user_id else None,
        "url": defang_url(account.url) if account.url else None,
    }
