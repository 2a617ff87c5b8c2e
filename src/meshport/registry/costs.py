"""What was spent, by day: worked out elsewhere, kept here for pages and insights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, delete, insert, select

from meshport.registry import audit, schema
from meshport.registry.types import Charge, Scope

_cost = schema.cost


COST_DAYS = 30
"""How far back costs are looked at, where nobody says otherwise."""


def lately() -> str:
    """Return the first of the days (ISO 8601, UTC) that are looked at, today included."""
    return (datetime.now(timezone.utc).date() - timedelta(days=COST_DAYS - 1)).isoformat()


def record(
    connection: Connection, platform: str, since: str, until: str, charges: Sequence[Charge], actor: str
) -> None:
    """Write what a platform cost from a day to another (ISO 8601; both in it), in the place of what was known of them.

    That of others who pay is not touched: who is connected to one domain's warehouse may not see another's.
    """
    there = (_cost.c.platform == platform) & _cost.c.day.between(since, until)
    for payer in {each.payer for each in charges}:
        connection.execute(delete(_cost).where(there, _cost.c.payer.is_not_distinct_from(payer)))
    rows = [{**msgspec.structs.asdict(each), "platform": platform, "amount": str(each.amount)} for each in charges]
    if rows:
        connection.execute(insert(_cost), rows)
    audit.write(connection, actor, "cost.record", platform, {"since": since, "until": until, "charges": len(rows)})


def read(connection: Connection, scope: Scope, since: str) -> list[Charge]:
    """Return what was spent since a day on a product, on what a domain pays or what is its, or on all; by day."""
    query = select(*(_cost.c[name] for name in Charge.__struct_fields__)).where(_cost.c.day >= since)
    if scope.product is not None:
        query = query.where(_cost.c.product == scope.product)
    if scope.domain is not None:
        query = query.where((_cost.c.domain == scope.domain) | (_cost.c.payer == scope.domain))
    rows = connection.execute(query.order_by(_cost.c.day, _cost.c.id))
    return [Charge(**{**row._mapping, "amount": Decimal(row.amount)}) for row in rows]
