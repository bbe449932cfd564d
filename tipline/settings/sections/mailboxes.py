"""The sections about mailboxes that reports are fetched from."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from ingest.imap.settings import LONGEST_IDLE
from tipline.settings.sections.section import Section
from tipline.settings.values.addresses import HostName
from tipline.settings.values.amounts import MailSize
from tipline.settings.values.durations import Span
from tipline.settings.values.lists import parse_list
from tipline.settings.values.texts import Line, Name

# RFC 3501 section 9: a keyword is an atom; the system's own flags begin with a backslash.
_FLAG: Final = re.compile(r"[!#$&'+,./0-9:;<=>?@A-Z^_`a-z|}~-]{1,50}|\\(?:Flagged|Seen|Answered)")
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def check_folder(name: str) -> str:
    """Give the inbox its one spelling (RFC 3501 section 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name


Folder = Annotated[Line, AfterValidator(check_folder)]
Folders = Annotated[tuple[Folder, ...], BeforeValidator(parse_list)]


class MailboxEntry(Section):
    """A mailbox that reports are fetched from by IMAP."""

    host: HostName = Field(description="Host of the IMAP server, as its certificate names it.")
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        default=993,
        description="Port of the IMAP server.",
    )
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls",
        description="`tls` from the first byte, `starttls`, or `none` on this machine only.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="File with further certificates to trust (PEM), for a server with its own.",
    )
    username: Line = Field(
        description="Login name; with `oauth` the mailbox's address, also of a shared mailbox.",
    )
    password_file: Path | None = Field(
        default=None,
        description=(
            "File that holds the password, read at each login. Without it, the systemd credential "
            "`mailbox-` and the mailbox's name, such as `mailbox-reports`."
        ),
    )
    oauth: Name | None = Field(
        default=None,
        description="Name from `oauth`: log in with its tokens, not with a password.",
    )
    folders: Folders = Field(
        default=("INBOX",),
        min_length=1,
        description="Folders (with Gmail: labels) that mails are fetched from.",
    )
    after: Literal["move", "flag", "leave"] = Field(
        default="move",
        description=(
            "What happens to a mail in the mailbox once it is on disk here: `move` to "
            "`processed_folder`, `flag` with `flag`, or `leave` as it is."
        ),
    )
    processed_folder: Folder = Field(
        default="Processed",
        description="Folder that mails are moved to; made when it is missing.",
    )
    failed_folder: Folder = Field(
        default="Failed",
        description=(
            "Folder for mails that the server shows and does not hand out whole; "
            "a case says so of each. Made when it is missing."
        ),
    )
    flag: Line = Field(
        default="$Tipline",
        description="Keyword, or `\\Seen`, `\\Flagged` or `\\Answered`, for `flag`.",
    )
    idle: bool = Field(
        default=True,
        description="Whether the server is asked to tell of new mail at once (IDLE).",
    )
    idle_for: Span = Field(
        default=timedelta(minutes=5),
        le=LONGEST_IDLE,
        description="How long one such request lasts before it is renewed; at most 9m.",
    )
    idle_connections: Annotated[int, Field(ge=1, le=10)] = Field(
        default=4,
        description=(
            "How many folders the server is asked to tell of, the first ones of `folders`, each by "
            "a connection of its own; at most 10. Servers bound the connections of a user."
        ),
    )
    poll_every: Span = Field(
        default=timedelta(minutes=1),
        le=timedelta(hours=1),
        description=(
            "How often it is looked for new mail where the server does not tell of it: without "
            "IDLE, and in folders beyond `idle_connections`. At most 1h."
        ),
    )
    timeout: Span = Field(
        default=timedelta(minutes=1),
        le=timedelta(minutes=5),
        description="How long the server may say nothing while it owes an answer; at most 5m.",
    )
    max_size: MailSize = Field(
        default=35_000_000,
        description=(
            "Largest mail fetched whole. Of a larger one the beginning is kept, "
            "as a case for a person; it stays in its folder."
        ),
    )
    batch_size: MailSize = Field(
        default=8_000_000,
        description="Mails are fetched in batches of this size.",
    )
    answer_within: Span = Field(
        default=timedelta(days=3),
        description=(
            "The writer of a mail that came into the mailbox longer ago than this gets no receipt."
        ),
    )

    @field_validator("flag")
    @classmethod
    def _is_a_flag(cls, flag: str) -> str:
        if not _FLAG.fullmatch(flag):
            raise ValueError("is no flag: use letters, digits, $, - and _, or \\Flagged")
        return flag

    @model_validator(mode="after")
    def _password_travels_encrypted(self) -> Self:
        if self.security == "none" and self.host not in _HERE:
            raise ValueError(
                'a login needs encryption: set security to "tls" or "starttls"; '
                '"none" is for localhost'
            )
        return self

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if self.oauth and self.password_file:
            raise ValueError("give either password_file or oauth")
        return self

    @model_validator(mode="after")
    def _folders_differ(self) -> Self:
        for key in ("processed_folder", "failed_folder"):
            if getattr(self, key) in self.folders:
                raise ValueError(f"{key} must not be one of the folders that mails come from")
        return self
