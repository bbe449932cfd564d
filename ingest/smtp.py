"""The SMTP listener: takes mail for the reporting addresses and nothing else.

250 after DATA means the mail is on disk. A fault of ours is a temporary failure without any inner
text. The end of a mail is ``CRLF.CRLF`` alone: a bare CR or LF is content, so no second message
can be smuggled inside one (CVE-2024-27305 and kin). Long lines are content too. No parsing here.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Final
from weakref import WeakSet

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException, syntax
from aiosmtpd.smtp import Envelope as Dialogue
from aiosmtpd.smtp import Session as SmtpSession

from ingest import replies
from ingest.accept import Acceptor
from ingest.addresses import ReportingAddresses
from ingest.limits import HELD_OCTETS, Connections, Held
from store.errors import StoreError
from store.model import Clock, Door, Envelope

# How much of a mail is read at once; also the longest command line that is looked at.
CHUNK_OCTETS: Final = 64 * 1024
END_OF_DATA: Final = b"\r\n.\r\n"
# RFC 5321 section 4.5.3.1.3 allows a path 256 octets, its angle brackets included.
ADDRESS_OCTETS: Final = 254
# A session past its time that is just being told that its mail is on disk is looked at again.
PATIENCE_SECONDS: Final = 1.0
_ANGLE_ADDRESS: Final = re.compile(r"\s*<([^<>\s]*)>(.*)", re.DOTALL)

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpSettings:
    """How the listener behaves.

    Sizes in octets; ``max_held`` is for all connections together, counts are per connection
    unless said.
    """

    host: str = "127.0.0.1"
    port: int = 8025
    hostname: str = "localhost"
    max_size: int = 35_000_000
    max_connections: int = 200
    max_connections_per_peer: int = 20
    max_recipients: int = 50
    max_commands: int = 1000
    max_held: int = HELD_OCTETS
    idle_timeout: timedelta = timedelta(minutes=5)
    max_session: timedelta = timedelta(hours=1)
    tls: ssl.SSLContext | None = None


class Dialogues:
    """Answers the commands of SMTP sessions; one object serves all connections."""

    def __init__(
        self,
        acceptor: Acceptor,
        addresses: ReportingAddresses,
        max_recipients: int,
        clock: Clock,
    ) -> None:
        self._acceptor = acceptor
        self._addresses = addresses
        self._max_recipients = max_recipients
        self._clock = clock

    async def handle_EHLO(  # noqa: N802 - the library's hook
        self,
        server: SMTP,
        session: SmtpSession,
        envelope: Dialogue,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Announce what we can do."""
        del server, envelope
        session.host_name = hostname
        # Under TLS the library announces AUTH, though nobody can log in here.
        extensions = [line for line in responses[:-1] if not line.startswith("250-AUTH")]
        return [*extensions, "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_MAIL(  # noqa: N802 - the library's hook
        self,
        server: SMTP,
        session: SmtpSession,
        envelope: Dialogue,
        address: str,
        options: list[str],
    ) -> str:
        """Take any sender's address that could be answered."""
        del server, session
        if _octets(address) > ADDRESS_OCTETS:
            return replies.SENDER_TOO_LONG
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return replies.SENDER_OK

    async def handle_RCPT(  # noqa: N802 - the library's hook
        self,
        server: SMTP,
        session: SmtpSession,
        envelope: Dialogue,
        address: str,
        options: list[str],
    ) -> str:
        """Take a recipient if it is one of ours: nothing is ever relayed."""
        del server, session
        if _octets(address) > ADDRESS_OCTETS:
            return replies.RECIPIENT_TOO_LONG
        if address not in self._addresses:
            return replies.NO_SUCH_MAILBOX
        if len(envelope.rcpt_tos) >= self._max_recipients:
            return replies.TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return replies.RECIPIENT_OK

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Dialogue) -> str:  # noqa: N802 - the library's hook
        """Take the mail: the reply is given after it is on disk."""
        del server
        raw = envelope.original_content or b""
        try:
            number = await self._acceptor.accept(self._envelope(session, envelope), raw)
        except StoreError as error:
            log.error("mail.refused", reason=str(error))  # noqa: TRY400 - no traceback for a full disk
            return replies.reply_to_fault(error)
        log.info("mail.accepted", inbox=number, octets=len(raw))
        return replies.ACCEPTED

    async def handle_exception(self, error: Exception) -> str:
        """Answer a fault of ours without a word of it; a peer's own faults are no news."""
        match error:
            case TLSSetupException():
                log.info("smtp.tls_failed", reason=type(error.__cause__).__name__)
            case ConnectionError() | EOFError():
                log.info("smtp.peer_lost", reason=type(error).__name__)
            case _:
                log.error("smtp.fault", exc_info=error)
        return replies.reply_to_fault(error)

    def _envelope(self, session: SmtpSession, envelope: Dialogue) -> Envelope:
        reverse_path = printable(str(envelope.mail_from or ""))
        return Envelope(
            # The library spells the null path "<>".
            reverse_path="" if reverse_path == "<>" else reverse_path,
            recipients=tuple(printable(address) for address in envelope.rcpt_tos),
            door=Door.SMTP,
            received_at=self._clock(),
            peer=_peer_name(session.peer),
            helo=printable(str(session.host_name or ""))[:255],
            tls=session.ssl is not None,
            smtputf8=bool(envelope.smtp_utf8),
        )


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
            peer = _peer_address(transport.get_extra_info("peername"))
            if not self._connections.admit(peer):
                log.warning("smtp.too_many_connections", peer=peer)
                _refuse(transport)
                return
            self._peer = peer
            self._end_of_session = self.loop.call_later(self._max_session, self._end_session)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what a counted connection sent; a refused one is not listened to."""
        if self._peer is not None:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        """Note that the peer sends no more."""
        return super().eof_received() if self._peer is not None else None

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
            _refuse(self.transport, replies.SESSION_TOO_LONG)

    def shut_down(self) -> None:
        """Tell the peer that we go away (RFC 5321 section 3.8) and close."""
        if self.transport is not None:
            _refuse(self.transport, replies.SHUTTING_DOWN)

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
            reply = await self._take(self.envelope, held)
        finally:
            held.release()
            self.envelope = self._create_envelope()
        await self.push(reply)

    async def _take(self, envelope: Dialogue, held: Held) -> str:
        content, octets = await self._read_content(held)
        if self._is_too_large(octets):
            return replies.TOO_LARGE
        if content is None:
            return replies.CROWDED
        envelope.original_content = envelope.content = content
        self._accepting = True
        try:
            reply: str = await self.event_handler.handle_DATA(self, self.session, envelope)
        finally:
            self._accepting = False
        return reply

    async def _read_content(self, held: Held) -> tuple[bytes | None, int]:
        """Read up to the end of the mail: the content and how many octets were sent.

        The content is None when it is larger than we take, or when there is no room for it now.
        """
        # The line before the content ended with CRLF: an empty mail is ended by ".CRLF" alone.
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]  # noqa: SLF001 - a StreamReader cannot be given bytes back
        data = bytearray()
        octets = -len(END_OF_DATA)
        fits = ended = False
        while not ended:
            chunk, ended = await self._read_chunk()
            octets += len(chunk)
            fits = held.take(len(chunk)) and not self._is_too_large(octets)
            if fits:
                data += chunk
            else:
                data.clear()
                held.give_up()
            self._reset_timeout()
        return (_unstuffed(data) if fits else None), octets

    def _is_too_large(self, octets: int) -> bool:
        return bool(self.data_size_limit) and octets > (self.data_size_limit or 0)

    async def _read_chunk(self) -> tuple[bytes, bool]:
        try:
            return await self._reader.readuntil(END_OF_DATA), True
        except asyncio.LimitOverrunError as error:
            return await self._reader.readexactly(error.consumed), False

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


def _unstuffed(data: bytearray) -> bytes:
    """Undo the transparency of RFC 5321 section 4.5.2 on ``CRLF content CRLF.CRLF``.

    In place as far as it goes: a mail of 35 MB has few copies.
    """
    del data[-len(b".\r\n") :]
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n")
    del data[: len(b"\r\n")]
    return bytes(data)


def _octets(address: str) -> int:
    return len(address.encode("utf-8", "surrogateescape"))


def printable(text: str) -> str:
    """Make text from the wire storable: octets that are not UTF-8 become U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "�")


