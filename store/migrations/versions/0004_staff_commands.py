"""What mails of the people on duty ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_commands",
        sa.Column("inbox_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("received_at", UtcTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("forwarded", sa.Boolean(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("answered_id", sa.Integer(), nullable=True),
        sa.Column("has_words", sa.Boolean(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=True),
        sa.Column("named_case", sa.String(length=16), nullable=True),
        sa.Column("span_seconds", sa.Integer(), nullable=True),
        sa.Column("disposition", sa.String(length=24), nullable=True),
        sa.Column("fault", sa.String(length=16), nullable=True),
        sa.Column("remark", sa.LargeBinary(), nullable=True),
        sa.Column("traits", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["inbox_id"], ["inbox.id"], name=op.f("fk_staff_commands_inbox_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_staff_commands_case_id")),
        sa.ForeignKeyConstraint(
            ["answered_id"], ["outbox.id"], name=op.f("fk_staff_commands_answered_id")
        ),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("pk_staff_commands")),
    )
    op.create_index(
        "ix_staff_commands_pending",
        "staff_commands",
        ["inbox_id"],
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_staff_commands_case_id", "staff_commands", ["case_id"])
    op.create_index("ix_staff_commands_token", "staff_commands", ["token"])
