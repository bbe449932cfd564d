"""What reading suggests about a report and why, and the number its sender gave it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("urgency_reason", sa.String(length=200), nullable=True))
    op.add_column("reports", sa.Column("category", sa.String(length=40), nullable=True))
    op.add_column("reports", sa.Column("category_reason", sa.String(length=200), nullable=True))
    op.add_column("reports", sa.Column("external_id", sa.String(length=200), nullable=True))
    op.create_index("ix_reports_external_id", "reports", ["external_id"], unique=False)
