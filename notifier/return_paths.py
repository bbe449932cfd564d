"""The envelope sender of each of our mails: a signed address of ours, good for some days.

What comes back to it is known to be about that very mail, whatever it looks like, and never
answered: the second of the two ways that RFC 3834 section 3.3 allows. See the decision page on
return addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notifier.compose import NULL_PATH, Identity
from store.model import OutboxKind, OutboxMessage
from store.tokens import return_token

# A mail to ourselves: nobody waits for news of it but whoever looks whether it came.
_NULL: Final = frozenset({OutboxKind.CANARY})


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnPaths:
    """Makes return addresses, signed with the installation's key."""

    identity: Identity
    key: bytes

    def of(self, message: OutboxMessage, at: datetime) -> str:
        """Give the return address of a message that leaves at a moment.

        Null for an address of ours outside ASCII: many systems on the way cannot speak it (RFC
        6531), and the mail is worth more than its bounce.
        """
        if message.mail.kind in _NULL or not self.identity.tagged("").isascii():
            return NULL_PATH
        return self.identity.tagged(return_token(message.id, self.key, at))
