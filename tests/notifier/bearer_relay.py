"""A relay that wants encryption and an access token, over a real aiosmtpd."""

from __future__ import annotations

import contextlib
import ssl
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session

    from tests.outside.authority import Authority

DENIAL = b'{"status":"400","schemes":"Bearer","scope":"mail canary-scope"}'


@dataclass
class BearerRelay:
    """Takes mail of ``user`` by a token that the authority gave out and that still counts.

    Each login is remembered as mechanism, words of the AUTH command and what was said, and so is
    the last answer of each client that was refused.
    """

    authority: Authority
    user: str = "cp@chirper.example"
    looks_at_each_mail: bool = False
    refusals: int = 0
    repeats: bool = False
    logins: list[tuple[str, int, str]] = field(default_factory=list)
    last_words: list[bytes] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    port: int = 0

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the name aiosmtpd looks for
        return await self._judge(server, args, "XOAUTH2", "user={user}\x01auth=Bearer ")

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the same
        return await self._judge(server, args, "OAUTHBEARER", "n,a={user},\x01auth=Bearer ")

    async def _judge(self, server: SMTP, args: list[str], mechanism: str, begin: str) -> AuthResult:
        said = await server.challenge_auth("") if len(args) == 1 else b64decode(args[1])
        assert isinstance(said, bytes)
        self.logins.append((mechanism, len(args), said.decode()))
        start = begin.format(user=self.user)
        token = said.decode().removeprefix(start).removesuffix("\x01\x01")
        if said.decode().startswith(start) and token in self.authority.valid and not self.refusals:
            return AuthResult(success=True, handled=False, auth_data=token)
        self.refusals = max(self.refusals - 1, 0)
        last = await server.challenge_auth(DENIAL)
        assert isinstance(last, bytes)
        self.last_words.append(last)
        message = f"535 5.7.8 wrong: {token} {b64encode(said).decode()}" if self.repeats else None
        return AuthResult(success=False, handled=False, message=message)

    async def handle_MAIL(  # noqa: N802 - the same
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        del server
        if self.looks_at_each_mail and session.auth_data not in self.authority.valid:
            return "530 5.7.0 the token has expired"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        del server, session
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 queued"


@contextlib.contextmanager
def serving(relay: BearerRelay, certificate: Path, *without: str) -> Iterator[BearerRelay]:
    """Run it on a port of its own; ``without`` are mechanisms it does not offer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    class Server(SMTP):
        # Real tokens are long, and so are the lines that bear them (RFC 4954 section 4).
        line_length_limit = 12_288

    class AnyPort(Controller):
        def factory(self) -> SMTP:
            return Server(
                relay,
                tls_context=context,
                require_starttls=True,
                auth_required=True,
                auth_exclude_mechanism=["LOGIN", "PLAIN", *without],
            )

        def _trigger_server(self) -> None:
            # It greets itself to see that it runs, and has to learn its port first.
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # it runs
            super()._trigger_server()

    controller = AnyPort(relay, hostname="127.0.0.1", port=0)
    controller.start()
    relay.port = controller.port
    try:
        yield relay
    finally:
        controller.stop()
