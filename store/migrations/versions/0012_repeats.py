"""Which messages are further copies of one that was filed, by whatever door they came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.create_index("ix_inbox_fingerprint", "inbox", ["fingerprint"], unique=True)
    op.create_table(
        "repeats",
        sa.Column("inbox_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("traits", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_repeats_inbox_id")),
        sa.ForeignKeyConstraint(["first_id"], ["inbox.id"], name=op.f("fk_repeats_first_id")),
        sa.PrimaryKeyConstraint("inbox_id", name=op.f("pk_repeats")),
    )
    op.create_index("ix_repeats_first_id", "repeats", ["first_id"], unique=False)
    op.create_index(
        "ix_repeats_undecided",
        "repeats",
        ["inbox_id"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL"),
    )
