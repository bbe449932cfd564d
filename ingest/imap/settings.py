"""What there is to know of a mailbox before it is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

# IDLE is renewed below ten minutes: routers and servers forget silent connections (RFC 2177
# asks for 29 minutes at most, which many of them do not wait for).
LONGEST_IDLE: Final = timedelta(minutes=9)
# Larger mails are fetched in pieces of so many octets, so that no call takes long.
PIECE_OCTETS: Final = 1024 * 1024


class Security(StrEnum):
    """How the connection is encrypted. ``none`` is for a server on the same machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class After(StrEnum):
    """What is done with a mail in the mailbox once it is durable here."""

    MOVE = "move"
    FLAG = "flag"
    LEAVE = "leave"


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxSettings:
    """One mailbox. Sizes are in octets; ``flag`` is a keyword (RFC 3501 section 2.3.2).

    ``idle_connections`` bounds how many folders are listened at, each by a connection of its own.
    ``timeout`` is how long the server may say nothing while it owes an answer, ``answer_within``
    the age up to which the writer of a mail still waits for a receipt.
    """

    name: str
    host: str
    username: str
    port: int = 993
    security: Security = Security.TLS
    ca_file: Path | None = None
    folders: tuple[str, ...] = ("INBOX",)
    after: After = After.MOVE
    processed_folder: str = "Processed"
    failed_folder: str = "Failed"
    flag: str = "$Tipline"
    idle: bool = True
    idle_for: timedelta = timedelta(minutes=5)
    idle_connections: int = 4
    poll_every: timedelta = timedelta(minutes=1)
    timeout: timedelta = timedelta(minutes=1)
    max_size: int = 35_000_000
    batch_size: int = 8_000_000
    answer_within: timedelta = timedelta(days=3)
    piece: int = field(default=PIECE_OCTETS)
