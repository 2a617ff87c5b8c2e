"""Breaking changes announced to those who subscribe, and their acknowledgements. Both are only ever added to."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from sqlalchemy import Connection, select

from meshport.registry import audit, dialects, notices, schema
from meshport.registry.clock import now
from meshport.registry.types import Announcement, Consumers

_announcement = schema.announcement
_acknowledgement = schema.acknowledgement
_subscription = schema.subscription


def announce(connection: Connection, announcement: Announcement, actor: str) -> bool:
    """Add an announcement. Returns False where this very change was announced already."""
    row = {
        "product": announcement.product,
        "digest": announcement.digest,
        "port": announcement.port,
        "replaced_by": announcement.replaced_by,
        "goes_on": announcement.goes_on,
        "changes": msgspec.json.encode(announcement.changes).decode(),
        "announced_at": now(),
        "announced_by": actor,
    }
    added = dialects.insert_missing(connection, _announcement, row)
    if added:
        name = f"{announcement.product}.{announcement.port}" if announcement.port else announcement.product
        text = f"{name} is about to break: {'; '.join(announcement.changes)}: meshport contract acknowledge {name}"
        notices.tell_subscribers(connection, announcement.product, "change", announcement.digest, text)
        audit.write(connection, actor, "contract.announce", announcement.product, msgspec.to_builtins(announcement))
    return added


def announcements(connection: Connection, product: str | None) -> list[Announcement]:
    """Return what was announced (of one product), oldest first."""
    acknowledged: dict[tuple[str, str], list[str]] = defaultdict(list)
    table = _acknowledgement
    for row in connection.execute(select(table).order_by(table.c.acknowledged_at)):
        acknowledged[row.product, row.digest].append(row.principal)
    query = select(_announcement).order_by(_announcement.c.announced_at)
    if product is not None:
        query = query.where(_announcement.c.product == product)
    return [
        Announcement(
            product=row.product,
            port=row.port,
            digest=row.digest,
            replaced_by=row.replaced_by,
            goes_on=row.goes_on,
            changes=msgspec.json.decode(row.changes, type=tuple[str, ...]),
            acknowledged=tuple(acknowledged[row.product, row.digest]),
        )
        for row in connection.execute(query)
    ]


def acknowledge(connection: Connection, announcement: Announcement, principal: str, actor: str) -> bool:
    """Write that a principal knows of a change. Returns False where that was written already."""
    row = {
        "product": announcement.product,
        "digest": announcement.digest,
        "principal": principal,
        "acknowledged_at": now(),
        "acknowledged_by": actor,
    }
    added = dialects.insert_missing(connection, _acknowledgement, row)
    if added:
        detail = {"principal": principal, "port": announcement.port, "digest": announcement.digest}
        audit.write(connection, actor, "contract.acknowledge", announcement.product, detail)
    return added


def consumers(connection: Connection, domain: str) -> dict[str, Consumers]:
    """Return who reads each product of a domain, by key: three queries, whatever the number of products."""
    product, port_state = schema.product, schema.port_state
    subscribers: dict[str, list[str]] = defaultdict(list)
    query = select(_subscription.c.product, _subscription.c.principal).join(product)
    for row in connection.execute(query.where(product.c.domain == domain, _subscription.c.state == "active")):
        subscribers[row.product].append(row.principal)
    acknowledged: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    known = select(_acknowledgement).join(product, product.c.key == _acknowledgement.c.product)
    for row in connection.execute(known.where(product.c.domain == domain)):
        acknowledged[row.product][row.digest].append(row.principal)
    going: dict[str, dict[str, str]] = defaultdict(dict)
    dated = (
        select(port_state).join(product).where(product.c.domain == domain, port_state.c.deprecation_date.is_not(None))
    )
    for row in connection.execute(dated):
        going[row.product][row.label] = row.deprecation_date
    return {
        key: Consumers(
            subscribers=tuple(sorted(subscribers[key])),
            acknowledged={digest: tuple(sorted(who)) for digest, who in acknowledged[key].items()},
            going=going[key],
        )
        for key in {*subscribers, *acknowledged, *going}
    }
