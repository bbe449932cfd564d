"""A connection by which somebody in between brings other people's mail.

Three ways to say for whom, each believed from configured addresses only: the header of the PROXY
protocol before anything else (HAProxy, versions 1 and 2), and the commands XCLIENT (nginx,
Dovecot) and XFORWARD (Postfix). The library knows the first; the commands are ours.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog
from aiosmtpd.proxy_protocol import AF, V2_CMD, ProxyData
from aiosmtpd.smtp import syntax

from ingest import replies
from ingest.connection import Connection, refuse
from ingest.limits import Connections, SmtpSettings
from ingest.origin import Origin, Told, read_attributes
from ingest.wire import peer_address

if TYPE_CHECKING:
    from ingest.smtp import Dialogues

# A proxy sends its header at once.
PROXY_SECONDS: Final = 10.0
ATTRIBUTES: Final = "NAME ADDR PORT PROTO HELO"

log = structlog.get_logger()


class ForwardedConnection(Connection):
    """One connection of which a trusted peer may say where it really comes from."""

    def __init__(
        self, dialogues: Dialogues, settings: SmtpSettings, connections: Connections
    ) -> None:
        super().__init__(dialogues, settings, connections)
        self._proxies = settings.proxies
        self._forwarders = settings.forwarders
        self._proxied = Told()
        # Whoever a proxy connects for, and not the proxy, gives the commands.
        self._speaker: str | None = None
        self._forwarded = Told()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; a proxy has to send its header first."""
        if self._peer is None and peer_address(transport.get_extra_info("peername")) in (
            self._proxies
        ):
            self._proxy_timeout = PROXY_SECONDS
        super().connection_made(transport)

    def _is_trusted(self, peer: str) -> bool:
        return peer in self._proxies or peer in self._forwarders

    async def _handle_client(self) -> None:
        try:
            await super()._handle_client()
        except Exception as error:  # noqa: BLE001 - the library's reader of the header raises anything
            # Within the dialogue nothing is raised; so it was the header.
            log.warning("smtp.proxy_failed", peer=self._peer, reason=type(error).__name__)
            if self.transport is not None:
                self.transport.close()

    def believe(self, header: ProxyData) -> bool:
        """Note for whom a proxy connects; False when they have too many connections."""
        if header.command == V2_CMD.LOCAL:
            # What the proxy does for itself, such as looking whether we are there.
            return True
        if header.family not in {AF.INET, AF.INET6}:
            # Perhaps for itself, perhaps for somebody it cannot name: who speaks is not known.
            self._speaker = ""
            return True
        self._speaker = str(header.src_addr)
        return self._stand_for(Told(address=self._speaker, port=header.src_port))

    def _stand_for(self, told: Told) -> bool:
        if told.address and self._peer is not None:
            if not self._connections.move(self._peer, told.address):
                log.warning("smtp.too_many_connections", peer=told.address)
                if self.transport is not None:
                    refuse(self.transport)
                return False
            self._peer = told.address
        self._proxied = told.over(self._proxied)
        return True

    def origin(self) -> Origin:
        """Tell who brings the mail: whom XFORWARD names, else XCLIENT or the proxy."""
        return self._forwarded.of(self._proxied.of(super().origin()))

    def extensions(self) -> list[str]:
        """Name the commands that this peer may use."""
        if not self._may_forward():
            return []
        return [f"250-XCLIENT {ATTRIBUTES}", f"250-XFORWARD {ATTRIBUTES}"]

    def _may_forward(self) -> bool:
        if self._speaker is None:
            transport = self._original_transport or self.transport
            self._speaker = peer_address(
                transport.get_extra_info("peername") if transport else None
            )
        return self._speaker in self._forwarders

    def _set_post_data_state(self) -> None:
        # What XFORWARD tells is about one mail.
        self._forwarded = Told()
        super()._set_post_data_state()  # type: ignore[no-untyped-call]  # the library's

    @syntax("XCLIENT name=value ...")
    async def smtp_XCLIENT(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Let a trusted peer say who is connected to it; the dialogue begins afresh."""
        told = await self._told(arg)
        if told is None or not self._stand_for(told):
            return
        self._set_rset_state()  # type: ignore[no-untyped-call]  # the library's
        if self.session is not None:
            self.session.host_name = None
            self.session.extended_smtp = False
        await self.push(f"220 {self.hostname} {self.__ident__}")

    @syntax("XFORWARD name=value ...")
    async def smtp_XFORWARD(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        """Let a trusted peer say who brought it the next mail."""
        told = await self._told(arg)
        if told is not None:
            self._forwarded = told.over(self._forwarded)
            await self.push(replies.NOTED)

    async def _told(self, arg: str | None) -> Told | None:
        """Read what a peer tells; answers by itself when it may not, or tells nothing."""
        if not self._may_forward():
            await self.push(replies.NOT_BELIEVED)
        elif self.envelope is not None and self.envelope.mail_from is not None:
            await self.push(replies.MAIL_HAS_BEGUN)
        else:
            try:
                return read_attributes(arg or "")
            except ValueError:
                await self.push(replies.NO_ATTRIBUTES)
        return None
