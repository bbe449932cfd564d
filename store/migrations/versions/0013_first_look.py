"""Whether a mail that waits looks urgent, so that it is read before the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("looks_urgent", sa.Boolean(), nullable=True))
    _index("ix_inbox_looks_urgent", "looks_urgent = 1", "looks_urgent")
    _index("ix_inbox_not_looked_at", "looks_urgent IS NULL", "looks_urgent IS NULL")


def _index(name: str, sqlite: str, postgresql: str) -> None:
    op.create_index(
        name,
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text(f"state = 'received' AND {sqlite}"),
        postgresql_where=sa.text(f"state = 'received' AND {postgresql}"),
    )
