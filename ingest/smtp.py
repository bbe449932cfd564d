"""The SMTP listener: takes mail for the reporting addresses and nothing else.

250 after DATA means the mail is on disk. A fault of ours is a temporary failure without any inner
text. No parsing here.
"""

from __future__ import annotations

import asyncio
from typing import Final
from weakref import WeakSet

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException
from aiosmtpd.smtp import Envelope as Dialogue
from aiosmtpd.smtp import Session as SmtpSession

from ingest import replies
from ingest.accept import Acceptor
from ingest.addresses import ReportingAddresses
from ingest.connection import Connection
from ingest.limits import Connections, SmtpSettings
from ingest.wire import peer_name, printable
from store.errors import StoreError
from store.model import Clock, Door, Envelope

# RFC 5321 section 4.5.3.1.3 allows a path 256 octets, its angle brackets included.
ADDRESS_OCTETS: Final = 254

log = structlog.get_logger()


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
            peer=peer_name(session.peer),
            helo=printable(str(session.host_name or ""))[:255],
            tls=session.ssl is not None,
            smtputf8=bool(envelope.smtp_utf8),
        )


def _octets(address: str) -> int:
    return len(address.encode("utf-8", "surrogateescape"))


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
