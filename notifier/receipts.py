"""Receipts: what a reporter is told when a report has arrived.

In the reporter's language, as text and as HTML that says the same. Accounts are counted; they are
named, defanged, only to a sender who is authenticated, as anybody could ask in another's name
what was reported. The reporter's words and subject are never repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

from notifier.compose import Composer, Posting, mail_address, outgoing
from notifier.contacts import contacts_for
from notifier.defang import defang, defang_url
from notifier.locales import isolated, local_moment, plural
from notifier.promises import Promises
from notifier.threads import answer_fields
from store.model import AccountReference, OutboxKind, OutgoingMail, Report

MAX_NAMED: Final = 10
"""How many accounts a receipt names; of more it gives the number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptFacts:
    """What a receipt tells besides the report.

    ``accounts`` are those the report was understood to be about; ``named`` tells whether its
    sender may see which.
    """

    accounts: tuple[AccountReference, ...] = ()
    named: bool = False
    promises: Promises = field(default_factory=Promises)


def write_receipt(
    composer: Composer, report: Report, facts: ReceiptFacts, posting: Posting, reply_to: str
) -> OutgoingMail:
    """Write the one receipt of a report (RFC 3834 section 3); a reply goes to ``reply_to``."""
    values = partial(receipt_values, composer, report, facts)
    return _answer(composer, report, _Letter("receipt", values), posting, reply_to)


def write_collective(
    composer: Composer, report: Report, posting: Posting, reply_to: str
) -> OutgoingMail:
    """Write that all reports of a sender have arrived, and that each gets no receipt of its own."""
    values = partial(collective_values, composer, report)
    return _answer(composer, report, _Letter("collective", values), posting, reply_to)


def receipt_values(
    composer: Composer, report: Report, facts: ReceiptFacts, language: str
) -> dict[str, Any]:
    """Give what the template of a receipt may use, in its language."""
    received, zone, promises = report.received_at, composer.zone, facts.promises
    within = promises.decide_within
    names = [account_line(each) for each in facts.accounts] if facts.named else []
    return {
        **collective_values(composer, report, language),
        "received": local_moment(received, zone, language),
        "accounts": len(facts.accounts),
        "handles": tuple(isolated(name, language) for name in names[:MAX_NAMED]),
        "more": max(0, len(names) - MAX_NAMED),
        "look_by": local_moment(received + promises.look_within, zone, language),
        "decide_by": local_moment(received + within, zone, language) if within else None,
        "notices": promises.notices,
        "places": contacts_for(language).place_lines(language),
        "plural": plural(language),
    }


def collective_values(composer: Composer, report: Report, language: str) -> dict[str, Any]:
    """Give what the template of a collective receipt may use, in its language."""
    return {
        "reference": report.reference,
        "emergency": contacts_for(language).emergency_lines(language),
        "sender_name": composer.identity.name,
    }


def account_line(account: AccountReference) -> str:
    """Name an account on one line, so that nothing in it can be tapped."""
    handle = account.handle
    if handle and not handle.startswith("@"):
        handle = f"@{handle}"
    shown = defang_url(account.url) if account.url and not handle else defang(handle or "")
    return f"{shown or defang(account.user_id or '?')} ({defang(account.platform)})"


class _Letter(NamedTuple):
    name: str
    values: Callable[[str], dict[str, Any]]


def _answer(
    composer: Composer, report: Report, which: _Letter, posting: Posting, reply_to: str
) -> OutgoingMail:
    language = composer.language_of(report)
    links = contacts_for(language).links
    letters = composer.letters_for(report)
    letter = letters.write_marked(which.name, (language,), which.values, links)
    mail = composer.mail(letter, posting, "auto-replied", composer.sender_of(report))
    mail["Content-Language"] = letter.language
    mail["Reply-To"] = mail_address(reply_to)
    for name, value in answer_fields(report.traits.message_id, report.traits.references).items():
        mail[name] = value
    return outgoing(OutboxKind.ACKNOWLEDGEMENT, mail, letter, posting, report_id=report.id)
