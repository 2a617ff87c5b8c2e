"""What was spent, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "cost",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("platform", "day")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("payer", "domain", "product")),
        sa.Column("kind", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("model", "consumer")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("amount", "currency")),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost")),
    )
    op.create_index(op.f("ix_cost_platform_day"), "cost", ["platform", "day"])
    op.create_index(op.f("ix_cost_product_day"), "cost", ["product", "day"])
