"""Signed tokens for the plus-part of our address: what each lets its holder do, and until when.

All tokens are signed with the installation's one key. The purpose stands in what is signed, so
that a token made for one purpose is never good for another. They hold lower case only, as relays
may change the case of an address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from store.model import StaffAction, require_aware
from store.references import (
    ALPHABET,
    CASE_PREFIX,
    DIGITS,
    MODULUS,
    SIGNATURE_CHARACTERS,
    encode,
    signature,
)

ACTION_PREFIX: Final = "A"
ACTION_PURPOSE: Final = "action"
CONFIRM_PREFIX: Final = "F"
CONFIRM_PURPOSE: Final = "confirm"
_PURPOSES: Final = {ACTION_PREFIX: ACTION_PURPOSE, CONFIRM_PREFIX: CONFIRM_PURPOSE}
_ANY: Final = "Y"
_LETTERS: Final = {
    StaffAction.TAKE: "T",
    StaffAction.RELEASE: "R",
    StaffAction.SNOOZE: "S",
    StaffAction.ESCALATE: "E",
    StaffAction.NOTE: "N",
    StaffAction.CLOSE: "C",
}
_ACTIONS: Final = {letter: action for action, letter in _LETTERS.items()}
# 5 characters tell the people of one installation apart.
_PERSON: Final = 5
# 7 characters of seconds since then last for a thousand years.
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SECONDS: Final = 7
_BODY: Final = 1 + DIGITS + 1 + _PERSON + _SECONDS
LONGEST_TOKEN: Final = _BODY + SIGNATURE_CHARACTERS
"""Characters of the longest tag that we put behind a plus sign: one for an action."""

CANARY_PURPOSE: Final = "canary"
# Hexadecimal characters of a canary's name, and of its signature.
_CANARY: Final = re.compile(
    rf"\bcanary[. ](?:[0-9a-f]+\.)?([0-9a-f]{{16}})([0-9a-z]{{{SIGNATURE_CHARACTERS}}})\b",
    re.IGNORECASE,
)

RETURN_PREFIX: Final = "B"
RETURN_PURPOSE: Final = "return"
RETURN_LIFE: Final = timedelta(days=14)
"""How long a return address is good: RFC 5321 section 4.5.4.1 has servers try for 4 to 5 days."""
# Characters of a day, counted again and again, and of the number of an outgoing message.
_DAY: Final = 2
_DAYS: Final = 32**_DAY
_MESSAGE: Final = 7
_RETURN_BODY: Final = 1 + _DAY + _MESSAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionToken:
    """Lets one person act on one case until ``expires_at``; ``action`` None stands for any.

    ``person`` is a tag made of the person's name in the configuration: see ``person_tag``. A token
    that ``confirms`` was sent to the person because a mail in their name asked for something.
    """

    case: str
    person: str
    action: StaffAction | None
    expires_at: datetime
    confirms: bool = False

    def __post_init__(self) -> None:
        require_aware(self.expires_at, "expires_at")


def person_tag(person: str) -> str:
    """Make the short tag by which a token names a person without spelling the name."""
    code = hashlib.sha256(b"person:" + person.encode()).digest()
    return encode(int.from_bytes(code[:5], "big"), _PERSON)


def action_token(token: ActionToken, key: bytes) -> str:
    """Sign a token: 39 characters, for the plus-part of our address."""
    number = int((token.expires_at - _EPOCH).total_seconds())
    letter = _ANY if token.action is None else _LETTERS[token.action]
    # The check character of the reference follows from the rest.
    case = token.case.removeprefix(f"{CASE_PREFIX}-").replace("-", "")[:DIGITS]
    prefix = CONFIRM_PREFIX if token.confirms else ACTION_PREFIX
    body = f"{prefix}{case}{letter}{token.person}{encode(number, _SECONDS)}"
    return (body + signature(_PURPOSES[prefix], body, key)).lower()


def read_action_token(text: str, key: bytes) -> ActionToken | None:
    """Read a token; None for a forged or broken one. It may have expired."""
    compact = text.upper()
    body, signed = compact[:_BODY], compact[_BODY:]
    purpose = _PURPOSES.get(body[:1])
    if not compact.isascii() or purpose is None:
        return None
    if not hmac.compare_digest(signed, signature(purpose, body, key)):
        return None
    case, rest = body[1 : 1 + DIGITS], body[1 + DIGITS :]
    return ActionToken(
        case=_reference(case),
        person=rest[1 : 1 + _PERSON],
        action=_ACTIONS.get(rest[0]),
        expires_at=_EPOCH + timedelta(seconds=_number(rest[1 + _PERSON :])),
        confirms=purpose == CONFIRM_PURPOSE,
    )


def _reference(digits: str) -> str:
    body = digits + ALPHABET[_number(digits) % MODULUS]
    return f"{CASE_PREFIX}-{body[:5]}-{body[5:]}"


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * 32 + ALPHABET.index(digit)
    return value


def return_token(number: int, key: bytes, at: datetime) -> str:
    """Sign the number of an outgoing message, and the day it leaves, for its return address.

    What comes to that address comes from where the mail went, or from a relay on its way (VERP,
    BATV: a day for expiry, a code that cannot be guessed). The number is veiled: how many mails
    leave is nobody's business. 26 characters.
    """
    day = encode(_day(at), _DAY)
    signed = signature(RETURN_PURPOSE, f"{day}{number}", key)
    veiled = encode(number ^ _veil(signed, key), _MESSAGE)
    return (RETURN_PREFIX + day + veiled + signed).lower()


def read_return_token(text: str, key: bytes, now: datetime) -> int | None:
    """Give the number a return token was signed for; None for a forged, broken or expired one."""
    compact = text.upper()
    body, signed = compact[:_RETURN_BODY], compact[_RETURN_BODY:]
    if not body.startswith(RETURN_PREFIX) or any(each not in ALPHABET for each in compact):
        return None
    if len(signed) != SIGNATURE_CHARACTERS:
        return None
    day = body[1 : 1 + _DAY]
    number = _number(body[1 + _DAY :]) ^ _veil(signed, key)
    if not hmac.compare_digest(signed, signature(RETURN_PURPOSE, f"{day}{number}", key)):
        return None
    # A clock that was put back makes a day of tomorrow.
    age = (_day(now) - _number(day) + 1) % _DAYS
    return number if age <= RETURN_LIFE.days + 1 else None


def _day(at: datetime) -> int:
    return at.astimezone(UTC).toordinal() % _DAYS


def _veil(signed: str, key: bytes) -> int:
    code = hmac.new(key, b"veil:" + signed.encode(), hashlib.sha256).digest()
    return int.from_bytes(code[:8], "big") % (1 << (5 * _MESSAGE))


def canary_token(name: str, key: bytes) -> str:
    """Sign the name of a mail to ourselves: 16 hexadecimal characters."""
    return (name + signature(CANARY_PURPOSE, name, key)).lower()


def read_canary_token(text: str, key: bytes) -> str | None:
    """Find the name of a canary in a Message-ID or a subject; None for a forged or missing one."""
    found = _CANARY.search(text)
    if found is None or not found[0].isascii():
        return None
    name, signed = found[1].lower(), found[2].upper()
    fits = hmac.compare_digest(signed, signature(CANARY_PURPOSE, name, key))
    return name if fits else None
