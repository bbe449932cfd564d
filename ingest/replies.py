"""The SMTP replies we give, each with its enhanced status code (RFC 3463).

None says more than a stranger may know: no path, no exception, no configuration.
"""

from __future__ import annotations

import re
from typing import Final

from store.errors import StorageFull

_HAS_CODE: Final = re.compile(r"\d{3} [245]\.\d{1,3}\.\d{1,3}(?!\S)")
# How replies of the library begin, and their enhanced code (RFC 2034, RFC 3463). Those to EHLO and
# HELO and the first greeting have none (RFC 2034 section 4), so "220" and "250" alone do not do.
_CODES: Final = {
    "220 Ready to start TLS": "2.0.0",
    "221 ": "2.0.0",
    "250 OK": "2.0.0",
    "250 Syntax:": "2.0.0",
    "250 Supported": "2.0.0",
    "252 ": "2.1.5",
    "421 ": "4.3.2",
    "451 ": "4.3.0",
    "452 ": "4.3.1",
    "454 ": "4.7.0",
    "500 ": "5.5.2",
    "501 ": "5.5.4",
    "502 ": "5.5.1",
    "503 ": "5.5.1",
    "504 ": "5.5.4",
    "550 ": "5.1.1",
    "552 ": "5.3.4",
    "553 ": "5.1.3",
    "554 ": "5.7.0",
    "555 ": "5.5.4",
}

ACCEPTED: Final = "250 2.0.0 Accepted"
SENDER_OK: Final = "250 2.1.0 Sender ok"
# RFC 5321 section 4.5.3.1.3: a path has at most 256 octets.
SENDER_TOO_LONG: Final = "501 5.1.7 Sender address too long"
RECIPIENT_TOO_LONG: Final = "553 5.1.3 Recipient address too long"
CANNOT_VERIFY: Final = "252 2.1.5 Cannot verify, send mail and see"
TLS_ALREADY: Final = "503 5.5.1 TLS has begun already"
RECIPIENT_OK: Final = "250 2.1.5 Recipient ok"
# RFC 5321 section 4.5.3.1.10: too many recipients is a temporary refusal of the further ones.
TOO_MANY_RECIPIENTS: Final = "452 4.5.3 Too many recipients"
NO_SUCH_MAILBOX: Final = "550 5.1.1 No such mailbox here"
NOTED: Final = "250 2.0.0 Ok"
NOT_BELIEVED: Final = "550 5.7.0 Not allowed from here"
MAIL_HAS_BEGUN: Final = "503 5.5.1 Mail transaction in progress"
NO_ATTRIBUTES: Final = "501 5.5.4 Bad attributes"
# RFC 2033 section 4.1: HELO and EHLO are errors, 500 recommended.
THIS_IS_LMTP: Final = "500 5.5.1 This is LMTP, say LHLO"
TOO_LARGE: Final = "552 5.3.4 Message too large"
CROWDED: Final = "452 4.3.1 Too much mail at once, please try again later"
STORAGE_FULL: Final = "452 4.3.1 Insufficient storage, please try again later"
TRY_LATER: Final = "451 4.3.0 Temporary failure, please try again later"
TOO_MANY_CONNECTIONS: Final = "421 4.7.0 Too many connections, please try again later"
TOO_MANY_COMMANDS: Final = "421 4.7.0 Too many commands, please connect again"
SESSION_TOO_LONG: Final = "421 4.4.2 Session too long, please connect again"
SHUTTING_DOWN: Final = "421 4.3.2 Shutting down, please try again later"


def reply_to_fault(error: Exception) -> str:
    """Answer a fault of ours: always temporary, so that the sender keeps the mail."""
    return STORAGE_FULL if isinstance(error, StorageFull) else TRY_LATER


def with_code(reply: str) -> str:
    """Give a reply of the library its enhanced status code; one that has a code keeps it."""
    if _HAS_CODE.match(reply):
        return reply
    for start, code in _CODES.items():
        if reply.startswith(start):
            return f"{reply[:3]} {code} {reply[4:]}"
    return reply
