"""One connection to a mailbox's server: opened with checked certificates, bounded in every call.

The library waits for ever unless told otherwise, and its own time-out begins anew with every octet.
So each call has an end of its own as well: a connection that is overdue is cut off, and the call
fails like any that lost its connection.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

from imapclient import SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, ProtocolError

from ingest.imap.client import ORDINARY_OCTETS, Client
from ingest.imap.errors import MailboxError, OverlongError, UnreachableError
from ingest.imap.login import Login
from ingest.imap.settings import MailboxSettings, Security

# No call takes longer, however lively the connection looks.
LONGEST_CALL: Final = timedelta(minutes=5)
# Nobody waits longer for a connection; a server that is there answers within seconds.
CONNECT_WITHIN: Final = timedelta(seconds=30)

# What ends a connection, and is one of the library's refusals by its class. An answer that makes no
# sense is among it: nobody knows what the next one would belong to.
BROKEN: Final = (IMAPClientAbortError, ProtocolError)
# What the library makes of an answer that is none, or that is nested without an end.
NONSENSE: Final = (
    ValueError,
    AssertionError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)
_WORDS_OCTETS: Final = 200
# The codes of RFC 5530, and what Microsoft says.
_SESSION_OVER: Final = re.compile(
    r"\[(?:EXPIRED|AUTHENTICATIONFAILED)\]|AccessTokenExpired|Session invalidated", re.IGNORECASE
)


class Connection:
    """A logged-in connection. Every use of ``client`` belongs into ``call``."""

    def __init__(self, client: Client, longest: timedelta = LONGEST_CALL) -> None:
        self.client = client
        self._longest = longest
        self._overdue = False

    @contextmanager
    def call(self, what: str, octets: int = ORDINARY_OCTETS) -> Iterator[Client]:
        """Make calls to the server, bounded in time; ``what`` names them in errors.

        The answers may take so many ``octets`` in all. A plain refusal of the server comes out as
        the library's IMAPClientError; raises UnreachableError when the connection cannot be used
        any more, and OverlongError when that is because more came than was asked for.
        """
        self.client.allow(octets)
        timer = threading.Timer(self._longest.total_seconds(), self._cut_overdue)
        timer.daemon = True
        timer.start()
        try:
            yield self.client
        except (*BROKEN, OSError, EOFError) as error:
            raise self._lost(what, error) from error
        except NONSENSE as error:
            raise UnreachableError(f"{what}: the server's answer makes no sense") from error
        finally:
            timer.cancel()

    def _lost(self, what: str, error: Exception) -> MailboxError:
        if self._overdue:
            return UnreachableError(f"{what}: not finished in {self._longest.total_seconds():.0f}s")
        kind = OverlongError if self.client.is_overrun else UnreachableError
        return kind(f"{what}: {reason(error)}")

    def _cut_overdue(self) -> None:
        self._overdue = True
        self.cut()

    def cut(self) -> None:
        """Cut the connection off, from any thread; whoever waits on it fails at once."""
        with suppress(OSError, AttributeError):
            # That of the plain socket: TLS would first forget its state, which is in use.
            socket.socket.shutdown(self.client.socket(), socket.SHUT_RDWR)

    def close(self) -> None:
        """Log out if the server still listens, and let go of the connection."""
        try:
            with self.call("logout") as client:
                client.logout()
        except (MailboxError, IMAPClientError):
            with suppress(OSError, IMAPClientError):
                self.client.shutdown()


def connect(settings: MailboxSettings, login: Login) -> Connection:
    """Connect and log in. Raises UnreachableError or LoginRefusedError with the remedy."""
    connection = Connection(_client(settings))
    try:
        with connection.call("login") as client:
            if settings.security is Security.STARTTLS:
                _start_tls(client, settings)
            login.login(client)
    except BaseException:
        connection.close()
        raise
    return connection


def _client(settings: MailboxSettings) -> Client:
    """Open a connection; the greeting has to come in time."""
    where = f"{settings.host} port {settings.port}"
    within = min(CONNECT_WITHIN, settings.timeout).total_seconds()
    try:
        return Client(
            settings.host,
            settings.port,
            ssl=settings.security is Security.TLS,
            ssl_context=_context(settings) if settings.security is Security.TLS else None,
            timeout=SocketTimeout(within, settings.timeout.total_seconds()),
        )
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(where, error) from error
    except ssl.SSLError as error:
        raise UnreachableError(
            f"{where}: no TLS: {reason(error)}",
            "compare port and security: tls is usual on 993, starttls on 143",
        ) from error
    except (OSError, IMAPClientError, EOFError) as error:
        raise UnreachableError(
            f"{where}: {reason(error)}",
            "compare host, port and security (tls is usual on 993, starttls on 143); "
            "see that the network lets us out",
        ) from error


def _start_tls(client: Client, settings: MailboxSettings) -> None:
    """Encrypt before anything is said (RFC 2595); a server that does not is left."""
    try:
        client.starttls(_context(settings))
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(f"{settings.host} port {settings.port}", error) from error
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise UnreachableError(
            "the server offers no STARTTLS", 'set security = "tls" with the port for it, often 993'
        ) from error


def _untrusted(where: str, error: ssl.SSLCertVerificationError) -> UnreachableError:
    return UnreachableError(
        f"{where}: its certificate is not trusted: {error.verify_message}",
        "use the host name in the certificate; for one of your own, set ca_file",
    )


def _context(settings: MailboxSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.ca_file:
        try:
            context.load_verify_locations(settings.ca_file)
        except OSError as error:
            # ssl.SSLError is an OSError too.
            raise UnreachableError(
                f"ca_file {settings.ca_file} cannot be used: {reason(error)}",
                "give a file with certificates (PEM), readable for the user who runs tipline",
            ) from error
    return context


def is_session_over(error: Exception) -> bool:
    """Tell whether a refusal says that the server knows us no more, whatever was asked for.

    A token that ends in the middle of the work says nothing about the mail that was asked for.
    """
    return _SESSION_OVER.search(str(error)) is not None


def reason(error: Exception) -> str:
    """Put a fault into words, on one line."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(words).split())[:_WORDS_OCTETS]
