"""Subscriptions with an end, approvals and grants; the audit log as a hash chain; notices; access rules of domains."""

import sqlalchemy as sa
from alembic import op

from meshport.registry.chain import GENESIS, link
from meshport.registry.dialects import append_only, append_only_off

revision = "0003"
down_revision = "0002"

ALIVE = "state IN ('requested', 'approved', 'active')"


def upgrade() -> None:
    """Add the columns and tables, and chain the audit entries that are there."""
    _subscriptions()
    _notices()
    op.add_column("domain", sa.Column("access_rules", sa.Text(), nullable=True))
    _chain()


def _subscriptions() -> None:
    for name in ("purpose", "until", "source", "ended_at"):
        op.add_column("subscription", sa.Column(name, sa.Text(), nullable=True))
    for name in ("approvals", "grants"):
        op.add_column("subscription", sa.Column(name, sa.Text(), nullable=False, server_default="[]"))
    op.execute("UPDATE subscription SET ended_at = decided_at WHERE state IN ('denied', 'revoked')")
    op.drop_index("uq_subscription_alive", "subscription")
    op.create_index(
        "uq_subscription_alive",
        "subscription",
        ["product", "principal"],
        unique=True,
        sqlite_where=sa.text(ALIVE),
        postgresql_where=sa.text(ALIVE),
    )


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("recipient", "occasion", name=op.f("uq_notice_recipient_occasion")),
    )


def _chain() -> None:
    connection = op.get_bind()
    dialect = connection.dialect.name
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_audit_head")),
    )
    for statement in append_only_off("audit", dialect):
        op.execute(statement)
    op.add_column("audit", sa.Column("hash", sa.Text(), nullable=False, server_default=""))
    last, hashed = 0, GENESIS
    rows = connection.execute(sa.text("SELECT id, at, actor, action, subject, detail FROM audit ORDER BY id")).all()
    chained = []
    for row in rows:
        last, hashed = row.id, link(hashed, row.id, row.at, row.actor, row.action, row.subject, row.detail)
        chained.append({"id": last, "hash": hashed})
    if chained:
        connection.execute(sa.text("UPDATE audit SET hash = :hash WHERE id = :id"), chained)
    connection.execute(
        sa.text("INSERT INTO audit_head (one, last, hash) VALUES (1, :last, :hash)"), {"last": last, "hash": hashed}
    )
    for statement in append_only("audit", dialect):
        op.execute(statement)
