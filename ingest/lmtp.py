"""LMTP (RFC 2033): how a mail server of our own hands mail over, by TCP or a Unix socket.

What is asked and stored is as in SMTP. After DATA there is one reply for each recipient that was
accepted, in the order they were given (section 4.2): the library sends one for all, and a client
would wait for the others, or take them for answers to its next commands.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aiosmtpd.smtp import Envelope as Dialogue
from aiosmtpd.smtp import syntax

from ingest import replies
from ingest.forwarded import ForwardedConnection
from ingest.limits import Connections, SmtpSettings

if TYPE_CHECKING:
    from ingest.smtp import Dialogues


class LmtpConnection(ForwardedConnection):
    """One LMTP connection."""

    def __init__(
        self, dialogues: Dialogues, settings: SmtpSettings, connections: Connections
    ) -> None:
        super().__init__(dialogues, settings, connections)
        self.__ident__ = "tipline LMTP"
        # A mail server brings mail after mail by one connection; a 421 would defer the next.
        self._max_commands = sys.maxsize

    def _is_trusted(self, peer: str) -> bool:
        # Only mail servers of our own speak LMTP, and each brings everybody's mail.
        del peer
        return True

    def _to_all(self, reply: str, envelope: Dialogue) -> str:
        # All recipients share one commit, so they share its outcome; those that are none of ours
        # were refused before DATA.
        return "\r\n".join([reply] * len(envelope.rcpt_tos))

    async def check_helo_needed(self, helo: str = "LHLO") -> bool:
        """Ask for LHLO where it is missing."""
        del helo
        return bool(await super().check_helo_needed("LHLO"))

    @syntax("LHLO hostname")
    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802 - the library's name
        """Greet (section 4.1)."""
        await super().smtp_EHLO(arg)

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802 - the library's name
        """Refuse what is SMTP (section 4.1)."""
        del arg
        await self.push(replies.THIS_IS_LMTP)

    async def smtp_HELO(self, arg: str) -> None:  # noqa: N802 - the library's name
        """Refuse what is SMTP (section 4.1)."""
        del arg
        await self.push(replies.THIS_IS_LMTP)
