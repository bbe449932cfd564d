"""Since when an alert was in a mail that waits, and whether that waits for the way itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alerts", sa.Column("ready_at", UtcTime(), nullable=True))
    op.execute("UPDATE alerts SET ready_at = created_at WHERE outbox_id IS NOT NULL")
    op.add_column(
        "outbox", sa.Column("way_shut", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_attempts_sent",
        "attempts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("outcome = 'sent'"),
        postgresql_where=sa.text("outcome = 'sent'"),
    )