def _refuse(transport: asyncio.BaseTransport, reply: str = replies.TOO_MANY_CONNECTIONS) -> None:
    if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
        transport.write(reply.encode("ascii") + b"\r\n")
    transport.close()


def _peer_address(peername: Any) -> str:  # noqa: ANN401 - whatever the transport says
    return str(peername[0]) if isinstance(peername, tuple) and peername else "local"


def _peer_name(peername: Any) -> str:  # noqa: ANN401 - whatever the transport says
    if isinstance(peername, tuple) and len(peername) > 1:
        return f"{peername[0]}:{peername[1]}"
    return "local"


class Listener:
    """Listens for SMTP connections until stopped."""

    def __init__(self, dialogues: Dialogues, settings: SmtpSettings) -> None:
        self._dialogues = dialogues
        self._settings = settings
        self._connections = Connections(
            settings.max_connections,
            settings.max_connections_per_peer,
            settings.max_held,
        )
        self._server: asyncio.Server | None = None
        self._open: WeakSet[Connection] = WeakSet()

    async def start(self) -> int:
        """Begin to listen; gives the port (chosen by the system for port 0). Raises OSError."""
        loop = asyncio.get_running_loop()
        host, port = self._settings.host, self._settings.port
        self._server = await loop.create_server(self._new_connection, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    def _new_connection(self) -> Connection:
        connection = Connection(self._dialogues, self._settings, self._connections)
        self._open.add(connection)
        return connection

    async def stop(self) -> None:
        """Stop listening, tell the connected, and close."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._open):
            connection.shut_down()
        await asyncio.sleep(0)
