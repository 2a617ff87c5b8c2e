"""The outbox of alerts: what is to be sent of incidents, by which route, and what was.

An alert is written before it is sent and settled after. Whoever sends claims it first; a claim that nobody settled is
over after some minutes, so that a sender that died has the alert sent again, and two that live do not send it twice.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Select, exists, or_, select, update

from meshport.registry import dialects, schema
from meshport.registry.clock import now
from meshport.registry.types import AlertEvent, Incident, QueuedAlert

_alert = schema.alert
_incident = schema.incident
_product = schema.product
_CLAIMED = timedelta(minutes=10)
"""How long a claim holds: longer than sending takes."""


def queue(connection: Connection, wanted: Collection[tuple[int, AlertEvent, str]]) -> int:
    """Write alerts of incidents (id, event, route) unless they are there. Returns how many are new."""
    at = now()
    rows = [
        {"incident": incident, "event": event, "route": route, "queued_at": at, "attempts": 0}
        for incident, event, route in wanted
    ]
    return sum(dialects.insert_missing(connection, _alert, row, ("incident", "event", "route")) for row in rows)


def ends_to_tell(connection: Connection, domain: str, routes: Collection[str]) -> list[tuple[int, str]]:
    """Return incidents that ended, with the routes that have an alert of their begin and none of their end."""
    told = _alert.alias()
    ended = exists().where(told.c.incident == _alert.c.incident, told.c.route == _alert.c.route, told.c.event == "end")
    query = _of_domain(domain).where(
        _alert.c.event == "begin", _alert.c.route.in_(list(routes)), _incident.c.ended_at.is_not(None), ~ended
    )
    return [(row.incident, row.route) for row in connection.execute(query)]


def claim(connection: Connection, domain: str, routes: Collection[str]) -> list[QueuedAlert]:
    """Claim the alerts that are to be sent by these routes, and return them in their order."""
    before = (datetime.now(timezone.utc) - _CLAIMED).isoformat(timespec="microseconds")
    free = or_(_alert.c.claimed_at.is_(None), _alert.c.claimed_at < before)
    pending = _of_domain(domain).where(_alert.c.sent_at.is_(None), _alert.c.route.in_(list(routes)), free)
    numbers = [row.id for row in connection.execute(pending)]
    # Said again: on PostgreSQL somebody else may have claimed one meanwhile.
    claiming = update(_alert).where(_alert.c.id.in_(numbers), _alert.c.sent_at.is_(None), free)
    claimed: set[int] = set(connection.execute(claiming.values(claimed_at=now()).returning(_alert.c.id)).scalars())
    return [each for each in waiting(connection, domain) if each.id in claimed]


def settle(connection: Connection, number: int, problem: str | None) -> None:
    """Write that an alert was sent, or the problem there was."""
    values: dict[str, Any] = {"claimed_at": None, "problem": problem, "attempts": _alert.c.attempts + 1}
    if problem is None:
        values["sent_at"] = now()
    connection.execute(update(_alert).where(_alert.c.id == number).values(values))


def release(connection: Connection, numbers: Collection[int]) -> None:
    """Take back claims of alerts that were not tried."""
    connection.execute(update(_alert).where(_alert.c.id.in_(list(numbers))).values(claimed_at=None))


def waiting(connection: Connection, domain: str) -> list[QueuedAlert]:
    """Return the alerts that are still to be sent, in the order they came up."""
    columns = [_incident.c[name].label(f"of_{name}") for name in Incident.__struct_fields__]
    query = _of_domain(domain).add_columns(*columns).where(_alert.c.sent_at.is_(None)).order_by(_alert.c.id)
    return [
        QueuedAlert(
            id=row.id,
            incident=Incident(**{name: row._mapping[f"of_{name}"] for name in Incident.__struct_fields__}),
            event=row.event,
            route=row.route,
            attempts=row.attempts,
            problem=row.problem,
        )
        for row in connection.execute(query)
    ]


def _of_domain(domain: str) -> Select[Any]:
    query = select(_alert).join(_incident, _incident.c.id == _alert.c.incident)
    return query.join(_product, _product.c.key == _incident.c.product).where(_product.c.domain == domain)
