"""Breaking changes that were announced to consumers, and who acknowledged them."""

import sqlalchemy as sa
from alembic import op

from meshport.registry.dialects import append_only

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("announcement", "acknowledgement")


def upgrade() -> None:
    """Create the two tables, and the triggers that keep them as they were written."""
    op.create_table(
        "announcement",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("port", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.Column("goes_on", sa.Text(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.Text(), nullable=False),
        sa.Column("announced_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["product"], ["product.key"], name=op.f("fk_announcement_product")),
        sa.PrimaryKeyConstraint("product", "digest", name=op.f("pk_announcement")),
    )
    op.create_table(
        "acknowledgement",
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.Text(), nullable=False),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product", "digest"],
            ["announcement.product", "announcement.digest"],
            name=op.f("fk_acknowledgement_product_digest"),
        ),
        sa.PrimaryKeyConstraint("product", "digest", "principal", name=op.f("pk_acknowledgement")),
    )
    for table in APPEND_ONLY:
        for statement in append_only(table, op.get_bind().dialect.name):
            op.execute(statement)
