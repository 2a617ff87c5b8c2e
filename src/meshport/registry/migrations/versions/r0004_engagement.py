"""What people do with products beside reading them: ratings, bookmarks, visits; and where columns come from."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    for name, more in (
        (
            "rating",
            [
                sa.Column("stars", sa.Integer(), nullable=False),
                sa.Column("comment", sa.Text(), nullable=False),
                sa.Column("rated_at", sa.Text(), nullable=False),
            ],
        ),
        ("bookmark", [sa.Column("marked_at", sa.Text(), nullable=False)]),
        ("visit", [sa.Column("visited_at", sa.Text(), nullable=False)]),
    ):
        op.create_table(
            name,
            sa.Column("product", sa.Text(), nullable=False),
            sa.Column("person", sa.Text(), nullable=False),
            *more,
            sa.ForeignKeyConstraint(["product"], ["product.key"], name=op.f(f"fk_{name}_product")),
            sa.PrimaryKeyConstraint("product", "person", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_person"), name, ["person"])
    op.create_table(
        "port_lineage",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["product"], ["product.key"], name=op.f("fk_port_lineage_product")),
        sa.PrimaryKeyConstraint("product", "label", name=op.f("pk_port_lineage")),
    )
