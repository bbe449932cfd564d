"""How many receipts were granted, to whom and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_acknowledgements_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_acknowledgements")),
    )
    op.create_index("ix_acknowledgements_sender", "acknowledgements", ["sender", "at"])
    op.create_index("ix_acknowledgements_domain", "acknowledgements", ["domain", "at"])
    op.create_index("ix_acknowledgements_at", "acknowledgements", ["at"])
