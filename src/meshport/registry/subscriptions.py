"""Subscriptions as rows. Which state may follow which is decided in `meshport.access`; here it is only kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from meshport.registry import audit, dialects, notices, schema
from meshport.registry.clock import now
from meshport.registry.schema import product as _product
from meshport.registry.schema import subscription as _subscription
from meshport.registry.types import Approval, Asked, Step, Subscription, Told


def add(connection: Connection, asked: Asked, told: Sequence[Told]) -> Subscription | None:
    """Add a request. Returns None where the principal has one alive for this product, also by somebody just now."""
    values = {
        "product": asked.product,
        "principal": asked.principal,
        "state": "requested",
        "reason": asked.reason,
        "requested_by": asked.by,
        "requested_at": now(),
        "purpose": asked.purpose,
        "until": asked.until,
        "source": asked.source,
    }
    row = dialects.insert_unless(connection, _subscription, values, ("product", "principal"), schema.ALIVE)
    if row is None:
        return None
    added = _of(row)
    notices.tell(connection, _numbered(told, added.id))
    wanted = {name: values[name] for name in ("principal", "reason", "purpose", "until", "source")}
    audit.write(connection, asked.by, "access.request", asked.product, _without_nothing(wanted))
    return added


def move(connection: Connection, subscription: Subscription, step: Step, told: Sequence[Told]) -> Subscription | None:
    """Take a subscription one step on. Returns None where it is no longer as given: somebody else was faster."""
    values: dict[str, Any] = {"state": step.to}
    if step.decides:
        values |= {"decided_by": step.by, "decided_at": now(), "decision": step.reason}
    if step.approved:
        approvals = (*subscription.approvals, Approval(step.by, now(), step.reason))
        values["approvals"] = _text(approvals)
    if step.grants is not None:
        values["grants"] = _text(step.grants)
    if step.ends:
        values["ended_at"] = now()
    query = (
        update(_subscription)
        .where(
            _subscription.c.id == subscription.id,
            _subscription.c.state == subscription.state,
            _subscription.c.approvals == _text(subscription.approvals),
        )
        .values(values)
        .returning(_subscription)
    )
    moved = connection.execute(query).first()
    if moved is None:
        return None
    notices.tell(connection, _numbered(told, subscription.id))
    detail: dict[str, Any] = {
        "principal": subscription.principal,
        "from": subscription.state,
        "to": step.to,
        "reason": step.reason,
    }
    if step.grants is not None:
        detail["grants"] = list(step.grants)
    audit.write(connection, step.by, f"access.{step.action}", subscription.product, detail)
    return _of(moved)


def read(
    connection: Connection, product: str | None, principal: str | None, states: Sequence[str], domain: str | None
) -> list[Subscription]:
    """Return subscriptions, oldest first: to a product, of a principal, in these states, to a domain's products."""
    query = select(_subscription).order_by(_subscription.c.id)
    if product is not None:
        query = query.where(_subscription.c.product == product)
    if principal is not None:
        query = query.where(_subscription.c.principal == principal)
    if states:
        query = query.where(_subscription.c.state.in_(list(states)))
    if domain is not None:
        query = query.join(_product, _product.c.key == _subscription.c.product).where(_product.c.domain == domain)
    return [_of(row) for row in connection.execute(query)]


def in_domains(
    connection: Connection, domains: Collection[str], states: Collection[str], offset: int, limit: int
) -> tuple[int, list[Subscription]]:
    """Return how many subscriptions in these states there are to products of these domains, and some, newest first."""
    theirs = select(_product.c.key).where(_product.c.domain.in_(list(domains)))
    chosen = (_subscription.c.product.in_(theirs), _subscription.c.state.in_(list(states)))
    total = connection.execute(select(func.count()).select_from(_subscription).where(*chosen)).scalar_one()
    query = select(_subscription).where(*chosen).order_by(_subscription.c.id.desc()).offset(offset).limit(limit)
    return total, [_of(row) for row in connection.execute(query)]


def _of(row: Row[Any]) -> Subscription:
    columns: dict[str, Any] = dict(row._mapping)
    approvals = msgspec.json.decode(columns.pop("approvals"), type=tuple[Approval, ...])
    grants = msgspec.json.decode(columns.pop("grants"), type=tuple[str, ...])
    return Subscription(**columns, approvals=approvals, grants=grants)


def _text(value: Sequence[Any]) -> str:
    return msgspec.json.encode(value).decode()


def _numbered(told: Sequence[Told], number: int) -> list[Told]:
    """Return notices whose occasion names the subscription: each one has its own."""
    return [msgspec.structs.replace(each, occasion=f"{each.occasion}/{number}") for each in told]


def _without_nothing(detail: dict[str, Any]) -> dict[str, Any]:
    """Return a detail without what was not said; a reason stays, as it always was in the log."""
    return {key: value for key, value in detail.items() if value is not None or key == "reason"}
