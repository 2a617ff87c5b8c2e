"""Indexes for a marketplace over many products: what is new, most used, how many of each domain, queries of a few."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create them."""
    op.create_index(op.f("ix_audit_subject_action_at"), "audit", ["subject", "action", "at"])
    op.create_index(op.f("ix_product_domain_status"), "product", ["domain", "status"])
    op.create_index(op.f("ix_product_version_published_at"), "product_version", ["published_at"])
    op.create_index(op.f("ix_subscription_state_product"), "subscription", ["state", "product"])
