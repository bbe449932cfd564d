"""The sections about mails that come in: how they are taken, read, believed and sealed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, field_validator, model_validator

from ingest.reading.rules import SPAM_FIELDS
from tipline.settings.sections.section import Section
from tipline.settings.values.addresses import Domain
from tipline.settings.values.amounts import Count, MailSize, MemorySize
from tipline.settings.values.durations import Span
from tipline.settings.values.keys import Recipients
from tipline.settings.values.networks import Mode, NetworkNames, SocketPath, UnnamedPlaces
from tipline.settings.values.texts import Line, Words

Port = Annotated[int, Field(ge=0, le=65_535)]
SMTP_PORT: Final = 25
_SERVER = re.compile(r"[A-Za-z0-9_.-]{1,253}")


class Forwarding(Section):
    """Who is believed about where a connection really comes from."""

    proxies: NetworkNames = Field(
        default=(),
        description=(
            "Addresses and networks of proxies such as HAProxy. Connections from there have to "
            "begin with a header of the PROXY protocol (version 1 or 2)."
        ),
    )
    forwarders: NetworkNames = Field(
        default=(),
        description=(
            "Addresses and networks that may say by XCLIENT (nginx, Dovecot) or XFORWARD "
            '(Postfix) whose mail they bring; `"local"` for Unix sockets.'
        ),
    )


class Smtp(Forwarding):
    """The SMTP listener."""

    enabled: bool = Field(default=True, description="Whether to listen at all.")
    host: Line = Field(default="127.0.0.1", description="Address to listen on.")
    port: Port = Field(default=8025, description="Port to listen on; 0 lets the system choose.")
    hostname: Domain | None = Field(
        default=None,
        description="Name we greet with. Without it, the domain of the first reporting address.",
    )
    max_size: MailSize = Field(
        default=35_000_000,
        description="Largest mail accepted, announced as SIZE.",
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="File with the certificate and its chain (PEM); STARTTLS is offered with it.",
    )
    tls_key: Path | None = Field(
        default=None,
        description="File with the certificate's private key (PEM).",
    )
    max_connections: Count = Field(default=200, description="Connections at one time, in all.")
    max_connections_per_peer: Count = Field(
        default=20,
        description="Connections at one time from one address.",
    )
    max_recipients: Count = Field(default=100, description="Recipients of one mail.")
    max_commands: Count = Field(default=1000, description="Commands in one connection.")
    idle_timeout: Span = Field(
        default=timedelta(minutes=5),
        description="How long a connection may say nothing.",
    )
    max_session: Span = Field(
        default=timedelta(hours=1),
        description="How long one connection may last in all.",
    )

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key are needed together")
        return self


class Lmtp(Forwarding):
    """The LMTP listener, for a mail server of your own; the limits of ``smtp`` hold here too."""

    host: Line = Field(default="127.0.0.1", description="Address to listen on.")
    port: Port | None = Field(
        default=None,
        description="Port to listen on, never 25; 0 lets the system choose. Off without it.",
    )
    socket: SocketPath | None = Field(
        default=None,
        description="Unix socket to listen on. Off without it.",
    )
    socket_mode: Mode = Field(
        default="0660",
        description="Permissions of the socket; whoever may write to it may connect.",
    )
    socket_owner: Line | None = Field(
        default=None,
        description="User the socket belongs to; only root can give it away.",
    )
    socket_group: Line | None = Field(
        default=None,
        description="Group of the socket, one that tipline's user is a member of.",
    )

    @field_validator("port")
    @classmethod
    def _is_not_that_of_smtp(cls, port: int | None) -> int | None:
        if port == SMTP_PORT:
            raise ValueError("is the port of SMTP, where LMTP must not be spoken (RFC 2033)")
        return port

    @property
    def enabled(self) -> bool:
        """Whether to listen anywhere."""
        return self.port is not None or self.socket is not None


class Archives(Section):
    """What is brought in by hand with `tipline ingest`."""

    quiet_for: Span = Field(
        default=timedelta(days=7),
        description=(
            "How long cases that an archive opens wake nobody, so that they can be gone through by "
            "day; then they alert like any other. A new report in such a case alerts at once."
        ),
    )
    max_size: MailSize = Field(
        default=35_000_000,
        description="Largest mail taken in whole; of a larger one the beginning is, as a case.",
    )


class Reading(Section):
    """The processes that read mails."""

    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default=2,
        description="Number of reading processes.",
    )
    time_limit: Span = Field(
        default=timedelta(seconds=30),
        description="Time one mail may take to be read.",
    )
    memory_limit: MemorySize = Field(
        default=1_000_000_000,
        description="Memory one reading process may use.",
    )
    spam_fields: Words = Field(
        default=("X-Spam-Flag",),
        description=(
            "Header fields by which your own mail server marks spam, and which it removes from "
            "what comes in. A mail so marked is recorded and not filed, unless it names an account "
            "of the platform, speaks of danger or cannot be read; `[]` files them all."
        ),
    )

    @field_validator("spam_fields")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name.lower() not in SPAM_FIELDS:
                raise ValueError(f'"{name}" is not one of {", ".join(SPAM_FIELDS)}')
        return names


class Authentication(Section):
    """Who is believed about where a mail comes from."""

    trusted_servers: Words = Field(
        default=(),
        description=(
            "Names (authserv-ids) of your own mail servers in their `Authentication-Results` "
            "fields, which they remove from what comes in. What others write is ignored."
        ),
    )

    unnamed_from: UnnamedPlaces = Field(
        default=(),
        description=(
            "Where mail comes from whose uppermost `Authentication-Results` field counts although "
            "it names no server, as Microsoft 365 writes it: `mailbox:NAME` for one of "
            "`mailboxes`, or the address or network of a host of yours alone that hands it to us."
        ),
    )

    @field_validator("trusted_servers")
    @classmethod
    def _are_tokens(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not _SERVER.fullmatch(name):
                raise ValueError(
                    f'"{name}" is not the name of a mail server; copy the first word after '
                    '"Authentication-Results:" in a mail that it passed on'
                )
        return tuple(name.lower() for name in names)


class Sealing(Section):
    """How mails are sealed at rest."""

    key_file: Path | None = Field(
        default=None,
        description=(
            "File with the age key; made at first start. Without it, the systemd credential "
            "`sealing-key` if there is one, else `keys/sealing.key` in `state_dir`."
        ),
    )
    recipients: Recipients = Field(
        default=(),
        description="More public age keys that everything is sealed to as well.",
    )
