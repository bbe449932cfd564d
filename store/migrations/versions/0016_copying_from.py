"""From which UID on the copies of a mail lie in the folder they go to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fetches", sa.Column("copying_from", sa.BigInteger(), nullable=True))
