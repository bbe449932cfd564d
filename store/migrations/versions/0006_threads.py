"""Which report a reply answers, and which reporters cannot be written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("answers_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answers_id"], ["reports.id"], name=op.f("fk_replies_answers_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_replies_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_replies")),
    )
    op.create_index("ix_replies_answers_id", "replies", ["answers_id"], unique=False)
    op.create_table(
        "unreachable",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_unreachable_outbox_id")
        ),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_unreachable")),
    )
