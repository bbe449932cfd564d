"""Alerts as rows of their own, so that one mail can carry many and each knows what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from store.schema import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("carried_at", UtcTime(), nullable=True),
        sa.Column("passed_on_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_alerts_case_id")),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f("fk_alerts_escalation_id")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_alerts_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "escalation_id",
            "step",
            "round",
            "address",
            name=op.f("uq_alerts_escalation_id_step_round_address"),
        ),
    )
    op.create_index("ix_alerts_case_id", "alerts", ["case_id", "address"], unique=False)
    op.create_index("ix_alerts_outbox_id", "alerts", ["outbox_id"], unique=False)
    op.create_index("ix_alerts_address", "alerts", ["address", "carried_at"], unique=False)
    op.create_index(
        "ix_alerts_waiting",
        "alerts",
        ["address"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_alerts_failed",
        "alerts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'failed' AND passed_on_at IS NULL"),
    )
    op.add_column("outbox", sa.Column("severity", sa.Integer(), nullable=True))
    _note_alerts_on_their_way()


def _note_alerts_on_their_way() -> None:
    """Give each alert mail that has not gone out its row; its key tells which step it is of."""
    connection = op.get_bind()
    known = set(connection.scalars(sa.text("SELECT id FROM escalations")))
    waiting = connection.execute(
        sa.text(
            "SELECT id, case_id, dedupe_key, recipient, created_at FROM outbox "
            "WHERE kind = 'alert' AND state = 'queued' AND case_id IS NOT NULL"
        )
    ).all()
    add = sa.text(
        "INSERT INTO alerts (case_id, escalation_id, step, round, address, reason, urgent, state, "
        "created_at, outbox_id, carried_at) VALUES (:case_id, :escalation, :step, :round, "
        ":address, 'step', :urgent, 'carried', :at, :mail, :at)"
    )
    for row in waiting:
        parts = row.dedupe_key.split(":", 4)
        numbers = [int(part) for part in parts[1:4] if part.isdigit()]
        values = dict(zip(("escalation", "step", "round"), numbers, strict=False))
        if "round" not in values or values["escalation"] not in known:
            continue
        connection.execute(
            add,
            values
            | {
                "case_id": row.case_id,
                "address": row.recipient,
                "urgent": False,
                "at": row.created_at,
                "mail": row.id,
            },
        )
