"""Whether From is so plain that every program reads the same address in it.

A mail server that checks a sender (DMARC) and we have to mean the same one. Reading takes an
address wherever a frightened person's program put it: in an encoded word, in a group, behind an
unclosed quote. For a report that is right, and it proves nobody's right to a command.
"""

from __future__ import annotations

import re
from typing import Final

from ingest.reading import fields

MAX_LENGTH: Final = 2_000
_ADDRESS: Final = r'[^\s<>"(),:;@\\]+@[^\s<>"(),:;@\\]+'
# RFC 5322 section 3.4: one mailbox, with a name or without; programs put a comment behind it, and
# some give the address once more as its name.
_MAILBOX: Final = re.compile(
    rf"""(?xs)\s*
    (?: ({_ADDRESS})
      | (?: "(?:[^"\\]|\\.)*" | [^"<>(),:;@\\] )* <({_ADDRESS})>
      | ({_ADDRESS}) \s* <\3>
    )
    \s* (?: \( [^()\\]* \) )? \s*"""
)


def is_plain(values: list[str], address: str) -> bool:
    """Tell whether the undecoded From fields of a mail are one, and name this address plainly."""
    if len(values) != 1 or len(values[0]) > MAX_LENGTH:
        return False
    found = _MAILBOX.fullmatch(values[0])
    named = next((each for each in found.groups() if each), "") if found else ""
    return bool(named) and fields.normal_address(named) == fields.normal_address(address)
