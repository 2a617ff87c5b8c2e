"""Subscriptions as rows. Which state may follow which is decided in `meshport.access`; here it is only kept."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from meshport.registry import audit
from meshport.registry.clock import now
from meshport.registry.schema import subscription as _subscription
from meshport.registry.types import Subscription, SubscriptionState


def add(connection: Connection, product: str, principal: str, actor: str, reason: str | None) -> Subscription | None:
    """Add a request. Returns None where the principal has one alive for this product, also by somebody just now."""
    values = {
        "product": product,
        "principal": principal,
        "state": "requested",
        "reason": reason,
        "requested_by": actor,
        "requested_at": now(),
    }
    try:
        with connection.begin_nested():
            added = connection.execute(insert(_subscription).values(values).returning(_subscription)).one()
    except IntegrityError:
        return None
    audit.write(connection, actor, "access.request", product, {"principal": principal, "reason": reason})
    return Subscription(**added._mapping)


def move(
    connection: Connection,
    subscription: Subscription,
    action: str,
    to: SubscriptionState,
    actor: str,
    reason: str | None,
) -> Subscription | None:
    """Bring a subscription into another state. Returns None where its state is no longer the one given."""
    query = (
        update(_subscription)
        .where(_subscription.c.id == subscription.id, _subscription.c.state == subscription.state)
        .values(state=to, decided_by=actor, decided_at=now(), decision=reason)
        .returning(_subscription)
    )
    moved = connection.execute(query).first()
    if moved is None:
        return None
    detail = {"principal": subscription.principal, "from": subscription.state, "to": to, "reason": reason}
    audit.write(connection, actor, f"access.{action}", subscription.product, detail)
    return Subscription(**moved._mapping)


def read(connection: Connection, product: str | None, principal: str | None) -> list[Subscription]:
    """Return subscriptions (to one product, of one principal), oldest first."""
    query = select(_subscription).order_by(_subscription.c.id)
    if product is not None:
        query = query.where(_subscription.c.product == product)
    if principal is not None:
        query = query.where(_subscription.c.principal == principal)
    return [Subscription(**row._mapping) for row in connection.execute(query)]
