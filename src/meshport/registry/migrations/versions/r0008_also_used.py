"""What else somebody subscribes to, from an index alone."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Put a longer index in the place of a shorter one."""
    op.create_index(op.f("ix_subscription_principal_state_product"), "subscription", ["principal", "state", "product"])
    op.drop_index(op.f("ix_subscription_principal"), "subscription")
