"""The listener for SMTP or LMTP: takes mail for the reporting addresses and nothing else.

250 after DATA means the mail is on disk. A fault of ours is a temporary failure without any inner
text. No parsing here.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Final
from weakref import WeakSet

import structlog
from aiosmtpd.proxy_protocol import ProxyData
from aiosmtpd.smtp import SMTP, TLSSetupException
from aiosmtpd.smtp import Envelope as Dialogue
from aiosmtpd.smtp import Session as SmtpSession

from ingest import replies
from ingest.accept import Acceptor
from ingest.addresses import ReportingAddresses
from ingest.connection import Connection
from ingest.forwarded import ForwardedConnection
from ingest.limits import Connections, SmtpSettings
from ingest.origin import Origin
from ingest.wire import printable
from store.errors import StoreError
from store.model import Clock, Door, Envelope

# RFC 5321 section 4.5.3.1.3 allows a path 256 octets, its angle brackets included.
ADDRESS_OCTETS: Final = 254
# Connections that the system lets wait, also in a socket of systemd's while we are started afresh.
BACKLOG: Final = 1024

log = structlog.get_logger()


class Dialogues:
    """Answers the commands of SMTP sessions; one object serves all connections."""

    def __init__(
        self,
        acceptor: Acceptor,
        addresses: ReportingAddresses,
        max_recipients: int,
        clock: Clock,
        door: Door = Door.SMTP,
    ) -> None:
        self._acceptor = acceptor
        self._addresses = addresses
        self._max_recipients = max_recipients
        self._clock = clock
        self._door = door

    async def handle_PROXY(  # noqa: N802 - the library's hook
        self,
        server: ForwardedConnection,
        session: SmtpSession,
        envelope: Dialogue,
        header: ProxyData,
    ) -> bool:
        """Learn from a proxy for whom it connects."""
        del session, envelope
        return server.believe(header)

    async def handle_EHLO(  # noqa: N802 - the library's hook
        self,
        server: ForwardedConnection,
        session: SmtpSession,
        envelope: Dialogue,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Announce what we can do."""
        del envelope
        session.host_name = hostname
        # Under TLS the library announces AUTH, though nobody can log in here.
        extensions = [line for line in responses[:-1] if not line.startswith("250-AUTH")]
        standard = ["250-PIPELINING", "250-ENHANCEDSTATUSCODES"]
        return [*extensions, *standard, *server.extensions(), responses[-1]]

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

    async def handle_DATA(  # noqa: N802 - the library's hook
        self, server: ForwardedConnection, session: SmtpSession, envelope: Dialogue
    ) -> str:
        """Take the mail: the reply is given after it is on disk."""
        raw = envelope.original_content or b""
        try:
            number = await self._acceptor.accept(
                self._envelope(server.origin(), session, envelope), raw
            )
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

    def _envelope(self, origin: Origin, session: SmtpSession, envelope: Dialogue) -> Envelope:
        reverse_path = printable(str(envelope.mail_from or ""))
        return Envelope(
            # The library spells the null path "<>".
            reverse_path="" if reverse_path == "<>" else reverse_path,
            recipients=tuple(printable(address) for address in envelope.rcpt_tos),
            door=self._door,
            received_at=self._clock(),
            peer=origin.peer,
            helo=origin.helo,
            tls=session.ssl is not None,
            smtputf8=bool(envelope.smtp_utf8),
        )


def _octets(address: str) -> int:
    return len(address.encode("utf-8", "surrogateescape"))


class Listener:
    """Listens for connections until stopped: on sockets it is given, else on host and port."""

    def __init__(
        self,
        dialogues: Dialogues,
        settings: SmtpSettings,
        kind: type[ForwardedConnection] = ForwardedConnection,
        sockets: Sequence[socket.socket] = (),
    ) -> None:
        self._dialogues = dialogues
        self._settings = settings
        self._kind = kind
        self._sockets = sockets
        self._connections = Connections(
            settings.max_connections,
            settings.max_connections_per_peer,
            settings.max_held,
        )
        self._servers: list[asyncio.Server] = []
        self._open: WeakSet[Connection] = WeakSet()

    async def start(self) -> int:
        """Begin to listen; gives the port (chosen by the system for port 0). Raises OSError.

        The port is 0 for a Unix socket.
        """
        loop = asyncio.get_running_loop()
        for given in self._sockets:
            server = await loop.create_server(self._new_connection, sock=given, backlog=BACKLOG)
            self._servers.append(server)
        if not self._sockets:
            host, port = self._settings.host, self._settings.port
            server = await loop.create_server(self._new_connection, host, port, backlog=BACKLOG)
            self._servers.append(server)
        name = self._servers[0].sockets[0].getsockname()
        return int(name[1]) if isinstance(name, tuple) else 0

    def _new_connection(self) -> Connection:
        connection = self._kind(self._dialogues, self._settings, self._connections)
        self._open.add(connection)
        return connection

    async def stop(self) -> None:
        """Stop listening, tell the connected, and close."""
        for server in self._servers:
            server.close()
        for connection in list(self._open):
            connection.shut_down()
        await asyncio.sleep(0)
