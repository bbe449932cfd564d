"""The mailboxes, and how to log in to each: where the secrets are kept, never the secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.imap.bearing import BearerLogin
from ingest.imap.errors import LoginRefusedError
from ingest.imap.login import Login, PasswordLogin
from ingest.imap.settings import After, MailboxSettings, Security
from outside.oauth import BearerSource
from tipline.settings.logins import mailbox_oauth
from tipline.settings.places import mailbox_password_file

if TYPE_CHECKING:
    from tipline.settings.model import Settings
    from tipline.settings.sections.mailboxes import MailboxEntry

_REMEDY: Final = "put the password there, readable for the user who runs tipline"


def mailboxes(settings: Settings) -> dict[str, MailboxSettings]:
    """Hand out every mailbox by its name. No secret is read here."""
    return {name: _mailbox(name, entry) for name, entry in settings.mailboxes.items()}


def _mailbox(name: str, entry: MailboxEntry) -> MailboxSettings:
    return MailboxSettings(
        name=name,
        host=entry.host,
        port=entry.port,
        security=Security(entry.security),
        ca_file=entry.ca_file,
        username=entry.username,
        folders=tuple(dict.fromkeys(entry.folders)),
        after=After(entry.after),
        processed_folder=entry.processed_folder,
        failed_folder=entry.failed_folder,
        flag=entry.flag,
        idle=entry.idle,
        idle_for=entry.idle_for,
        idle_connections=entry.idle_connections,
        poll_every=entry.poll_every,
        timeout=entry.timeout,
        max_size=entry.max_size,
        batch_size=entry.batch_size,
        answer_within=entry.answer_within,
    )


def mailbox_login(
    settings: Settings, name: str, bearers: Callable[[str], BearerSource] | None = None
) -> Login:
    """Hand out how to log in to a mailbox; the secret is read at each login.

    ``bearers`` gives the tokens of a login by its name, where it logs in by OAuth 2.
    """
    entry = settings.mailboxes[name]
    oauth = mailbox_oauth(settings, name)
    if oauth:
        if bearers is None:
            raise ValueError(f"the mailbox {name} logs in by OAuth 2 and is given no tokens")
        return BearerLogin(entry.username, bearers(oauth.grant), oauth.mechanism)
    path = mailbox_password_file(name, entry.password_file)
    return PasswordLogin(entry.username, lambda: _password(name, path))


def password_key(name: str) -> str:
    """Name the key of a mailbox's password, as every fault of the password does."""
    return f"mailboxes.{name}.password_file"


def _password(name: str, path: Path | None) -> str:
    key = password_key(name)
    if path is None:
        raise LoginRefusedError(f"there is no password: {key} is missing", _REMEDY)
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise LoginRefusedError(f"{key}: {path} cannot be read: {why}", _REMEDY) from error
    if not password:
        raise LoginRefusedError(f"{key}: {path} is empty", _REMEDY)
    return password
