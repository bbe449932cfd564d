"""When a mail came to the mailbox, folder or archive that it was taken from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("inbox", "reports"):
        op.add_column(table, sa.Column("arrived_at", UtcTime(), nullable=True))
