"""Logging in, the one step of a connection that differs from server to server.

``Login`` is the seam: whatever proves who we are is one implementation of it. It is asked anew for
each connection, so a password or a token that was renewed meanwhile is used at once.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Final, Protocol

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError

from ingest.imap.errors import LoginRefusedError

_REMEDY: Final = "compare username and password with what the mailbox's operator gave you"


class Login(Protocol):
    """Proves to a server who we are."""

    def login(self, client: IMAPClient) -> None:
        """Log in on a fresh connection.

        Raises LoginRefusedError when the server says no, or when what is needed is missing;
        OSError and the library's abort when the connection broke.
        """
        ...


class PasswordLogin:
    """Logs in with a name and a password, by PLAIN (RFC 4616) or, without it, by LOGIN.

    ``password`` is asked at each login and raises LoginRefusedError when there is none.
    """

    def __init__(self, username: str, password: Callable[[], str]) -> None:
        self._username = username
        self._password = password

    def login(self, client: IMAPClient) -> None:
        """Log in; see ``Login``."""
        password = self._password()
        try:
            if client.has_capability("AUTH=PLAIN"):
                client.plain_login(self._username, password)
            elif client.has_capability("LOGINDISABLED"):
                raise LoginRefusedError(
                    "the server takes no password here",
                    "use security = tls or starttls, or another way to log in",
                )
            else:
                client.login(quoted(self._username), password)
        except (LoginError, IMAPClientError) as error:
            words = _hidden(str(error), self._username, password)
            if was_lost(error):
                raise IMAPClientAbortError(words) from None
            raise refused(IMAPClientError(words), _REMEDY) from None
        except UnicodeEncodeError:
            message = "the server takes only ASCII in names and passwords"
            raise LoginRefusedError(message, "choose another password") from None


def _hidden(words: str, username: str, password: str) -> str:
    """Take a password out of a server's words: some repeat what they were told."""
    said = b64encode(f"\0{username}\0{password}".encode()).decode()
    escaped = quoted(password)[1:-1]
    for secret in (said, escaped, password):
        words = words.replace(secret, "***")
    return words


def was_lost(error: IMAPClientError) -> bool:
    """Tell whether a login failed because the connection broke.

    The library makes a refusal of that, too, and a refusal is waited after for long.
    """
    broken = (IMAPClientAbortError, ProtocolError)
    return any(isinstance(one, broken) for one in (error, error.__context__))


def refused(error: Exception, remedy: str) -> LoginRefusedError:
    """Tell that the server said no, in its own words, shortened to one line."""
    words = " ".join(str(error).split())[:200]
    return LoginRefusedError(f"the login was refused: {words}", remedy)


def quoted(text: str) -> str:
    """Write a name as a quoted string (RFC 3501 section 4.3): the library quotes only passwords."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
