"""The logins by OAuth 2: whom to ask for tokens, and which of them a mailbox or the relay uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from outside.oauth import Mechanism
from outside.oauth.assertions import Certificate
from outside.oauth.grants import Grant, GrantKind
from outside.oauth.secret_files import SecretFile
from tipline.settings.places import oauth_secret_file

if TYPE_CHECKING:
    from tipline.settings.model import Settings
    from tipline.settings.sections.oauth import OAuthEntry

# Microsoft, "OAuth 2.0 authorization code flow" and "Authenticate an IMAP, POP or SMTP connection
# using OAuth".
_MICROSOFT: Final = "https://login.microsoftonline.com"
_MICROSOFT_APP: Final = ("https://outlook.office365.com/.default",)
_MICROSOFT_PERSON: Final = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
    "offline_access",
)
# Microsoft, "Refresh tokens in the Microsoft identity platform".
_MICROSOFT_REFRESH: Final = timedelta(days=90)
# Google, "Using OAuth 2.0 to Access Google APIs" and "OAuth 2.0 Mechanism". Its logins with a code
# are not for mail.
_GOOGLE_TOKEN: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_GOOGLE_AUTHORIZE: Final = "https://accounts.google.com/o/oauth2/v2/auth"
# Without these Google gives no refresh token.
_GOOGLE_OFFLINE: Final = {"access_type": "offline", "prompt": "consent"}
_GOOGLE_MAIL: Final = ("https://mail.google.com/",)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailLogin:
    """Which tokens something logs in with at a mail server, and how they are told to it."""

    grant: str
    mechanism: Mechanism | None


def grants(settings: Settings) -> dict[str, Grant]:
    """Hand out whom to ask for tokens, by the names they are kept under. No secret is read here.

    A service account has one grant for each user it stands for.
    """
    found = {}
    for name, entry in settings.oauth.items():
        if entry.grant != "service-account":
            found[name] = _grant(name, name, entry)
        else:
            for user in sorted(_users(settings, name)):
                kept = f"{name}/{user}"
                found[kept] = _grant(name, kept, entry, user)
    return found


def mailbox_oauth(settings: Settings, name: str) -> MailLogin | None:
    """Tell which tokens a mailbox takes; None where it has a password."""
    entry = settings.mailboxes[name]
    return _mail_login(settings, entry.oauth, entry.username)


def relay_oauth(settings: Settings) -> MailLogin | None:
    """Tell which tokens the relay takes; None where it has a password or nothing."""
    relay = settings.relay
    return _mail_login(settings, relay.oauth, relay.username or "") if relay else None


def _mail_login(settings: Settings, login: str | None, user: str) -> MailLogin | None:
    if login is None:
        return None
    entry = settings.oauth[login]
    kept = f"{login}/{user}" if entry.grant == "service-account" else login
    wanted = None if entry.mechanism == "auto" else Mechanism(entry.mechanism.upper())
    return MailLogin(grant=kept, mechanism=wanted)


def _users(settings: Settings, login: str) -> Iterator[str]:
    for mailbox in settings.mailboxes.values():
        if mailbox.oauth == login:
            yield mailbox.username
    if settings.relay and settings.relay.oauth == login and settings.relay.username:
        yield settings.relay.username


def _grant(login: str, kept: str, entry: OAuthEntry, user: str | None = None) -> Grant:
    kind = GrantKind(entry.grant)
    secret = SecretFile("client secret", oauth_secret_file(login, entry.client_secret_file))
    key = SecretFile("key of the service account", oauth_secret_file(login, entry.key_file))
    is_secret_needed = kind is GrantKind.CLIENT_CREDENTIALS or secret.path is not None
    certificate = _certificate(entry)
    return Grant(
        name=kept,
        kind=kind,
        token_url=entry.token_url or _token_url(entry),
        device_url=entry.device_url or _device_url(entry),
        authorize_url=entry.authorize_url or _authorize_url(entry),
        authorize_fields=_GOOGLE_OFFLINE if entry.provider == "google" else {},
        client_id=entry.client_id or "",
        client_secret=secret if is_secret_needed and not certificate else None,
        basic=entry.client_secret_in == "header",  # noqa: S105 - where it goes, not what it is
        certificate=certificate,
        first_refresh_token=_first_refresh_token(entry),
        service_key=key if kind is GrantKind.SERVICE_ACCOUNT else None,
        subject=user,
        scopes=entry.scopes or _scopes(entry),
        ca_file=entry.ca_file,
        refresh_lifetime=entry.refresh_token_lifetime or _refresh_lifetime(entry),
        secret_expires_at=_secret_expires_at(entry),
    )


def _certificate(entry: OAuthEntry) -> Certificate | None:
    if entry.certificate_file is None:
        return None
    return Certificate(
        certificate=SecretFile("certificate", entry.certificate_file),
        key=SecretFile("certificate's key", entry.certificate_key_file),
    )


def _first_refresh_token(entry: OAuthEntry) -> SecretFile | None:
    path = entry.refresh_token_file
    return SecretFile("refresh token", path) if path else None


def _secret_expires_at(entry: OAuthEntry) -> datetime | None:
    day = entry.client_secret_expires
    return datetime.combine(day, time(), tzinfo=UTC) if day else None


def _token_url(entry: OAuthEntry) -> str:
    return _GOOGLE_TOKEN if entry.provider == "google" else f"{_microsoft(entry)}/token"


def _device_url(entry: OAuthEntry) -> str | None:
    return f"{_microsoft(entry)}/devicecode" if _is_microsoft(entry) else None


def _authorize_url(entry: OAuthEntry) -> str | None:
    if entry.provider == "google":
        return _GOOGLE_AUTHORIZE
    return f"{_microsoft(entry)}/authorize" if _is_microsoft(entry) else None


def _is_microsoft(entry: OAuthEntry) -> bool:
    return entry.provider == "microsoft" and entry.tenant is not None


def _microsoft(entry: OAuthEntry) -> str:
    return f"{_MICROSOFT}/{entry.tenant}/oauth2/v2.0"


def _scopes(entry: OAuthEntry) -> tuple[str, ...]:
    if entry.provider == "google":
        return _GOOGLE_MAIL
    if entry.provider == "other":
        return ()
    return _MICROSOFT_APP if entry.grant == "client-credentials" else _MICROSOFT_PERSON


def _refresh_lifetime(entry: OAuthEntry) -> timedelta | None:
    return _MICROSOFT_REFRESH if entry.provider == "microsoft" else None
