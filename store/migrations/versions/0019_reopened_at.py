"""Since when a case that was opened again waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("reopened_at", UtcTime(), nullable=True))
    op.execute(
        "UPDATE cases SET reopened_at = (SELECT max(at) FROM case_events"
        " WHERE case_events.case_id = cases.id AND case_events.kind = 'reopened')"
    )
