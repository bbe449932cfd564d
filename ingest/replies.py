"""The SMTP replies we give, each with its enhanced status code (RFC 3463).

None says more than a stranger may know: no path, no exception, no configuration.
"""

from __future__ import annotations

from typing import Final

from store.errors import StorageFull

ACCEPTED: Final = "250 2.0.0 Accepted"
RECIPIENT_OK: Final = "250 2.1.5 Recipient ok"
# RFC 5321 section 4.5.3.1.10: too many recipients is a temporary refusal of the further ones.
TOO_MANY_RECIPIENTS: Final = "452 4.5.3 Too many recipients"
NO_SUCH_MAILBOX: Final = "550 5.1.1 No such mailbox here"
TOO_LARGE: Final = "552 5.3.4 Message too large"
CROWDED: Final = "452 4.3.1 Too much mail at once, please try again later"
STORAGE_FULL: Final = "452 4.3.1 Insufficient storage, please try again later"
TRY_LATER: Final = "451 4.3.0 Temporary failure, please try again later"
TOO_MANY_CONNECTIONS: Final = "421 4.7.0 Too many connections, please try again later"
SHUTTING_DOWN: Final = "421 4.3.2 Shutting down, please try again later"


def reply_to_fault(error: Exception) -> str:
    """Answer a fault of ours: always temporary, so that the sender keeps the mail."""
    return STORAGE_FULL if isinstance(error, StorageFull) else TRY_LATER
