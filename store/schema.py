"""The tables. SQLAlchemy Core only; rows become frozen values in the repositories.

Texts of mails stand here sealed (``body``, ``words``); in clear are only what the work needs:
addresses, references, accounts, times and states.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
    true,
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC; databases that keep no zone get and give UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times and bring the others to UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 - the type of the base class
        """Give the time back with its zone."""
        del dialect
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    },
)

installation = Table(
    "installation",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("content", Text, nullable=False),
)

# Runs of ``tipline ingest``: what became of the mails of one is found by its number.
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sources", JSON, nullable=False),
    Column("answer", Boolean, nullable=False),
    Column("alert", Boolean, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
)

# Files that mails are taken from, and how far: SHA-256 over the octets up to there.
read_files = Table(
    "read_files",
    metadata,
    Column("place", Text, primary_key=True),
    Column("octets", BigInteger, nullable=False),
    Column("mails", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("door", String(16), nullable=False),
    Column("peer", String(255), nullable=False),
    Column("helo", String(255), nullable=False),
    Column("tls", Boolean, nullable=False),
    Column("smtputf8", Boolean, nullable=False),
    Column("reverse_path", String(512), nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    # Exactly one of the two holds the sealed mail.
    Column("body", LargeBinary),
    Column("body_file", String(80), unique=True),
    Column("state", String(16), nullable=False),
    Column("kind", String(20)),
    Column("reason", Text),
    Column("message_id", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", UtcTime),
    Column("lease_owner", String(80)),
    Column("leased_until", UtcTime),
    # Of a message that became a report: what every copy of the mail has in common.
    Column("fingerprint", String(64)),
    Index("ix_inbox_fingerprint", "fingerprint", unique=True),
    # What a first look at a mail that had to wait said; None before it.
    Column("looks_urgent", Boolean),
    # Whether its writer may get a receipt, and whether its cases alert at once.
    Column("answer", Boolean, nullable=False, server_default=true()),
    Column("alert", Boolean, nullable=False, server_default=true()),
    # Why the body is not the whole mail, if it is not.
    Column("cut", Text),
    Column("import_id", ForeignKey("imports.id")),
    # When it came to the mailbox, folder or archive that we took it from.
    Column("arrived_at", UtcTime),
    Index("ix_inbox_waiting", "id", sqlite_where=text("state = 'received'")),
    Index(
        "ix_inbox_looks_urgent",
        "id",
        sqlite_where=text("state = 'received' AND looks_urgent = 1"),
        postgresql_where=text("state = 'received' AND looks_urgent"),
    ),
    Index(
        "ix_inbox_not_looked_at",
        "id",
        sqlite_where=text("state = 'received' AND looks_urgent IS NULL"),
        postgresql_where=text("state = 'received' AND looks_urgent IS NULL"),
    ),
    Index("ix_inbox_digest", "digest"),
    Index("ix_inbox_state", "state"),
    Index(
        "ix_inbox_import_id",
        "import_id",
        sqlite_where=text("import_id IS NOT NULL"),
        postgresql_where=text("import_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)

# Messages that are further copies of another, and what their way here tells of the sender.
repeats = Table(
    "repeats",
    metadata,
    Column("inbox_id", ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    Column("first_id", ForeignKey("inbox.id"), nullable=False),
    Column("traits", JSON, nullable=False),
    # What the notifier made of it; nothing while it has not looked.
    Column("outcome", String(16)),
    Index("ix_repeats_first_id", "first_id"),
    Index("ix_repeats_undecided", "inbox_id", sqlite_where=text("outcome IS NULL")),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(40), nullable=False),
    Column("handle", Text),
    Column("folded_handle", Text),
    Column("user_id", Text),
    Column("url", Text),
    Column("first_seen_at", UtcTime, nullable=False),
    Index("ix_accounts_user_id", "platform", "user_id", unique=True),
    Index("ix_accounts_folded_handle", "platform", "folded_handle"),
    Index("ix_accounts_url", "platform", "url"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), unique=True),
    Column("state", String(16), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("taken_by", Text),
    Column("taken_at", UtcTime),
    Column("taken_until", UtcTime),
    Column("closed_at", UtcTime),
    Column("disposition", String(24)),
    # The chain of events: how many, and the digest of the newest.
    Column("events", Integer, nullable=False, default=0),
    Column("chain", String(64), nullable=False, default=""),
    Column("reopened_at", UtcTime),
    Index("ix_cases_state_severity", "state", "severity"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False, unique=True),
    Column("reporter", Text),
    Column("received_at", UtcTime, nullable=False),
    Column("language", String(8)),
    Column("kind", String(20), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("urgency", Text),
    Column("message_id", Text),
    Column("traits", JSON, nullable=False),
    Column("defects", JSON, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("acknowledgement", String(16), nullable=False),
    Column("acknowledgement_reason", Text),
    # Suggestions of reading, each with the phrase of our own tables that led to it.
    Column("urgency_reason", String(200)),
    Column("category", String(40)),
    Column("category_reason", String(200)),
    # Domain and number of the sender's own report, where it states one.
    Column("external_id", String(200)),
    # The address of ours that it came to.
    Column("address", String(320)),
    Column("arrived_at", UtcTime),
    Index("ix_reports_external_id", "external_id"),
    Index("ix_reports_undecided", "id", sqlite_where=text("acknowledgement = 'pending'")),
    Index("ix_reports_received_at", "received_at"),
)

# Which report another one is a reply to.
replies = Table(
    "replies",
    metadata,
    Column("report_id", ForeignKey("reports.id"), primary_key=True),
    Column("answers_id", ForeignKey("reports.id"), nullable=False),
    Index("ix_replies_answers_id", "answers_id"),
)

case_reports = Table(
    "case_reports",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("report_id", ForeignKey("reports.id"), primary_key=True),
    Index("ix_case_reports_report_id", "report_id"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("method", String(24), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("part", String(40), nullable=False),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
    Index("ix_sightings_report_id", "report_id"),
    Index("ix_sightings_account_id", "account_id"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("content_type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("report_id", "ordinal"),
    Index("ix_evidence_sha256", "sha256"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("actor", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("previous_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("case_id", "sequence"),
)

# Events the notifier has not looked at yet; a row goes when its plan is committed.
unplanned_events = Table(
    "unplanned_events",
    metadata,
    Column("event_id", ForeignKey("case_events.id"), primary_key=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    Column("sender", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_id", String(255), nullable=False, unique=True),
    Column("content", LargeBinary, nullable=False),
    Column("report_id", ForeignKey("reports.id")),
    Column("case_id", ForeignKey("cases.id")),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime),
    Column("last_error", Text),
    Column("lease_owner", String(80)),
    Column("leased_until", UtcTime),
    Column("way", String(16), nullable=False, server_default="mail"),
    # The number of the message that this one stands in for.
    Column("instead_of", Integer),
    # Of the most urgent case the mail tells of.
    Column("severity", Integer),
    # What kept it from going would keep every other message of its way as well.
    Column("way_shut", Boolean, nullable=False, server_default=false()),
    Index("ix_outbox_waiting", "next_attempt_at", sqlite_where=text("state = 'queued'")),
    Index("ix_outbox_state", "state"),
    Index(
        "ix_outbox_shut",
        "next_attempt_at",
        sqlite_where=text("way_shut = 1"),
        postgresql_where=text("way_shut"),
    ),
    Index("ix_outbox_case_id", "case_id"),
    Index("ix_outbox_report_id", "report_id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_attempts_outbox_id", "outbox_id"),
    Index(
        "ix_attempts_sent",
        "id",
        sqlite_where=text("outcome = 'sent'"),
        postgresql_where=text("outcome = 'sent'"),
    ),
)

escalations = Table(
    "escalations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("policy", JSON, nullable=False),
    Column("step", Integer, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("next_at", UtcTime),
    Column("pause_reason", Text),
    # A case has at most one escalation that has not ended.
    Index(
        "uq_escalations_active",
        "case_id",
        unique=True,
        sqlite_where=text("state != 'ended'"),
        postgresql_where=text("state != 'ended'"),
    ),
    Index("ix_escalations_due", "next_at", sqlite_where=text("state != 'ended'")),
)

# Reporters' addresses from which a mail of ours came back for good; they are written to no more.
unreachable = Table(
    "unreachable",
    metadata,
    # In lower case.
    Column("address", String(320), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("outbox_id", ForeignKey("outbox.id"), nullable=False),
    Column("reason", String(200), nullable=False),
)

# One alert: one step about one case, told to one address. Several may share one mail.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("escalation_id", ForeignKey("escalations.id"), nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("person", String(80)),
    Column("reason", String(20), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    # The mail that carries it, and since when.
    Column("outbox_id", ForeignKey("outbox.id")),
    Column("carried_at", UtcTime),
    # When the next step was hurried because this alert did not arrive.
    Column("passed_on_at", UtcTime),
    # When a mail first carried it; kept when a newer one takes that one's place.
    Column("ready_at", UtcTime),
    UniqueConstraint("escalation_id", "step", "round", "address"),
    Index("ix_alerts_case_id", "case_id", "address"),
    Index("ix_alerts_outbox_id", "outbox_id"),
    Index("ix_alerts_address", "address", "carried_at"),
    Index("ix_alerts_waiting", "address", sqlite_where=text("state = 'waiting'")),
    Index("ix_alerts_failed", "id", sqlite_where=text("state = 'failed' AND passed_on_at IS NULL")),
)

# When something regular was last done: a digest, a handover.
occasions = Table(
    "occasions",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

openings = Table(
    "openings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("inbox_id", ForeignKey("inbox.id"), nullable=False),
)

# What the auditor found and told, until it is over.
faults = Table(
    "faults",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("title", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

# Mails to ourselves, and how long each took.
canaries = Table(
    "canaries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("queued_at", UtcTime, nullable=False),
    Column("returned_at", UtcTime),
    Column("decided_at", UtcTime),
    Column("verdict", Text),
    # What the decision about a receipt needs to know of the mail as it came back.
    Column("traits", JSON),
)

# What mails of the people on duty ask for; what they say beyond the command is in no column.
staff_commands = Table(
    "staff_commands",
    metadata,
    Column("inbox_id", ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    Column("received_at", UtcTime, nullable=False),
    Column("case_id", ForeignKey("cases.id")),
    Column("sender", Text),
    Column("kind", String(20), nullable=False),
    Column("forwarded", Boolean, nullable=False),
    Column("token", String(64)),
    Column("answered_id", ForeignKey("outbox.id")),
    Column("has_words", Boolean, nullable=False),
    Column("action", String(16)),
    Column("named_case", String(16)),
    Column("span_seconds", Integer),
    Column("disposition", String(24)),
    Column("fault", String(16)),
    # Sealed: the text of a note.
    Column("remark", LargeBinary),
    Column("traits", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("person", Text),
    Column("decided_at", UtcTime),
    Index("ix_staff_commands_pending", "inbox_id", sqlite_where=text("state = 'pending'")),
    Index("ix_staff_commands_case_id", "case_id"),
    Index("ix_staff_commands_token", "token"),
)

# Never removed: who was on duty at any time can be told later.
overrides = Table(
    "overrides",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rota", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("begins_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("cancelled_by", Text),
    Column("cancelled_at", UtcTime),
    Index("ix_overrides_ends_at", "ends_at"),
)

# The last reading of each rota's calendar that could be used.
calendars = Table(
    "calendars",
    metadata,
    Column("rota", String(200), primary_key=True),
    Column("source", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("read_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("shifts", JSON, nullable=False),
)

# Reports that etiquette allows to answer, and what the quotas granted them.
acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("report_id", ForeignKey("reports.id"), primary_key=True, autoincrement=False),
    Column("sender", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_acknowledgements_sender", "sender", "at"),
    Index("ix_acknowledgements_domain", "domain", "at"),
    Index("ix_acknowledgements_at", "at"),
)

# Logins by OAuth 2: the tokens sealed, why none came last, and who asks for new ones just now.
logins = Table(
    "logins",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("made_for", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary),
    Column("obtained_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("refresh_expires_at", UtcTime),
    Column("failed_at", UtcTime),
    Column("failed_reason", Text),
    Column("failed_remedy", Text),
    Column("failed_for_good", Boolean),
    Column("failed_times", Integer),
    Column("failed_retry_at", UtcTime),
    Column("leased_by", String(64)),
    Column("leased_until", UtcTime),
)

# Mails of mailboxes, by UID: one row for each that was found there.
fetches = Table(
    "fetches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mailbox", String(80), nullable=False),
    Column("folder", Text, nullable=False),
    # Both have 32 bits without a sign (RFC 3501 section 2.3.1.1).
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", String(64)),
    Column("inbox_id", ForeignKey("inbox.id")),
    Column("reason", Text),
    Column("at", UtcTime, nullable=False),
    Column("strikes", Integer, nullable=False),
    # From when on the mail may have a copy in the folder it goes to.
    Column("copying_at", UtcTime),
    Column("settled_at", UtcTime),
    # Since copying_at: no copy has a lower UID there. None where nobody asked.
    Column("copying_from", BigInteger),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index("ix_fetches_digest", "digest"),
    Index("ix_fetches_inbox_id", "inbox_id"),
    Index(
        "ix_fetches_unsettled",
        "mailbox",
        "folder",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
)

mailbox_states = Table(
    "mailbox_states",
    metadata,
    Column("mailbox", String(80), primary_key=True),
    Column("looked_at", UtcTime),
    Column("failing_since", UtcTime),
    Column("fault", Text),
    Column("remedy", Text),
    Column("trouble", Text),
)
