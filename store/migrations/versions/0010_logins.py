"""Logins at mail servers by OAuth 2."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "logins",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("made_for", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("obtained_at", UtcTime(), nullable=True),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("refresh_expires_at", UtcTime(), nullable=True),
        sa.Column("failed_at", UtcTime(), nullable=True),
        sa.Column("failed_reason", sa.Text(), nullable=True),
        sa.Column("failed_remedy", sa.Text(), nullable=True),
        sa.Column("failed_for_good", sa.Boolean(), nullable=True),
        sa.Column("failed_times", sa.Integer(), nullable=True),
        sa.Column("failed_retry_at", UtcTime(), nullable=True),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("leased_until", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_logins")),
    )
