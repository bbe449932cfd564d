"""May this mail do what it asks for? One pure decision, in a fixed order of questions.

A mail does something only when a configured person sent it, from an address of theirs, by a token
of their own that is still good or in answer to a mail of ours to them, and it is no machine's. The
first question that is answered with no gives the stored reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from notifier.actions import MailRules
from notifier.addresses import is_well_formed
from notifier.authentication import Required, Verdict, judge
from notifier.etiquette import ask_rules
from notifier.manners import Manners
from notifier.rota import Person
from store.model import Case, CommandFault, MailKind, StaffAction, StaffCommand
from store.tokens import ActionToken, person_tag

# The rules of etiquette that tell a machine by its header fields, whatever it says.
_MACHINE_RULES: Final = frozenset(
    {
        "null_return_path",
        "auto_submitted",
        "mailing_list",
        "bulk_precedence",
        "auto_reply_header",
        "loop",
        "delivery_report",
        "own_message",
    },
)


@unique
class Refusal(StrEnum):
    """Why a mail does nothing. Stored by these names; people search by them."""

    ARCHIVED = "archived"
    SAME_MAIL = "same_mail"
    AUTOMATIC = "automatic"
    UNKNOWN_SENDER = "unknown_sender"
    UNAUTHENTICATED = "unauthenticated"
    UNCONFIRMED = "unconfirmed"
    FORWARDED = "forwarded"
    OTHER_PERSON = "other_person"
    NO_TOKEN = "no_token"  # noqa: S105 - a reason, and no secret
    EXPIRED = "expired"
    GONE = "gone"
    OTHER_CASE = "other_case"
    WHICH_CASE = "which_case"
    NOT_UNDERSTOOD = "not_understood"
    OTHER_ACTION = "other_action"
    NOT_ALLOWED = "not_allowed"
    NO_SPAN = "no_span"
    NO_DISPOSITION = "no_disposition"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    REPEATED = "repeated"
    NOT_NOW = "not_now"
    FAULT = "fault"

    @property
    def is_answered(self) -> bool:
        """Whether the sender, if a configured person, is told how to do it right."""
        return self not in _SILENT


# What nobody wrote just now, and what comes from nobody we know.
_SILENT: Final = frozenset(
    {Refusal.ARCHIVED, Refusal.SAME_MAIL, Refusal.AUTOMATIC, Refusal.UNKNOWN_SENDER}
)

_FAULTS: Final = {
    CommandFault.SPAN: Refusal.NO_SPAN,
    CommandFault.DISPOSITION: Refusal.NO_DISPOSITION,
    CommandFault.TEXT: Refusal.NO_TEXT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """All the decision looks at.

    ``person`` is whose address the mail comes from; ``answered_at`` when the mail of ours was
    written that it answers; ``spent`` whether its token has done its one thing, and ``obeyed``
    whether this very mail came before and was done.
    """

    command: StaffCommand
    person: Person | None
    token: ActionToken | None
    answered_at: datetime | None
    case: Case | None
    spent: bool
    obeyed: bool
    rules: MailRules
    manners: Manners

    @property
    def action(self) -> StaffAction | None:
        """What is asked for: the command in the mail, else what its token is for."""
        return self.command.action or (self.token.action if self.token else None)


def refusal(asked: Asked) -> Refusal | None:
    """Tell why a mail may not do what it asks for; None if it may."""
    return next((found for question in _QUESTIONS if (found := question(asked))), None)


def _now(asked: Asked) -> Refusal | None:
    """Refuse what was sent at another time: from an archive, or delivered once more."""
    if asked.command.traits.archived:
        return Refusal.ARCHIVED
    return Refusal.SAME_MAIL if asked.obeyed else None


def _machine(asked: Asked) -> Refusal | None:
    command = asked.command
    if command.kind is MailKind.AUTO_REPLY:
        return Refusal.AUTOMATIC
    rules = ask_rules(command.traits, MailKind.REPORT, asked.manners)
    objecting = {rule.name for rule in rules if rule.objects}
    # A command is too exact to be a program's; other words are not, those of a note neither.
    is_free = command.action in {None, StaffAction.NOTE}
    doubtful = is_free and "perhaps_automatic" in objecting
    return Refusal.AUTOMATIC if doubtful or objecting & _MACHINE_RULES else None


def _sender(asked: Asked) -> Refusal | None:
    # Several From addresses tell of nobody in particular.
    several = len({address.lower() for address in asked.command.traits.from_addresses}) != 1
    return Refusal.UNKNOWN_SENDER if asked.person is None or several else None


def _authentication(asked: Asked) -> Refusal | None:
    required, traits = asked.rules.authentication, asked.command.traits
    if required is Required.NEVER:
        return None
    # Some servers repeat a reverse-path among their findings as it is, parentheses and all.
    is_plain = traits.plain_from and is_well_formed(traits.reverse_path)
    if asked.rules.trusted_servers and not is_plain:
        return Refusal.UNAUTHENTICATED
    found = judge(traits.authentication, traits.from_addresses, asked.rules.trusted_servers)
    unknown = found.verdict is Verdict.UNKNOWN and required is Required.ALWAYS
    failed = found.verdict is Verdict.UNAUTHENTICATED
    return Refusal.UNAUTHENTICATED if unknown or failed else None


def _forward(asked: Asked) -> Refusal | None:
    return Refusal.FORWARDED if asked.command.forwarded else None


def _right(asked: Asked) -> Refusal | None:
    """Ask for a token of this person, or the answer to a mail we sent them."""
    at = asked.command.received_at
    if asked.token is not None:
        if asked.person is None or asked.token.person != person_tag(asked.person.key):
            return Refusal.OTHER_PERSON
        return Refusal.EXPIRED if asked.token.expires_at < at else None
    if asked.answered_at is None:
        return Refusal.NO_TOKEN
    return Refusal.EXPIRED if asked.answered_at + asked.rules.valid_for < at else None


def _case(asked: Asked) -> Refusal | None:
    if asked.case is None:
        # Without a token it answers a mail about several cases, and names none of these.
        return Refusal.GONE if asked.token else Refusal.WHICH_CASE
    named = asked.command.named_case
    return Refusal.OTHER_CASE if named not in {None, asked.case.reference} else None


def _understood(asked: Asked) -> Refusal | None:
    # Other words than a command, at a link's address: an answer of a program, or a question.
    if asked.action is None or (asked.command.action is None and asked.command.has_words):
        return Refusal.NOT_UNDERSTOOD
    bound = asked.token.action if asked.token else None
    return Refusal.OTHER_ACTION if bound not in {None, asked.action} else None


def _allowed(asked: Asked) -> Refusal | None:
    return None if asked.action in asked.rules.allowed else Refusal.NOT_ALLOWED


def _whole(asked: Asked) -> Refusal | None:
    command = asked.command
    if command.fault is not None:
        return _FAULTS[command.fault]
    too_long = command.span is not None and command.span > asked.rules.longest_snooze
    return Refusal.TOO_LONG if too_long else None


def _fresh(asked: Asked) -> Refusal | None:
    return Refusal.REPEATED if asked.spent else None


def _confirmed(asked: Asked) -> Refusal | None:
    """Ask for a confirmation of what could be done, where nothing is known of who sent it."""
    if not asked.rules.confirm or (asked.token is not None and asked.token.confirms):
        return None
    traits = asked.command.traits
    found = judge(traits.authentication, traits.from_addresses, asked.rules.trusted_servers)
    return Refusal.UNCONFIRMED if found.verdict is Verdict.UNKNOWN else None


_QUESTIONS: Final[tuple[Callable[[Asked], Refusal | None], ...]] = (
    _now,
    _machine,
    _sender,
    _authentication,
    _forward,
    _right,
    _case,
    _understood,
    _allowed,
    _whole,
    _fresh,
    _confirmed,
)
