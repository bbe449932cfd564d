"""The couriers: how outgoing messages leave, and what became of each.

The Maildir (the default) keeps every message as a file, so that a newcomer can read what would
have gone out. The relay speaks SMTP to one smarthost; this is the only module that may. Both send
a message again under the same Message-ID when a crash came between sending and noting it, so a
repeat can be recognised.

Unknown trouble counts as Deferred: only the relay's own word about this one message or its
recipient is a reason to give up.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from notifier.bearing import log_in
from notifier.maildir import MaildirCourier
from notifier.outcomes import Courier, Deferred, Outcome, Refused, Sent, one_line
from outside.oauth import Bearer, BearerSource, LoginError, Mechanism
from store.model import OutboxMessage

__all__ = [
    "Courier",
    "Deferred",
    "MaildirCourier",
    "Outcome",
    "Refused",
    "Relay",
    "RelayCourier",
    "Security",
    "Sent",
]

KEEP_OPEN_SECONDS: Final = 20.0
"""How long a connection to the relay waits for the next message."""
REST_SECONDS: Final = 5.0
"""How long a relay that could not be reached, broke off or fell silent is left alone."""
TIMEOUT_SECONDS: Final = 30.0
# RFC 4954 section 6 and RFC 3207: these are about our login or encryption, at whatever command.
_ABOUT_US: Final = frozenset({530, 534, 535, 538})
# RFC 5321 section 4.2.3: a relay that closes. RFC 3463 section 3.4: the state of its system, such
# as a full disk. Other words are about one message or its recipient.
_ABOUT_THE_RELAY: Final = re.compile(r"421\b|4\d\d 4\.3\.\d")
_PERMANENT: Final = 500
_OK: Final = 250


class Security(StrEnum):
    """How the connection to the relay is encrypted."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, kw_only=True, slots=True)
class Relay:
    """Where the relay is and how to log in. ``ca_file`` names further trusted certificates.

    ``helo`` is the name we give ourselves; without one the machine's own is used. With ``bearers``
    we log in as ``username`` by a token of theirs instead of the password.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str | None = None
    password: str | None = None
    timeout: float = TIMEOUT_SECONDS
    helo: str | None = None
    ca_file: Path | None = None
    bearers: BearerSource | None = None
    mechanism: Mechanism | None = None

    def __post_init__(self) -> None:
        if self.username and self.security is Security.NONE:
            raise ValueError("a relay login needs security starttls or tls")


class RelayCourier:
    """Hands messages to one relay over SMTP, several over one connection.

    Trouble before the recipient is named (no connection, a wrong certificate, a refused login or
    sender) says nothing about the recipient and is Deferred, however permanent its code.
    """

    def __init__(self, relay: Relay, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._relay = relay
        self._monotonic = monotonic
        self._one_at_a_time = threading.Lock()
        self._client: smtplib.SMTP | None = None
        self._bearer: Bearer | None = None
        self._used_at = 0.0
        self._rest_until = 0.0
        self._trouble = ""

    def send(self, message: OutboxMessage) -> Outcome:
        """Try once; the connection stays open for the next message for some seconds."""
        with self._one_at_a_time:
            if self._monotonic() < self._rest_until:
                return Deferred(detail=self._trouble, shut=True)
            try:
                return self._send(message)
            except _LoginLostError as lost:
                # The token ended before its time; nothing of the message was taken. A password
                # would be the same again.
                self._drop()
                return self._send_again(message) if self._bearer else _shut(str(lost))

    def _send_again(self, message: OutboxMessage) -> Outcome:
        try:
            return self._send(message, refused=self._bearer)
        except _LoginLostError as lost:
            self._drop()
            return _shut(str(lost))

    def _send(self, message: OutboxMessage, refused: Bearer | None = None) -> Outcome:
        try:
            client = self._connected(refused)
        except (smtplib.SMTPException, OSError, ValueError, LoginError) as error:
            return self._rest(f"the relay cannot be used: {describe(error)}")
        try:
            outcome = _transaction(client, message)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return self._rest(f"the relay broke off: {describe(error)}")
        except ValueError as error:
            # This one message cannot be spoken; that is no reason to rest.
            self._drop()
            return Deferred(detail=f"the message cannot be handed over: {describe(error)}")
        self._used_at = self._monotonic()
        return outcome

    def check(self) -> str | None:
        """Connect, greet, encrypt, log in and leave; tell what is wrong, or None."""
        where = f"relay {self._relay.host}:{self._relay.port}"
        try:
            client = self._connect()
        except (smtplib.SMTPException, OSError, ValueError, LoginError) as error:
            return f"{where}: {describe(error)}"
        _quit(client)
        return None

    def close(self) -> None:
        """Leave the relay politely."""
        with self._one_at_a_time:
            self._drop()

    def _connected(self, refused: Bearer | None = None) -> smtplib.SMTP:
        """Give the open connection if it still answers, else a new one."""
        if self._client is not None:
            fresh = self._monotonic() - self._used_at < KEEP_OPEN_SECONDS
            if fresh and _answers(self._client):
                return self._client
            self._drop()
        self._client = self._connect(refused)
        return self._client

    def _connect(self, refused: Bearer | None = None) -> smtplib.SMTP:
        bearers = self._relay.bearers
        if bearers is None:
            return self._logged_in()
        self._bearer = bearers.bearer(refused)
        try:
            return self._logged_in()
        except smtplib.SMTPAuthenticationError as error:
            if refused or error.smtp_code not in _ABOUT_US:
                raise
            try:
                self._bearer = bearers.bearer(self._bearer)
            except LoginError as none:
                words = f"the login was refused: {describe(error)}"
                raise LoginError(words, none.remedy, for_good=none.for_good) from None
            return self._logged_in()

    def _logged_in(self) -> smtplib.SMTP:
        client = self._open()
        try:
            client.ehlo_or_helo_if_needed()
            if self._relay.security is Security.STARTTLS:
                client.starttls(context=self._context())
                client.ehlo_or_helo_if_needed()
            if self._bearer:
                log_in(client, self._relay.username or "", self._bearer, self._relay.mechanism)
            elif self._relay.username:
                client.login(self._relay.username, self._relay.password or "")
        except BaseException:
            client.close()
            raise
        return client

    def _open(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.security is Security.TLS:
            return smtplib.SMTP_SSL(
                relay.host,
                relay.port,
                local_hostname=relay.helo,
                timeout=relay.timeout,
                context=self._context(),
            )
        return smtplib.SMTP(
            relay.host, relay.port, local_hostname=relay.helo, timeout=relay.timeout
        )

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._relay.ca_file:
            context.load_verify_locations(self._relay.ca_file)
        return context

    def _rest(self, trouble: str) -> Deferred:
        # A queue of messages must not wait for one time-out each.
        self._rest_until = self._monotonic() + REST_SECONDS
        self._trouble = trouble
        return Deferred(detail=trouble, shut=True)

    def _drop(self) -> None:
        if self._client is not None:
            _quit(self._client)
        self._client = None


def describe(error: Exception) -> str:
    """Say in one line what went wrong, for the log and the table of attempts."""
    match error:
        case smtplib.SMTPResponseException():
            return reply_text(error.smtp_code, error.smtp_error)
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {error.verify_message}"
        case TimeoutError():
            return "no answer in time"
        case LoginError():
            return one_line(str(error))
        case _:
            return one_line(f"{type(error).__name__}: {error}")


def reply_text(code: int, text: bytes | str) -> str:
    """Write an SMTP reply in one printable line."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {words}")


