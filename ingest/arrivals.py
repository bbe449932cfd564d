"""When a mail came to where we find it, told by what keeps mails and never by who wrote it.

The Date field is the writer's own and is not asked. What is told may still be wrong, in an archive
that somebody put together: it is shown, and nothing falls due by it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# A clock that is ahead is believed for so long.
_AHEAD: Final = timedelta(days=1)
# Programs write moments such as 1970 where they know none; no mail that is kept is older than SMTP.
_FIRST_MAIL: Final = datetime(1982, 8, 1, tzinfo=UTC)
# A Maildir's file begins with the second at which it was delivered.
_SECOND: Final = re.compile(r"(\d{9,10})\.")
# As asctime() writes it (RFC 4155 appendix A); a zone may stand before the year or behind it.
_ASCTIME: Final = re.compile(
    rb"(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d)"
    rb"(?::(?P<second>\d\d))?(?: (?P<before>[A-Za-z]{1,6}|[+-]\d{4}))? (?P<year>\d{4})"
    rb"(?: (?P<behind>[A-Z]{1,5}|[+-]\d{4}))?[ \t\r]*$"
)
# Where the fields of a header stand, folded lines with them.
_HEADER: Final = re.compile(rb"\A(?:[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*)*")
_RECEIVED: Final = re.compile(rb"(?im)^received[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)")
_HEADER_OCTETS: Final = 64 * 1024


def plausible(at: datetime | None, now: datetime) -> datetime | None:
    """Give a moment, or None for one that nobody can have known: before mail was, or to come."""
    return at if at is not None and _FIRST_MAIL <= at <= now else None


def named_second(name: str, changed: datetime) -> datetime:
    """Give the second that a Maildir's file is named by, else when the file was changed last."""
    second = _SECOND.match(name)
    at = datetime.fromtimestamp(int(second[1]), UTC) if second else changed
    return changed if at > changed + _AHEAD else at


def separated_at(line: bytes) -> datetime | None:
    """Give the moment in an mbox's separator, which is UTC unless it says otherwise (RFC 4155)."""
    found = _ASCTIME.search(line)
    if found is None:
        return None
    zone = found["before"] or found["behind"] or b"+0000"
    words = b"%b %b %b %b:%b:%b %b" % (
        *found.group("day", "month", "year", "hour", "minute"),
        found["second"] or b"00",
        zone,
    )
    return _moment(words)


def stamped_at(raw: bytes) -> datetime | None:
    """Give when the last server took a mail: the date of the uppermost Received (RFC 5321 4.4)."""
    header = _HEADER.match(raw[:_HEADER_OCTETS].replace(b"\r\n", b"\n"))
    field = _RECEIVED.search(header[0]) if header else None
    if field is None or b";" not in field[1]:
        return None
    return _moment(b" ".join(field[1].rpartition(b";")[2].split()))


def _moment(words: bytes) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(words.decode("ascii", "replace"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    return None
