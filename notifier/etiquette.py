"""May this mail be answered by a machine? The union of the rules that keep loops from starting.

A receipt goes to the reverse-path and nowhere else (RFC 3834 section 4), and only when nothing
about the mail suggests that a machine or a list sent it. The rules run in order and the first
that objects gives the stored reason; its name is stable, as people count and search by it.
Withholding a receipt never touches the mail itself: the report is kept and worked on all the same.

``X-Auto-Response-Suppress`` is a wish of some mail clients and no sign of automation
(MS-OXCMAIL section 2.1.3.2.20), so it is no reason here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from notifier.addresses import folded_domain, without_tag
from notifier.manners import Manners, Question, Rule
from notifier.sender_rules import ADDRESS_RULES, ORIGIN_RULES
from notifier.sign_rules import SIGN_RULES
from store.model import MailKind, MailTraits


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Whether a mail may be answered. ``reason`` names the rule, or is "ok"."""

    send: bool
    reason: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleAnswer:
    """What one rule says of a mail; ``detail`` tells what it objects to."""

    name: str
    objects: bool
    detail: str = ""


def may_answer(traits: MailTraits, kind: MailKind, manners: Manners) -> Answer:
    """Decide whether a receipt may go to the reverse-path of this mail."""
    asked = ask_rules(traits, kind, manners)
    first = next((each for each in asked if each.objects), None)
    if first is None:
        return Answer(send=True, reason="ok")
    return Answer(send=False, reason=first.name, detail=first.detail)


def ask_rules(traits: MailTraits, kind: MailKind, manners: Manners) -> Iterator[RuleAnswer]:
    """Ask one rule after another, each when its answer is wanted; the first objection decides."""
    question = Question(
        traits=traits,
        kind=kind,
        manners=replace(
            manners,
            own_addresses=frozenset(without_tag(address) for address in manners.own_addresses),
            own_domains=frozenset(folded_domain(domain) for domain in manners.own_domains),
        ),
    )
    for name, rule in RULES:
        detail = rule(question)
        yield RuleAnswer(name=name, objects=detail is not None, detail=detail or "")


def _not_a_report(question: Question) -> str | None:
    return None if question.kind is MailKind.REPORT else question.kind.value


def _archived(question: Question) -> str | None:
    return "the mail comes from an archive" if question.traits.archived else None


def _unreadable(question: Question) -> str | None:
    return None if question.traits.readable else "the mail could not be read"


RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("not_a_report", _not_a_report),
    ("archived", _archived),
    ("unreadable", _unreadable),
    *ADDRESS_RULES,
    *SIGN_RULES,
    *ORIGIN_RULES,
)
