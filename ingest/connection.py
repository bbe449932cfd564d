"""One SMTP connection: aiosmtpd's dialogue with a reader of our own for the content of mails."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Final

import structlog
from aiosmtpd.smtp import SMTP, syntax
from aiosmtpd.smtp import Envelope as Dialogue

from ingest import replies
from ingest.content import CHUNK_OCTETS, Content
from ingest.limits import Connections, Held, SmtpSettings
from ingest.origin import Origin
from ingest.wire import peer_address, peer_name, printable

if TYPE_CHECKING:
    from ingest.smtp import Dialogues

# A session past its time that is just being told that its mail is on disk is looked at again.
PATIENCE_SECONDS: Final = 1.0
_ANGLE_ADDRESS: Final = re.compile(r"\s*<([^<>\s]*)>(.*)", re.DOTALL)

log = structlog.get_logger()


class Connection(SMTP):
    """One SMTP connection."""

    line_length_limit = CHUNK_OCTETS

    def __init__(
        self, dialogues: Dialogues, settings: SmtpSettings, connections: Connections
    ) -> None:
        super().__init__(
            dialogues,
            data_size_limit=settings.max_size,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident="tipline",
            tls_context=settings.tls,
            timeout=settings.idle_timeout.total_seconds(),
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=asyncio.get_running_loop(),
        )
        # The library counts the uses of each verb; we count all commands of a connection.
        self._smtp_methods = {
            verb: self._within_limit(method) for verb, method in self._smtp_methods.items()
        }
        self._connections = connections
        self._peer: str | None = None
        self._max_commands = settings.max_commands
        # The greeting is one answer more than there were commands.
        self._answered = -1
        self._max_session = settings.max_session.total_seconds()
        self._end_of_session: asyncio.TimerHandle | None = None
        self._accepting = False

    def _within_limit(
        self, method: Callable[[str | None], Awaitable[None]]
    ) -> Callable[[str | None], Awaitable[None]]:
        @wraps(method)
        async def limited(argument: str | None) -> None:
            if self._answered >= self._max_commands:
                await self.push(replies.TOO_MANY_COMMANDS)
            else:
                await method(argument)

        return limited

    async def push(self, status: str | bytes) -> None:
        """Send one line of a reply, with its enhanced status code; after too many, the last.

        Lines that are no command at all are answered too, and so counted here.
        """
        reply = printable(status) if isinstance(status, str) else status.decode("utf-8", "replace")
        is_answer = reply[3:4] == " " and not reply.startswith("3")
        self._answered += is_answer
        is_last = is_answer and self._answered > self._max_commands
        await super().push(replies.TOO_MANY_COMMANDS if is_last else replies.with_code(reply))
        if is_last and self.transport is not None:
            self.transport.close()

    async def _handle_client(self) -> None:
        # A peer that has gone is the end of its session and not a fault.
        with suppress(ConnectionError):
            await super()._handle_client()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless too many are connected; called a second time after STARTTLS."""
        if self._peer is None:
            peer = peer_address(transport.get_extra_info("peername"))
            if not self._connections.admit(peer, limited=not self._is_trusted(peer)):
                log.warning("smtp.too_many_connections", peer=peer)
                refuse(transport)
                return
            self._peer = peer
            self._end_of_session = self.loop.call_later(self._max_session, self._end_session)
        super().connection_made(transport)

    def _is_trusted(self, peer: str) -> bool:
        """Tell whether a peer brings other people's mail, so that it may connect often."""
        del peer
        return False

    def origin(self) -> Origin:
        """Tell who brings the mail."""
        session = self.session
        return Origin(
            peer=peer_name(session.peer if session else None),
            helo=printable(str((session and session.host_name) or ""))[:255],
        )

    def data_received(self, data: bytes) -> None:
        """Hand on what a counted connection sent; a refused one is not listened to."""
        if self._peer is not None:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """Note that the peer sends no more; what it has said is still done and answered.

        Exim sends a last mail and QUIT at once and closes its half of the connection before it has
        the answer. The library would break the mail off, and the client would bring it for days.
        """
        if self._peer is None or self._over_tls:
            return super().eof_received() if self._peer is not None else None
        return asyncio.StreamReaderProtocol.eof_received(self)

    @property
    def _over_tls(self) -> bool:
        return self.session is not None and self.session.ssl is not None

    async def handle_exception(self, error: Exception) -> str:
        """Answer a fault of ours; a peer that sends no more is not asked for more."""
        if isinstance(error, EOFError) and self.transport is not None:
            if self.transport.is_closing():
                return replies.TRY_LATER
            self.transport.close()
        return await super().handle_exception(error)

    def connection_lost(self, error: Exception | None) -> None:
        """Count out and clean up."""
        if self._peer is None:
            return
        self._connections.leave(self._peer)
        if self._end_of_session is not None:
            self._end_of_session.cancel()
        super().connection_lost(error)
        self._peer = None

    def _end_session(self) -> None:
        """End a session that takes too long: a slow sender may not keep others out for ever."""
        if self._accepting:
            self._end_of_session = self.loop.call_later(PATIENCE_SECONDS, self._end_session)
        elif self.transport is not None:
            log.info("smtp.session_too_long", peer=self._peer)
            refuse(self.transport, replies.SESSION_TOO_LONG)

    def shut_down(self) -> None:
        """Tell the peer that we go away (RFC 5321 section 3.8) and close."""
        if self.transport is not None:
            refuse(self.transport, replies.SHUTTING_DOWN)

    @syntax("VRFY <address>")
    async def smtp_VRFY(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Tell nobody who has a mailbox here (RFC 5321 section 7.3), whatever is asked."""
        del arg
        await self.push(replies.CANNOT_VERIFY)

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Begin TLS, once."""
        if self._tls_protocol is not None:
            await self.push(replies.TLS_ALREADY)
            return
        await super().smtp_STARTTLS(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the library's name
        """Read a mail in chunks up to ``CRLF.CRLF`` (RFC 5321 section 4.1.1.4)."""
        if await self.check_helo_needed():
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Need RCPT first")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        held = Held(self._connections)
        try:
            reply = self._to_all(await self._take(self.envelope, held), self.envelope)
        finally:
            held.release()
            self._set_post_data_state()  # type: ignore[no-untyped-call]  # the library's
        await self.push(reply)

    def _to_all(self, reply: str, envelope: Dialogue) -> str:
        """Answer for all recipients together."""
        del envelope
        return reply

    async def _take(self, envelope: Dialogue, held: Held) -> str:
        reading = Content(self._reader, self.data_size_limit or 0, held, self._reset_timeout)
        content = await reading.read()
        if reading.is_too_large:
            return replies.TOO_LARGE
        if content is None:
            return replies.CROWDED
        envelope.original_content = envelope.content = content
        self._accepting = True
        try:
            reply: str = await self.event_handler.handle_DATA(self, self.session, envelope)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender keeps the mail
            reply = await self.handle_exception(error)
        finally:
            self._accepting = False
        return reply

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read an address; also those that real mailboxes have and the grammar forbids."""
        if arg.lstrip().startswith("<") and ">" not in arg:
            # The library answers no address at all with the syntax of the command.
            return "", ""
        try:
            address, rest = super()._getaddr(arg)
        except Exception:  # noqa: BLE001 - the parser beneath raises whatever strange text makes it
            address, rest = None, None
        if address is None and (found := _ANGLE_ADDRESS.match(arg)):
            return found[1], found[2]
        return address, rest


def refuse(transport: asyncio.BaseTransport, reply: str = replies.TOO_MANY_CONNECTIONS) -> None:
    """Say why not, and close."""
    if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
        transport.write(reply.encode("ascii") + b"\r\n")
    transport.close()
