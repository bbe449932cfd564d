"""The sections about mails that go out: what carries them, and what they are made from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tipline.settings.sections.section import Section
from tipline.settings.values.addresses import HostName
from tipline.settings.values.durations import Span
from tipline.settings.values.texts import Line, Name


class Relay(Section):
    """The mail server that sends for us."""

    host: HostName = Field(description="Host of the relay.")
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        default=587,
        description="Port of the relay.",
    )
    security: Literal["none", "starttls", "tls"] = Field(
        default="starttls",
        description="`starttls`, `tls` from the first byte, or `none`.",
    )
    username: Line | None = Field(default=None, description="Login name, if the relay wants one.")
    password_file: Path | None = Field(
        default=None,
        description=(
            "File that holds the password. Without it, the systemd credential `relay-password`."
        ),
    )
    oauth: Name | None = Field(
        default=None,
        description="Name from `oauth`: log in as `username` with its tokens, not with a password.",
    )
    timeout: Span = Field(
        default=timedelta(seconds=60),
        # The leases on messages being sent are counted on it.
        le=timedelta(seconds=60),
        description="How long the relay may take over one answer; at most 60s.",
    )

    connections: Annotated[int, Field(ge=1, le=20)] = Field(
        default=2,
        description=(
            "Connections at one time for mails to reporters; mails to staff have one of their own."
        ),
    )
    ca_file: Path | None = Field(
        default=None,
        description="File with further certificates to trust (PEM), for a relay with its own.",
    )

    @model_validator(mode="after")
    def _password_travels_encrypted(self) -> Self:
        if self.username and self.security == "none":
            raise ValueError('a login needs encryption: set security to "starttls" or "tls"')
        return self

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if self.oauth and self.password_file:
            raise ValueError("give either password_file or oauth")
        if self.oauth and not self.username:
            raise ValueError("oauth needs a username: the address of the mailbox that sends")
        return self


class Outgoing(Section):
    """The mails we send."""

    maildir: Path | None = Field(
        default=None,
        description=(
            "Maildir that takes our mails when there is no `[relay]`. "
            "Without it, `outgoing` in `state_dir`."
        ),
    )
    templates: Path | None = Field(
        default=None,
        description="Folder whose templates go before the ones that come with tipline.",
    )
