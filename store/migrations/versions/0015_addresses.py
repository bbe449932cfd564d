"""To which of our addresses a report came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("address", sa.String(length=320), nullable=True))
