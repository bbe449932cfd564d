r"""Which lines of an mbox separate mails, and which only begin with the word ``From``.

RFC 4155 asks for a date in the line; programs write it in several ways, and some leave it out. Most
put ``>`` before lines of the text that could be mistaken (mboxo, mboxrd), some do not (mboxcl2): so
what surrounds a line counts as well. A Content-Length field is not believed: in most archives the
writer of the mail could have put it there, to hide other mails behind it.
"""

from __future__ import annotations

import re
from typing import Final

WORD: Final = b"From "
# A separator and the beginning of the line after it.
LOOKED_AT: Final = 2048

_DAY: Final = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH: Final = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# As asctime() writes it (RFC 4155 appendix A); a zone may stand before the year or behind it.
_ASCTIME: Final = re.compile(
    rb"From (?:\S.{0,900} )?" + _DAY + b" {1,2}" + _MONTH + rb" {1,2}\d{1,2} \d\d:\d\d(?::\d\d)?"
    rb"(?: [A-Z][A-Za-z]{0,5}| [+-]\d{4})? \d{4}(?: [A-Z]{1,5}| [+-]\d{4})?[ \t]*"
)
# Any other way to write a moment: a year and a time of day.
_MOMENT: Final = re.compile(rb"(?=.*\b(?:19|20)\d\d\b)(?=.*\b\d{1,2}:\d\d)")
_SENDER: Final = re.compile(rb"From (?:<?[^\s@]+@[^\s@]+>?|-|MAILER-DAEMON)(?:\s|$)")
# RFC 5322 section 2.2: a name of printable characters, and a colon; or what is left of an earlier
# separator.
_FIELD: Final = re.compile(rb"(?:[!-9;-~]{1,76}[ \t]*:|>From )")
# Fields that begin the headers of mails as they are kept.
_FIRST_FIELD: Final = re.compile(
    rb"(?:return-path|received|delivered-to|envelope-to|message-id|date|from|to|subject|status|"
    rb"mime-version|content-type|dkim-signature|authentication-results|arc-[a-z-]+|x-[a-z0-9-]+):",
    re.IGNORECASE,
)


def is_separator(octets: bytes | bytearray, at: int) -> bool:
    """Tell whether the line at ``at``, which begins with ``From``, separates two mails.

    ``octets`` hold what is before it and ``LOOKED_AT`` octets from there, or all there is.
    """
    line, following = _lines(octets, at)
    apart = _is_after_empty_line(octets, at)
    if _ASCTIME.fullmatch(line):
        return apart or _FIELD.match(following) is not None
    if not apart or _FIRST_FIELD.match(following) is None:
        return False
    return _SENDER.match(line) is not None or _MOMENT.match(line) is not None


def _lines(octets: bytes | bytearray, at: int) -> tuple[bytes, bytes]:
    """Give the line at a place, without its end, and the beginning of the next one."""
    both = bytes(octets[at : at + LOOKED_AT])
    line, _, following = both.partition(b"\n")
    return line.removesuffix(b"\r"), following


def _is_after_empty_line(octets: bytes | bytearray, at: int) -> bool:
    before = bytes(octets[max(at - 4, 0) : at]).replace(b"\r", b"")
    return before.endswith(b"\n\n") or not before
