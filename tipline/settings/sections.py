"""The sections of the configuration: every key with its type, default and meaning.

The descriptions are the reference: ``docs/configuration.md`` repeats them, and a test compares.
Values are frozen. Secrets are not among them: only the places where they are kept.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from ingest.reading.rules import SPAM_FIELDS
from store.model import Disposition
from store.tokens import LONGEST_TOKEN
from tipline.settings.values import (
    Address,
    Addresses,
    Dispositions,
    Domain,
    Domains,
    Expression,
    Line,
    MailSize,
    MemorySize,
    Months,
    Name,
    Recipients,
    Span,
    Words,
    Zone,
    parse_list,
)

Port = Annotated[int, Field(ge=0, le=65_535)]
Count = Annotated[int, Field(ge=1)]
_SERVER = re.compile(r"[A-Za-z0-9_.-]{1,253}")
# RFC 5321 section 4.5.3.1.1: 64 octets, of which a plus sign and a token take theirs.
_LONGEST_LOCAL_PART = 64 - 1 - LONGEST_TOKEN


class Section(BaseModel):
    """What every section has in common: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Platform(Section):
    """The home platform: the one whose reporting address this is."""

    key: Name = Field(description="Short name of the platform in references to accounts.")
    name: Line = Field(description="Name as people know it; appears in mails.")
    hosts: Domains = Field(
        min_length=1,
        description="Hosts of the platform's pages; their subdomains count as well.",
    )
    handle: Expression = Field(description="Regular expression that a whole handle matches.")
    profile_url: Line = Field(description="URL of a profile, with `{handle}` in it.")
    profile_paths: Words = Field(
        min_length=1,
        description="Paths of profiles, with `{handle}` in each.",
    )
    post_paths: Words = Field(
        default=(),
        description="Paths of posts; `{handle}` is the writer, `{digits}` the post.",
    )
    id_paths: Words = Field(
        default=(),
        description="Paths that name an account by number, with `{user_id}` in each.",
    )
    reserved: Words = Field(default=(), description="First path segments that are never handles.")
    own_handles: Words = Field(
        default=(),
        description="Handles of the platform itself: mentioned in reports, never reported.",
    )
    case_sensitive: bool = Field(
        default=False,
        description="Whether handles that differ only in case are different accounts.",
    )

    @field_validator("profile_url")
    @classmethod
    def _names_a_handle(cls, url: str) -> str:
        if "{handle}" not in url or not url.startswith("https://"):
            raise ValueError("must begin with https:// and contain {handle}")
        return url

    @field_validator("profile_paths", "post_paths", "id_paths")
    @classmethod
    def _are_paths(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            if not path.startswith("/"):
                raise ValueError(f'"{path}" is not a path; it has to begin with /')
        return paths


class AddressBook(Section):
    """Our own addresses."""

    reporting: Addresses = Field(
        min_length=1,
        description="Addresses reports are mailed to; receipts come from the first.",
    )
    from_name: Line = Field(
        default="Child Protection",
        description="Name beside the address in the mails we send.",
    )
    operator: Address | None = Field(
        default=None,
        description=(
            "Whoever runs tipline: told when nobody is on duty or tipline itself needs a person. "
            "Without it, the first of `people`."
        ),
    )
    message_id_domain: Domain | None = Field(
        default=None,
        description=(
            "Domain in the Message-IDs of our mails. "
            "Without it, the domain of the first reporting address."
        ),
    )

    @field_validator("reporting")
    @classmethod
    def _leaves_room_for_tokens(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        for address in addresses[:1]:
            octets = len(address.rpartition("@")[0].encode())
            if octets > _LONGEST_LOCAL_PART:
                raise ValueError(
                    f'"{address}" has {octets} octets before the @; the first address may have '
                    f"{_LONGEST_LOCAL_PART}, as replies come to it with a token behind a plus sign"
                )
        return addresses


class Smtp(Section):
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


class Relay(Section):
    """The mail server that sends for us."""

    host: Line = Field(description="Host of the relay.")
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


class Acknowledgement(Section):
    """The automatic receipts to reporters."""

    enabled: bool = Field(default=True, description="Whether reporters get a receipt.")
    time_zone: Zone = Field(default="UTC", description="Time zone for times in receipts.")
    authentication: Literal["always", "when-available", "never"] = Field(
        default="when-available",
        description=(
            "Whether a receipt goes only to senders whose domain answers for the mail: `always`; "
            "`when-available`, unless a trusted server found that it does not; or `never`."
        ),
    )
    per_sender: Count = Field(
        default=10,
        description=(
            "Receipts to one sender in an hour. The next report is answered with one mail that "
            "says that all have arrived, and further ones not at all until they become fewer."
        ),
    )
    per_domain: Count = Field(
        default=1_000,
        description="Receipts to all senders of one organisation's domain in an hour.",
    )
    in_all: Count = Field(default=10_000, description="Receipts to everybody in an hour.")
    look_within: Span = Field(
        default=timedelta(hours=24),
        description=(
            "Receipts promise that a person looks at the report within this time. "
            "tipline does not hold you to it: choose what your team can keep."
        ),
    )
    decide_within: Span | None = Field(
        default=None,
        description="Receipts name this time for the decision, too. Without it, they do not.",
    )


class Notices(Section):
    """The notices that tell reporters how a case was decided."""

    dispositions: Dispositions = Field(
        default=(
            Disposition.ACCOUNT_REMOVED,
            Disposition.CONTENT_REMOVED,
            Disposition.NO_VIOLATION,
            Disposition.NOT_OUR_PLATFORM,
            Disposition.INSUFFICIENT,
        ),
        description=(
            "Dispositions of which reporters are told when a case is closed; `[]` for none. "
            "`case close --notice` and `--no-notice` decide otherwise for one case."
        ),
    )
    send_after: Span = Field(
        default=timedelta(minutes=10),
        description=(
            "How long a notice waits before it goes out; a case that is opened again until then "
            "sends none."
        ),
    )
    reopen_months: Months = Field(
        default=6,
        description=(
            "Months after a decision in which a reply of the reporter opens the case again; "
            "at least 6."
        ),
    )


class Cases(Section):
    """How cases are worked on."""

    take_for: Span = Field(
        default=timedelta(hours=4),
        description="How long a taken case stays quiet before its alerts begin again.",
    )
    progress_within: Span = Field(
        default=timedelta(hours=1),
        description=(
            "How long nothing may happen to a taken case before whoever has it is reminded."
        ),
    )
    progress_grace: Span = Field(
        default=timedelta(minutes=15),
        description=(
            "How long after the reminder the case is given back and its alerts go on to the others."
        ),
    )


class Alerts(Section):
    """How many mails one address gets about cases."""

    at_once: Count = Field(
        default=5,
        description="How many alerts an address gets one by one; above that, summaries list them.",
    )
    within: Span = Field(
        default=timedelta(minutes=10),
        description="The span that `at_once` counts in.",
    )
    summary_every: Span = Field(
        default=timedelta(minutes=5),
        description=(
            "How far apart summaries are. What is new and critical waits a minute at most, "
            "whatever stands here."
        ),
    )

    @field_validator("within", "summary_every")
    @classmethod
    def _holds_nothing_for_long(cls, span: timedelta) -> timedelta:
        if not timedelta(0) < span <= timedelta(hours=1):
            raise ValueError("must be longer than nothing and at most one hour")
        return span


ActionName = Literal["take", "release", "snooze", "escalate", "note", "close"]
"""What can be done by mail (``store.model.StaffAction``, and a test compares)."""


class Commands(Section):
    """What the people on duty may do by mail: with an alert's links, or by a reply to it."""

    allowed: Annotated[tuple[ActionName, ...], BeforeValidator(parse_list)] = Field(
        default=("take", "release", "snooze", "escalate", "note"),
        description=(
            "What may be done: `take`, `release`, `snooze`, `escalate`, `note`, `close`. "
            "With `[]` nothing, and alerts have no links."
        ),
    )
    links_valid_for: Span = Field(
        default=timedelta(days=2),
        description="How long an alert's links and a reply to it are good.",
    )
    snooze_for: Span = Field(
        default=timedelta(hours=1),
        description="How long a snooze lasts that does not say so, such as that of the link.",
    )
    longest_snooze: Span = Field(
        default=timedelta(hours=8),
        description="Longest snooze by mail.",
    )
    authentication: Literal["always", "when-available", "never"] = Field(
        default="when-available",
        description=(
            "Whether a mail is obeyed only if its sender's domain answers for it: `always`; "
            "`when-available`, unless a trusted server found that it does not; or `never`."
        ),
    )

    @model_validator(mode="after")
    def _snooze_is_not_too_long(self) -> Self:
        if self.snooze_for > self.longest_snooze:
            raise ValueError("snooze_for must not be longer than longest_snooze")
        return self


class Overviews(Section):
    """Mails that tell staff by the clock what there is to do: digests and handovers."""

    handovers: bool = Field(
        default=True,
        description=(
            "Whether whoever comes on duty is told what is open, taken and overdue, and whoever "
            "goes which cases are still theirs."
        ),
    )
    when_nothing: bool = Field(
        default=False,
        description="Whether they go out also when no case is open or taken.",
    )


class Log(Section):
    """What tipline says about its work, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Least important kind of line to write.",
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="`json`, `console`, or `auto`: console on a terminal, else JSON.",
    )
