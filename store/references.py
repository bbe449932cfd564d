"""Public references and signed tokens.

A reference such as ``C-4F7KM-2Q9XH`` is read out over the telephone and typed by frightened
people: Crockford's base 32 (no I, L, O, U; case does not matter), 45 random bits, which cannot be
guessed, and one check character, which finds every single wrong character and every swap of two
neighbours. Source: Douglas Crockford, "Base 32" (2002); the check value is the number modulo 37.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CASE_PREFIX: Final = "C"
REPORT_PREFIX: Final = "R"
# 9 characters carry 45 bits; the tenth is the check character.
DIGITS: Final = 9
MODULUS: Final = 37
# 16 characters carry 80 bits of the code that signs a token.
SIGNATURE_CHARACTERS: Final = 16
REPLY_PURPOSE: Final = "reply"
_TOKEN_IN_MESSAGE_ID: Final = re.compile(r"<?[^<>@]{1,200}\.([0-9A-Za-z]{20,40})@")
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_reference(prefix: str) -> str:
    """Draw a fresh reference for a case or a report.

    Values whose check would be one of Crockford's five extra symbols (``*~$=U``) are drawn
    again: those are hard to say and to type.
    """
    while True:
        value = secrets.randbits(5 * DIGITS)
        if value % MODULUS < len(ALPHABET):
            body = encode(value, DIGITS) + ALPHABET[value % MODULUS]
            return f"{prefix}-{body[:5]}-{body[5:]}"


def parse_reference(text: str, prefix: str) -> str | None:
    """Bring a typed reference into its one spelling; None when it cannot be one.

    Case, spaces and dashes do not matter; O reads as 0, I and L as 1; the leading letter may be
    left out. A wrong check character gives None.
    """
    compact = text.strip().upper().translate(_LOOKALIKES)
    body = compact.removeprefix(prefix) if len(compact) > DIGITS + 1 else compact
    if len(body) != DIGITS + 1:
        return None
    if any(character not in ALPHABET for character in body):
        return None
    value = 0
    for character in body[:DIGITS]:
        value = value * 32 + ALPHABET.index(character)
    if ALPHABET[value % MODULUS : value % MODULUS + 1] != body[DIGITS]:
        return None
    return f"{prefix}-{body[:5]}-{body[5:]}"


def encode(value: int, length: int) -> str:
    """Write the lowest ``5 * length`` bits in base 32."""
    return "".join(ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(length)))


def reply_token(reference: str, key: bytes) -> str:
    """Sign a report's reference for the plus-part of a reply address.

    Only lower case, as relays may change the case of an address (protocol facts: BATV and VERP
    practice); with an address such as ``cp+TOKEN@`` it stays below the 64 octets of RFC 5321
    section 4.5.3.1.1.
    """
    body = reference.replace("-", "")
    return (body + signature(REPLY_PURPOSE, body, key)).lower()


def read_reply_token(token: str, key: bytes) -> str | None:
    """Give the reference a token was signed for, or None for a forged or broken token."""
    compact = token.upper()
    body, signed = compact[: DIGITS + 2], compact[DIGITS + 2 :]
    if not compact.isascii() or not hmac.compare_digest(
        signed, signature(REPLY_PURPOSE, body, key)
    ):
        return None
    return parse_reference(body, REPORT_PREFIX) if body.startswith(REPORT_PREFIX) else None


def signature(purpose: str, body: str, key: bytes) -> str:
    """Sign what a token says for one purpose: a token of another purpose does not fit."""
    code = hmac.new(key, f"{purpose}:{body}".encode(), hashlib.sha256).digest()
    return encode(int.from_bytes(code[:10], "big"), SIGNATURE_CHARACTERS)


def token_in_message_id(message_id: str) -> str | None:
    """Give what may be a reply token in one of our Message-IDs (``<receipt.DIGITS.TOKEN@host>``).

    Programs that answer to another address than Reply-To still name the mail they answer (RFC 5322
    section 3.6.4).
    """
    found = _TOKEN_IN_MESSAGE_ID.match(message_id)
    return found[1] if found else None
