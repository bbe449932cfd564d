"""Mails that come in: how, what they are, and the facts by which they are answered or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from store.model.ids import ImportId, InboundId
from store.model.moments import require_aware
from store.states import InboxState

UNNAMED_SERVER: Final = "unnamed.invalid"
"""Put before findings about a sender that name no server, and are believed for where a mail came
from. No server can be called so (RFC 2606 section 2)."""


class Door(StrEnum):
    """How a message came in."""

    SMTP = "smtp"
    # From a mail server of our own, which received it from outside.
    LMTP = "lmtp"
    # Fetched from a mailbox; of its transport nothing is known but its headers.
    IMAP = "imap"
    # From a folder that others put mails into, as a file.
    FOLDER = "folder"
    # From an archive: worked on like any other, but nobody waits for it now.
    ARCHIVE = "archive"


class MailKind(StrEnum):
    """What a mail is. Unsure means report."""

    REPORT = "report"
    REPLY = "reply"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    FEEDBACK_REPORT = "feedback_report"
    XARF = "xarf"
    STAFF_REPLY = "staff_reply"
    SPAM = "spam"
    # A mail of ours to ourselves that came back.
    CANARY = "canary"
    EMPTY = "empty"


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the transport said (RFC 5321 section 2.3.1), not what the headers claim.

    ``reverse_path`` is "" for the null path; ``peer`` is "address:port" or a file's name.
    ``received_at`` is when we had it; ``arrived_at`` is when it came to the mailbox, folder or
    archive that we took it from, as far as that is known. What falls due counts from the first.
    """

    reverse_path: str
    recipients: tuple[str, ...]
    door: Door
    received_at: datetime
    peer: str = ""
    helo: str = ""
    tls: bool = False
    smtputf8: bool = False
    arrived_at: datetime | None = None

    def __post_init__(self) -> None:
        require_aware(self.received_at, "received_at")
        if self.arrived_at is not None:
            require_aware(self.arrived_at, "arrived_at")

    @property
    def is_known(self) -> bool:
        """Whether a transport told it; of other mails nothing is known but what headers say."""
        return self.door not in {Door.IMAP, Door.FOLDER, Door.ARCHIVE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Treatment:
    """How a message is treated for the way it came, whatever it says.

    ``answer`` is False when nobody waits for a receipt; ``alert`` when cases must not alert at once
    for it, as it is old and was brought in by hand. ``cut`` says why the body is not the whole
    mail. ``import_id`` is the run of an import that brought it.
    """

    answer: bool = True
    alert: bool = True
    cut: str | None = None
    import_id: ImportId | None = None


ORDINARY: Final = Treatment()
"""How a message is treated that comes by itself."""


# Fields of programs that tell people what changed: in code, errors, feeds, friends.
NOTICE_FIELDS: Final = frozenset(
    {
        "x-bugzilla-reason",
        "x-bugzilla-type",
        "x-cron-env",
        "x-debian-pr-message",
        "x-facebook-notify",
        "x-gerrit-messagetype",
        "x-github-reason",
        "x-github-sender",
        "x-gitlab-notificationreason",
        "x-gitlab-project",
        "x-jira-fingerprint",
        "x-launchpad-message-rationale",
        "x-launchpad-notification-type",
        "x-linkedin-class",
        "x-phabricator-sent-this-message",
        "x-redmine-host",
        "x-redmine-project",
        "x-rss-feed",
        "x-rss-id",
        "x-rss-url",
        "x-trac-project",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class MailTraits:
    """The facts of a mail by which we decide whether it may be answered.

    ``headers`` holds only the header fields that say something about automation, in the order
    of the mail, names in lower case; ``content_type`` is the top-level type in lower case and
    ``report_type`` its report-type parameter. ``readable`` is False when reading failed,
    ``archived`` is True for a mail from an archive, whose reporter waits for no receipt;
    ``perhaps_automatic`` for one whose words look a little like a machine's. ``authentication``
    holds what a trusted mail server wrote about the sender (RFC 8601), the newest first.
    ``plain_from`` is False where that server may have read another From than we did.
    """

    reverse_path: str
    from_addresses: tuple[str, ...] = ()
    message_id: str | None = None
    references: tuple[str, ...] = ()
    content_type: str = "text/plain"
    report_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    readable: bool = True
    archived: bool = False
    perhaps_automatic: bool = False
    authentication: tuple[str, ...] = ()
    plain_from: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundMessage:
    """One accepted raw message: durable, and what has become of it so far."""

    id: InboundId
    envelope: Envelope
    digest: str
    size: int
    state: InboxState
    kind: MailKind | None
    reason: str | None
    message_id: str | None
    attempts: int
    treatment: Treatment = ORDINARY
