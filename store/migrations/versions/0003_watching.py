"""Outgoing messages by other ways than mail, faults that were told, and mails to ourselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    way = sa.Column("way", sa.String(length=16), nullable=False, server_default="mail")
    op.add_column("outbox", way)
    op.add_column("outbox", sa.Column("instead_of", sa.Integer(), nullable=True))
    op.create_table(
        "faults",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("raised_at", UtcTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_faults"),
    )
    op.create_table(
        "canaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("queued_at", UtcTime(timezone=True), nullable=False),
        sa.Column("returned_at", UtcTime(timezone=True), nullable=True),
        sa.Column("decided_at", UtcTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("traits", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_canaries"),
        sa.UniqueConstraint("name", name="uq_canaries_name"),
    )
