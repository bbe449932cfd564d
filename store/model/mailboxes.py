"""What is known of the mails in mailboxes of others, and how each mailbox fares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.model.ids import InboundId


class FetchOutcome(StrEnum):
    """What became of a mail that a mailbox holds."""

    # It could not be fetched so far; the next look tries again.
    TRIED = "tried"
    # It is in the inbox.
    TAKEN = "taken"
    # The same mail was taken in before, under another number.
    KNOWN = "known"
    # Above the limit: its beginning is in the inbox, and it stays in its folder.
    TOO_LARGE = "too_large"
    # The server does not hand it out; what could be had of it is in the inbox.
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A folder of a mailbox while its UIDs mean the same mails (RFC 3501 section 2.3.1.1)."""

    mailbox: str
    folder: str
    uidvalidity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """One mail of a mailbox. ``digest`` is over its Message-ID and its content.

    ``inbound_id`` is the message in the inbox that holds it, ``reason`` why that is not all of it.
    ``settled_at`` tells when the mailbox was told (the mail moved or flagged); None is still to do.
    """

    uid: int
    outcome: FetchOutcome
    size: int
    at: datetime
    digest: str | None = None
    inbound_id: InboundId | None = None
    reason: str | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownCopy:
    """A mail of a mailbox that was known when it was fetched ``at``: as ``inbound_id``."""

    place: Place
    uid: int
    at: datetime
    inbound_id: InboundId


@dataclass(frozen=True, kw_only=True, slots=True)
class MailboxState:
    """How a mailbox fares. ``fault`` keeps mails from being fetched, since ``failing_since``.

    ``trouble`` is what is wrong while mails are fetched all the same, such as a missing folder to
    move them to. ``looked_at`` is when it was last seen in order.
    """

    mailbox: str
    looked_at: datetime | None = None
    failing_since: datetime | None = None
    fault: str | None = None
    remedy: str | None = None
    trouble: str | None = None
