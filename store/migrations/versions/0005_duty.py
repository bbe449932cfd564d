"""Overrides of who is on duty, and the shifts that calendars named last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rota", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("begins_at", UtcTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.Text(), nullable=True),
        sa.Column("cancelled_at", UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
    )
    op.create_index("ix_overrides_ends_at", "overrides", ["ends_at"], unique=False)
    op.create_table(
        "calendars",
        sa.Column("rota", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("read_at", UtcTime(timezone=True), nullable=False),
        sa.Column("until", UtcTime(timezone=True), nullable=False),
        sa.Column("shifts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("rota", name="pk_calendars"),
    )