class _LoginLostError(Exception):
    """The relay knows us no more, in the middle of a connection."""


def _transaction(client: smtplib.SMTP, message: OutboxMessage) -> Outcome:
    """Run MAIL, RCPT and DATA (RFC 5321 section 3.3) and judge the replies.

    Raises _LoginLostError when one of them is about our login.
    """
    mail = message.mail
    unicode_address = not (mail.sender + mail.recipient).isascii()
    if unicode_address and not client.has_extn("smtputf8"):
        return Refused(detail="the relay takes no addresses outside ASCII (RFC 6531)")
    options = ["SMTPUTF8", "BODY=8BITMIME"] if unicode_address else []
    reports = client.has_extn("dsn")
    # RFC 3461 section 4.3: a report of failure needs no copy of what we wrote.
    options += ["RET=HDRS"] if mail.sender and reports else []
    code, text = client.mail(mail.sender, options)
    if code != _OK:
        _look_for_login(code, text)
        # Perhaps about this one sender of ours, who is not always the same.
        return _give_up(client, _deferred(reply_text(code, text)))
    # RFC 3461 section 4.1. Nothing can come back to the null path, and delays are no news to us.
    notify = "NOTIFY=FAILURE" if mail.sender else "NOTIFY=NEVER"
    code, text = client.rcpt(mail.recipient, [notify] if reports else [])
    if code not in {_OK, _OK + 1}:
        return _give_up(client, _judged(code, text))
    try:
        code, text = client.data(mail.content)
    except smtplib.SMTPDataError as error:
        return _give_up(client, _judged(error.smtp_code, error.smtp_error))
    return Sent(detail=reply_text(code, text)) if code == _OK else _judged(code, text)


def _judged(code: int, text: bytes | str) -> Outcome:
    _look_for_login(code, text)
    detail = reply_text(code, text)
    if code >= _PERMANENT:
        return Refused(detail=detail)
    return _deferred(detail)


def _deferred(detail: str) -> Deferred:
    return Deferred(detail=detail, shut=bool(_ABOUT_THE_RELAY.match(detail)))


def _shut(detail: str) -> Deferred:
    return Deferred(detail=detail, shut=True)


def _look_for_login(code: int, text: bytes | str) -> None:
    if code in _ABOUT_US:
        raise _LoginLostError(reply_text(code, text))


def _give_up(client: smtplib.SMTP, outcome: Outcome) -> Outcome:
    """Leave the transaction; a connection that breaks here is found out at the next message."""
    with suppress(smtplib.SMTPException, OSError):
        client.rset()
    return outcome


def _answers(client: smtplib.SMTP) -> bool:
    try:
        return client.noop()[0] == _OK
    except (smtplib.SMTPException, OSError):
        return False


def _quit(client: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        client.quit()
    client.close()
