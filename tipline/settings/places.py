"""Where everything is kept, and the secrets that are read from files or systemd credentials."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from store.unit_of_work import DATABASE_NAME
from tipline.settings.errors import ConfigurationError, Fault

if TYPE_CHECKING:
    from tipline.settings.model import Settings

# Names of the credentials in the unit's LoadCredential=.
SEALING_KEY_CREDENTIAL: Final = "sealing-key"
CHANNEL_CREDENTIAL: Final = "channel-"
HEARTBEAT_CREDENTIAL: Final = "heartbeat-url"
MAILBOX_CREDENTIAL: Final = "mailbox-"
OAUTH_CREDENTIAL: Final = "oauth-"
PASSWORD_CREDENTIAL: Final = "relay-password"  # noqa: S105 - the name of a credential, not one

DEFAULT_SEALING_KEY: Final = Path("keys", "sealing.key")
"""Where in the state folder the sealing key is made when none is named or handed over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The files and folders of one installation."""

    state: Path
    database: Path
    evidence: Path
    sealing_key: Path
    token_key: Path
    outgoing: Path
    health: Path


def places(settings: Settings) -> Places:
    """Tell where everything of this installation is kept."""
    state = settings.state_dir
    return Places(
        state=state,
        database=state / DATABASE_NAME,
        evidence=state / "evidence",
        sealing_key=(
            settings.sealing.key_file
            or _credential(SEALING_KEY_CREDENTIAL)
            or state / DEFAULT_SEALING_KEY
        ),
        token_key=state / "keys" / "token.key",
        outgoing=settings.outgoing.maildir or state / "outgoing",
        health=state / "health.json",
    )


def relay_password(settings: Settings) -> SecretStr | None:
    """Read the relay's password; None where no login is configured.

    Raises ConfigurationError when there is a login name and no password can be read.
    """
    if settings.relay is None or settings.relay.username is None or settings.relay.oauth:
        return None
    path = settings.relay.password_file or _credential(PASSWORD_CREDENTIAL)
    if path is None:
        message = "is missing: relay.username needs a password (or the credential relay-password)"
        raise ConfigurationError(_password_fault(message))
    try:
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        message = f"{path} cannot be read: {reason}"
        raise ConfigurationError(_password_fault(message)) from error
    if not password:
        raise ConfigurationError(_password_fault(f"{path} is empty"))
    return SecretStr(password)


def channel_url_file(name: str, configured: Path | None) -> Path | None:
    """Tell where a channel's URL is kept; None when that is neither configured nor handed over."""
    return configured or _credential(CHANNEL_CREDENTIAL + name.replace("/", "-"))


def mailbox_password_file(name: str, configured: Path | None) -> Path | None:
    """Tell where a mailbox's password is kept; None when that is told nowhere."""
    return configured or _credential(MAILBOX_CREDENTIAL + name)


def oauth_secret_file(name: str, configured: Path | None) -> Path | None:
    """Tell where the secret or the key of a login is kept; None when that is told nowhere."""
    return configured or _credential(OAUTH_CREDENTIAL + name)


def heartbeat_url_file(settings: Settings) -> Path | None:
    """Tell where the URL of the heartbeat is kept; None when there is none."""
    return settings.watching.heartbeat_url_file or _credential(HEARTBEAT_CREDENTIAL)


def is_credential_unseen(path: Path | None) -> bool:
    """Tell whether a secret may be a credential, which systemd hands to the service alone.

    ``path`` is where the secret was found, or None.
    """
    return path is None and "CREDENTIALS_DIRECTORY" not in os.environ


def _password_fault(message: str) -> Fault:
    return Fault(place="configuration", key="relay.password_file", message=message)


def _credential(name: str) -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / name if folder else None
    return path if path and path.is_file() else None
