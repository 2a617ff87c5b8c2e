"""Runs of dbt with their results, and alerts of incidents that are to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("domain", "invocation_id", "command")),
        sa.Column("target", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("started_at", "ended_at", "status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("invocation_id", name=op.f("uq_run_invocation_id")),
    )
    op.create_index(op.f("ix_run_domain_ended_at"), "run", ["domain", "ended_at"])
    op.create_table(
        "run_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("unique_id", "name", "kind")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("product", "label")),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=True),
        sa.Column("executed_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["run"], ["run.id"], name=op.f("fk_run_result_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_result")),
    )
    op.create_index(op.f("ix_run_result_run"), "run_result", ["run"])
    op.create_index(op.f("ix_run_result_product_executed_at"), "run_result", ["product", "executed_at"])
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("event", "route", "queued_at")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("claimed_at", "sent_at")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_alert_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("incident", "event", "route", name=op.f("uq_alert_incident_event_route")),
    )
    op.create_index(op.f("ix_alert_sent_at"), "alert", ["sent_at"])
