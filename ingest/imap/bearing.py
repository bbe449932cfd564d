"""Logging in with an access token (OAuth 2), by OAUTHBEARER or XOAUTH2."""

from __future__ import annotations

from contextlib import suppress

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from ingest.imap.errors import LoginRefusedError, MailboxError, UnreachableError
from ingest.imap.login import refused, was_lost
from outside.oauth import Bearer, BearerSource, Exchange, LoginError, Mechanism, choose


class BearerLogin:
    """Logs in to the mailbox ``username`` with tokens that ``bearers`` gives.

    A token that the server refuses is replaced once. The mailbox may be another one than that of
    whoever was granted the token: a shared one.
    """

    def __init__(
        self, username: str, bearers: BearerSource, mechanism: Mechanism | None = None
    ) -> None:
        self._username = username
        self._bearers = bearers
        self._mechanism = mechanism
        self._doubted: Bearer | None = None

    def login(self, client: IMAPClient) -> None:
        """Log in; see ``Login``. Raises StorageUnavailable when a token cannot be written down."""
        bearer = self._bearer()
        try:
            self._authenticate(client, bearer)
        except IMAPClientAbortError:
            # It may have hung up because of the token: the next try asks for another.
            self._doubted = bearer
            raise
        except IMAPClientError as error:
            self._authenticate_again(client, bearer, error)

    def _bearer(self) -> Bearer:
        doubted, self._doubted = self._doubted, None
        try:
            if doubted is not None:
                # Where there is no other, it may have been the network after all.
                with suppress(LoginError):
                    return self._bearers.bearer(doubted)
            return self._bearers.bearer()
        except LoginError as error:
            raise _without_token(error) from None

    def _authenticate_again(
        self, client: IMAPClient, bearer: Bearer, error: IMAPClientError
    ) -> None:
        try:
            other = self._bearers.bearer(bearer)
        except LoginError as none:
            if none.code or not none.for_good:
                raise _without_token(none) from None
            raise refused(error, none.remedy) from None
        try:
            self._authenticate(client, other)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as again:
            remedy = "see that the user exists and that the login may use its mailbox"
            raise refused(again, remedy) from None

    def _authenticate(self, client: IMAPClient, bearer: Bearer) -> None:
        try:
            mechanism = choose(_offered(client), self._mechanism)
            exchange = Exchange(mechanism, self._username, bearer)
        except LoginError as error:
            raise LoginRefusedError(error.reason, error.remedy) from None
        try:
            client.sasl_login(mechanism, exchange.answer)
        except IMAPClientError as error:
            words = exchange.hidden(str(error))
            kind = IMAPClientAbortError if was_lost(error) else IMAPClientError
            raise kind(words) from None


def _offered(client: IMAPClient) -> list[str]:
    names = [word.decode("ascii", "replace").upper() for word in client.capabilities()]
    return [name.removeprefix("AUTH=") for name in names if name.startswith("AUTH=")]


def _without_token(error: LoginError) -> MailboxError:
    # The mailbox's own server refused nothing: it is asked again soon.
    return UnreachableError(f"no access token: {error.reason}", error.remedy)
