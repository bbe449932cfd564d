"""What waits for a way that is shut is found at once, however much waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_outbox_shut",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("way_shut = 1"),
        postgresql_where=sa.text("way_shut"),
    )
