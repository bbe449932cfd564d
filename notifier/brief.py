"""What goes to channels: the same facts as in a mail, as short as a text message.

No word of a report, nothing to tap, and no sign by which a chat would call somebody: an account is
shown without its @ and with nothing in it but letters, digits and the dots and dashes of handles.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from notifier.alarm_titles import Title
from notifier.compose import Composer, Posting
from notifier.defang import defang
from notifier.letters import Letter, moment_text, require_single_line, span_text
from store.model import AccountReference, Case, CaseId, OutboxKind, OutgoingMail, Severity, Way

if TYPE_CHECKING:
    from notifier.alerts import AlertFacts

MAX_ACCOUNT: Final = 32
"""Characters of an account: two texts cost as much as one that is twice as long."""
_UNUSUAL: Final = re.compile(r"[^\w.\-\[\] …]")


def write_brief(
    composer: Composer, case: Case, facts: AlertFacts, posting: Posting
) -> OutgoingMail:
    """Write an alert for a channel."""
    letter = composer.letters.write("brief", facts.languages, brief_values(case, facts, posting.at))
    return channel_message(
        OutboxKind.ALERT, letter, posting, case_id=case.id, severity=case.severity
    )


def write_brief_alarm(
    composer: Composer, title: Title, posting: Posting, *, over: bool = False
) -> OutgoingMail:
    """Write an alarm for a channel: its title only."""
    letter = composer.letters.write(
        "brief_alarm",
        composer.operator_languages,
        lambda language: {"title": title.in_language(language), "over": over},
    )
    return channel_message(OutboxKind.ALARM, letter, posting)


def channel_message(
    kind: OutboxKind,
    letter: Letter,
    posting: Posting,
    *,
    case_id: CaseId | None = None,
    severity: Severity | None = None,
) -> OutgoingMail:
    """Close a message for a channel: its text, and what the outbox knows of it besides."""
    return OutgoingMail(
        kind=kind,
        dedupe_key=posting.dedupe_key,
        sender="",
        recipient=require_single_line(posting.recipient),
        subject=letter.subject,
        message_id=require_single_line(posting.message_id),
        content=letter.text.strip().encode(),
        case_id=case_id,
        way=Way.CHANNEL,
        severity=severity,
    )


def brief_values(case: Case, facts: AlertFacts, now: datetime) -> dict[str, Any]:
    """Give what the template of a brief alert may use."""
    return {
        "reference": case.reference,
        "severity": case.severity.label,
        "reports": case.reports,
        "age": span_text(now - case.waits_since),
        "account": brief_account(case.account) if case.account else None,
        "next_alert": moment_text(facts.next_alert_at, facts.zone),
        "take_as": facts.take_as,
        "nobody_on_duty": facts.nobody_on_duty,
        "undeliverable": facts.undeliverable,
        "no_progress": facts.no_progress,
    }


def brief_account(account: AccountReference) -> str:
    """Name an account in a few characters; one known by its URL only by its platform."""
    name = (account.handle or "").lstrip("@") or account.user_id or ""
    shown = _UNUSUAL.sub("?", defang(f"{account.platform} {name}".strip()))
    return shown if len(shown) <= MAX_ACCOUNT else shown[: MAX_ACCOUNT - 1] + "…"
