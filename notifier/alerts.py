"""Alerts: what the people on duty are told about a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from notifier.actions import ActionLinks
from notifier.compose import Composer, Posting, mail_address, outgoing
from notifier.defang import defang, defang_number, defang_url
from notifier.dossier import Dossier
from notifier.letters import FALLBACK_LANGUAGE, moment_text, span_text
from notifier.moments import short_text
from notifier.staff_notices import rank
from store.model import AccountReference, Case, OutboxKind, OutgoingMail, StaffAction
from store.states import CaseState


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFacts:
    """What an alert tells besides the case: where its escalation stands.

    ``step`` counts from 1; ``repeats`` counts the earlier alerts of the last step. ``take_as`` is
    the name to take the case by, ``zone`` the one its times are written in. ``undeliverable``
    tells the fallback address that those the step is for did not get it. ``actions`` are the
    reader's links, if the address is a person's.
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
    no_progress: bool = False
    dossier: Dossier = field(default_factory=Dossier)
    actions: ActionLinks | None = None


def write_alert(
    composer: Composer, case: Case, facts: AlertFacts, posting: Posting
) -> OutgoingMail:
    """Write an alert about a case; all alerts of one case hang on one thread.

    A reply goes to an address by which the reader may act on the case.
    """
    values, links = alert_values(case, facts, posting.at), action_targets(facts.actions)
    letter = composer.letters.write_marked("alert", facts.languages, values, links)
    mail = composer.mail(letter, posting, "auto-generated")
    mail["References"] = f"<case.{case.reference}@{composer.identity.domain}>"
    if facts.actions:
        mail["Reply-To"] = mail_address(facts.actions.reply_to)
    return outgoing(
        OutboxKind.ALERT, mail, letter, posting, case_id=case.id, severity=case.severity
    )


def alert_values(case: Case, facts: AlertFacts, now: datetime) -> dict[str, Any]:
    """Give what the template of an alert may use."""
    known = facts.dossier
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "rank": rank(case.severity),
        "state": _state(case, facts),
        "taken_by": case.taken_by or "",
        "reports": case.reports,
        "reporters": case.reporters,
        "age": span_text(now - case.waits_since),
        "opened": moment_text(case.opened_at, facts.zone),
        "deadline": moment_text(known.deadline.at, facts.zone) if known.deadline else "",
        "overdue": bool(known.deadline and known.deadline.at < now),
        "decides": bool(known.deadline and known.deadline.decides),
        "why": known.why,
        "phrase": defang(known.phrase),
        "category": known.category.replace("_", " "),
        "account": account_values(case.account) if case.account else None,
        "step": facts.step,
        "steps": facts.steps,
        "repeats": facts.repeats,
        "next_alert": moment_text(facts.next_alert_at, facts.zone),
        "next_names": known.next_names,
        "told": tuple(
            {"name": told.name, "at": short_text(told.at, facts.zone, now)} for told in known.told
        ),
        "history": tuple(
            {
                "at": short_text(each.at, facts.zone, now),
                "what": each.what.value,
                "who": each.who,
            }
            for each in known.history
        ),
        "actions": action_values(facts.actions),
        "take_as": facts.take_as,
        "nobody_on_duty": facts.nobody_on_duty,
        "undeliverable": facts.undeliverable,
    }


def action_values(actions: ActionLinks | None) -> dict[str, Any] | None:
    """Give what a template may use of somebody's links: for alerts and for lists of cases."""
    if actions is None:
        return None
    return {
        "take": actions.take or "",
        "snooze": actions.snooze or "",
        "escalate": actions.escalate or "",
        "snooze_for": span_text(actions.snooze_for),
        "allowed": tuple(action.value for action in StaffAction if action in actions.allowed),
    }


def action_targets(actions: ActionLinks | None) -> frozenset[str]:
    """Name the links a mail with these actions may hold."""
    if actions is None:
        return frozenset()
    return frozenset(filter(None, (actions.take, actions.snooze, actions.escalate)))


def _state(case: Case, facts: AlertFacts) -> str:
    """Name in one word what the alert is about."""
    if facts.nobody_on_duty:
        return "nobody_on_duty"
    if facts.undeliverable:
        return "undeliverable"
    return "taken" if case.state is CaseState.TAKEN else "open"


def account_values(account: AccountReference) -> dict[str, str | None]:
    """Give what a template may show of an account: defanged, so that nothing can be tapped."""
    handle = account.handle
    if handle and not handle.startswith("@"):
        handle = f"@{handle}"
    return {
        "platform": defang(account.platform),
        "handle": defang(handle) if handle else None,
        "user_id": defang_number(account.user_id) if account.user_id else None,
        "url": defang_url(account.url) if account.url else None,
    }
