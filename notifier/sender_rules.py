"""The rules of etiquette about who sent a mail, and whether a receipt would come to them."""

from __future__ import annotations

from typing import Final

from notifier.addresses import is_well_formed, labels_below_own, related_domains, without_tag
from notifier.authentication import Required, Verdict
from notifier.manners import Question, Rule
from notifier.signs import (
    MACHINE_LABEL,
    MACHINE_LOCAL_PART,
    NUMBERED,
    RECIPIENT_IN_PATH,
    SPAM_HEADERS,
)


def _null_return_path(question: Question) -> str | None:
    # RFC 3834 section 2: MUST NOT.
    path = question.traits.reverse_path.strip()
    return "the reverse-path is null" if path in {"", "<>"} else None


def _malformed_return_path(question: Question) -> str | None:
    well_formed = is_well_formed(question.traits.reverse_path)
    return None if well_formed else "the reverse-path is no plain address"


def _own_address(question: Question) -> str | None:
    senders = (question.traits.reverse_path, *question.traits.from_addresses)
    own = any(without_tag(sender) in question.manners.own_addresses for sender in senders)
    return "the mail claims to come from us" if own else None


def _machine_address(question: Question) -> str | None:
    path = question.traits.reverse_path
    senders = (path, *question.traits.from_addresses)
    if found := next((found for each in senders if (found := _of_program(each.lower()))), None):
        return found
    if RECIPIENT_IN_PATH.fullmatch(path.rpartition("@")[0]):
        return "the reverse-path names whom the mail went to, as those of programs do"
    return None


def _of_program(sender: str) -> str | None:
    local_part, _, domain = sender.rpartition("@")
    if MACHINE_LOCAL_PART.fullmatch(local_part):
        return "the sender's name is one of a program or a list"
    if NUMBERED.fullmatch(local_part):
        return "the sender's name is a row of numbers, as programs count their mails"
    if any(MACHINE_LABEL.fullmatch(label) for label in labels_below_own(domain)):
        return "the sender's host is one of programs or lists"
    return None


def _from_missing(question: Question) -> str | None:
    return None if question.traits.from_addresses else "no From address"


def _from_several(question: Question) -> str | None:
    count = len({address.lower() for address in question.traits.from_addresses})
    return f"{count} From addresses" if count > 1 else None


def _domains_differ(question: Question) -> str | None:
    if not question.traits.from_addresses:
        return None
    reverse = question.traits.reverse_path.rpartition("@")[2]
    claimed = question.traits.from_addresses[0].rpartition("@")[2]
    related = related_domains(reverse, claimed)
    return None if related else "the reverse-path and From are at different domains"


def _marked_as_spam(question: Question) -> str | None:
    # A person's report may look like spam; that of a forged sender must not be answered.
    if "yes" not in question.headers(*SPAM_HEADERS):
        return None
    sure = question.authentication().verdict is Verdict.AUTHENTICATED
    return None if sure else "a filter takes it for spam, and nobody answers for its sender"


def _unauthenticated(question: Question) -> str | None:
    # The guard against answering whoever a forger names (RFC 3834 section 7.1).
    manners = question.manners
    known = question.authentication()
    objects = {
        Required.ALWAYS: known.verdict is not Verdict.AUTHENTICATED,
        Required.WHEN_AVAILABLE: known.verdict is Verdict.UNAUTHENTICATED,
        Required.NEVER: False,
    }
    return known.detail if objects[manners.authentication] else None


ADDRESS_RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("null_return_path", _null_return_path),
    ("malformed_return_path", _malformed_return_path),
    ("own_address", _own_address),
    ("machine_address", _machine_address),
)
"""Whether the addresses are a person's."""
ORIGIN_RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("from_missing", _from_missing),
    ("from_several", _from_several),
    ("domains_differ", _domains_differ),
    ("marked_as_spam", _marked_as_spam),
    ("unauthenticated", _unauthenticated),
)
"""Whether the sender is who they are said to be."""
