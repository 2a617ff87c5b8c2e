"""Domains that the central team provisioned: their groups, and developers that their owners added."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "domain_group",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("owner_group", sa.Text(), nullable=False),
        sa.Column("developer_group", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["domain"], ["domain.domain"], name=op.f("fk_domain_group_domain")),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_domain_group")),
    )
    op.create_table(
        "domain_member",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["domain"], ["domain_group.domain"], name=op.f("fk_domain_member_domain")),
        sa.PrimaryKeyConstraint("domain", "person", name=op.f("pk_domain_member")),
    )
    op.create_index(op.f("ix_domain_member_person"), "domain_member", ["person"])
