"""The whole configuration as one frozen value."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, PrivateAttr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from tipline.settings.environment import EnvironmentSource
from tipline.settings.errors import Fault
from tipline.settings.explain import Origin
from tipline.settings.lines import Path as KeyPath
from tipline.settings.sections.casework import Alerts, Cases, Commands, Overviews
from tipline.settings.sections.folders import FolderEntry
from tipline.settings.sections.identity import AddressBook, Platform
from tipline.settings.sections.intake import Archives, Authentication, Lmtp, Reading, Sealing, Smtp
from tipline.settings.sections.log import Log
from tipline.settings.sections.mailboxes import MailboxEntry
from tipline.settings.sections.oauth import OAuthEntry
from tipline.settings.sections.reporters import Acknowledgement, Notices
from tipline.settings.sections.sending import Outgoing, Relay
from tipline.settings.sections.staff import ChannelEntry, PersonEntry, Policies, RotaEntry
from tipline.settings.sections.watching import Watching
from tipline.settings.values.texts import Name


class Settings(BaseSettings):
    """The whole configuration, checked. The environment wins over what it is built from."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    state_dir: Path = Field(
        default=Path("var"),
        description="Folder for everything tipline keeps.",
    )
    platform: Platform
    addresses: AddressBook
    smtp: Smtp = Smtp()
    lmtp: Lmtp = Lmtp()
    mailboxes: dict[Name, MailboxEntry] = Field(default_factory=dict)
    oauth: dict[Name, OAuthEntry] = Field(default_factory=dict)
    folders: dict[Name, FolderEntry] = Field(default_factory=dict)
    archives: Archives = Archives()
    reading: Reading = Reading()
    authentication: Authentication = Authentication()
    sealing: Sealing = Sealing()
    relay: Relay | None = None
    outgoing: Outgoing = Outgoing()
    acknowledgement: Acknowledgement = Acknowledgement()
    notices: Notices = Notices()
    people: dict[Name, PersonEntry] = Field(min_length=1)
    channels: dict[Name, ChannelEntry] = Field(default_factory=dict)
    rotas: dict[Name, RotaEntry] = Field(default_factory=dict)
    policies: Policies
    cases: Cases = Cases()
    alerts: Alerts = Alerts()
    overviews: Overviews = Overviews()
    commands: Commands = Commands()
    watching: Watching = Watching()
    log: Log = Log()
    _try_out: bool = PrivateAttr(default=False)
    _origin: Origin = PrivateAttr(default_factory=Origin)

    @model_validator(mode="after")
    def _a_canary_has_its_way(self) -> Self:
        if self.watching.canary == "on" and not (self.relay and self.listens):
            raise ValueError(
                'watching.canary = "on" needs a [relay], and smtp.enabled, [lmtp] or a mailbox: '
                "a mail to ourselves could not come back"
            )
        return self

    @model_validator(mode="after")
    def _each_folder_is_watched_once(self) -> Self:
        names: dict[Path, str] = {}
        for name, folder in self.folders.items():
            first = names.setdefault(folder.path, name)
            if first != name:
                raise ValueError(f"folders.{first} and folders.{name} are the same folder")
        for name, folder in self.folders.items():
            for key in ("processed_folder", "failed_folder"):
                if watching := names.get(getattr(folder, key)):
                    raise ValueError(
                        f"folders.{name}.{key} is what folders.{watching} watches: "
                        "its mails would be taken in again"
                    )
        return self

    @property
    def listens(self) -> bool:
        """Whether mail can come in by itself: by a listener, or from a mailbox."""
        return self.smtp.enabled or self.lmtp.enabled or bool(self.mailboxes)

    @property
    def try_out(self) -> bool:
        """Whether no file was given, so that this is the fictional platform's installation."""
        return self._try_out

    def as_try_out(self) -> Self:
        """Mark these settings as those of a try-out."""
        self._try_out = True
        return self

    def read_from(self, origin: Origin) -> Self:
        """Note where these settings came from."""
        self._origin = origin
        return self

    def place(self, path: KeyPath, message: str) -> Fault:
        """Say something about a key, with the place of it in the file or in the environment."""
        return self._origin.fault(path, message)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read our own environment source, which knows no unknown names, before the rest."""
        del env_settings, dotenv_settings, file_secret_settings
        return EnvironmentSource(settings_cls), init_settings
