"""What the program makes of a mail, brought to what the scorer compares."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.reading import ParsedMessage, ReadingRules, read_message
from notifier.etiquette import may_answer
from notifier.manners import Manners
from store.model import Role, Sighting

RULES = ReadingRules()
# How ``ingest.reading.message`` names an exception of its own.
_FAILURE = re.compile(r"(?:reading failed|could not be read) \(\w+\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundAccount:
    """One account that was read out, under all of its names."""

    platform: str
    handle: str | None = None
    folded: str | None = None
    user_id: str | None = None
    url: str | None = None
    role: Role
    by_url: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was read out of a mail."""

    kind: str
    language: str | None = None
    words: str = ""
    accounts: tuple[FoundAccount, ...] = ()
    answer: bool = False
    answer_reason: str = ""
    urgency: str | None = None
    category: str | None = None
    # What of the mail the program failed at by a fault of its own.
    failures: tuple[str, ...] = ()


def read(raw: bytes, rules: ReadingRules = RULES) -> Found:
    """Read a mail as ``tipline parse`` does."""
    message = read_message(raw, None, rules)
    manners = Manners(
        own_addresses=frozenset(rules.reporting_addresses),
        own_domains=frozenset(rules.own_domains),
    )
    answer = may_answer(message.traits, message.kind, manners)
    return Found(
        kind=message.kind.value,
        language=message.language,
        words=message.text,
        accounts=tuple(account_of(sighting) for sighting in message.sightings),
        answer=answer.send,
        answer_reason=answer.reason,
        urgency=message.urgency,
        category=_category(message),
        failures=tuple(each for each in message.defects if _FAILURE.search(each)),
    )


def _category(message: ParsedMessage) -> str | None:
    category = getattr(message, "category", None)
    return None if category is None else str(category)


def account_of(sighting: Sighting) -> FoundAccount:
    account = sighting.account
    return FoundAccount(
        platform=account.platform,
        handle=account.handle,
        folded=account.folded_handle,
        user_id=account.user_id,
        url=account.url,
        role=sighting.role,
        by_url="url" in sighting.method,
    )
