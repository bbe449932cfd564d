"""When something regular was last done, so that a digest comes once a day over restarts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "occasions",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_occasions")),
    )
