"""Runs of imports, how far files were read, and how messages are treated that come by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Boolean(), nullable=False),
        sa.Column("alert", sa.Boolean(), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "read_files",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_read_files")),
    )
    for name in ("answer", "alert"):
        op.add_column(
            "inbox", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true())
        )
    # So far the writers of what came from an archive got no receipt.
    inbox = sa.table("inbox", sa.column("door", sa.String()), sa.column("answer", sa.Boolean()))
    op.execute(sa.update(inbox).where(inbox.c.door == "archive").values(answer=False))
    op.add_column("inbox", sa.Column("cut", sa.Text(), nullable=True))
    # Written out, as alembic adds no column with a foreign key to a table of SQLite.
    op.execute(
        "ALTER TABLE inbox ADD COLUMN import_id INTEGER "
        "CONSTRAINT fk_inbox_import_id REFERENCES imports (id)"
    )
    op.create_index(
        "ix_inbox_import_id",
        "inbox",
        ["import_id"],
        unique=False,
        sqlite_where=sa.text("import_id IS NOT NULL"),
        postgresql_where=sa.text("import_id IS NOT NULL"),
    )
