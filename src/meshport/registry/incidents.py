"""Incidents: what is wrong with a product, told once when it begins, and kept after it is over."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, select, update

from meshport.registry import audit, dialects, notices, schema
from meshport.registry.clock import now
from meshport.registry.types import Incident, IncidentKind, Told, Trouble

_incident = schema.incident
_product = schema.product


def keep(
    connection: Connection, product: str, looked_at: Collection[IncidentKind], found: Sequence[Trouble], actor: str
) -> list[Incident]:
    """Write what was `found` wrong with a product, of the kinds that were `looked_at`. Returns what begins.

    What is open already is told in today's words, and tells nobody again; what is not found any more ends. A product
    that was never published has no incidents: nobody reads it.
    """
    domain = connection.execute(select(_product.c.domain).where(_product.c.key == product)).scalar()
    if domain is None:
        return []
    began = [each for each in (_begin(connection, product, domain, trouble) for trouble in found) if each is not None]
    wrong = {trouble.kind for trouble in found}
    ended = [_end(connection, each) for each in _open(connection, product) if each.kind in set(looked_at) - wrong]
    for action, incidents in (("begin", began), ("end", ended)):
        for each in incidents:
            detail = {"kind": each.kind, "severity": each.severity, "text": each.text, "incident": each.id}
            audit.write(connection, actor, f"incident.{action}", product, detail)
    return began


def read(
    connection: Connection, product: str | None, domain: str | None, lasting: bool, limit: int | None
) -> list[Incident]:
    """Return incidents (of a product, of a domain's products; only those that last), the newest first."""
    query = select(_incident).order_by(_incident.c.id.desc()).limit(limit)
    if product is not None:
        query = query.where(_incident.c.product == product)
    if domain is not None:
        query = query.join(_product, _product.c.key == _incident.c.product).where(_product.c.domain == domain)
    if lasting:
        query = query.where(_incident.c.ended_at.is_(None))
    return [_of(row) for row in connection.execute(query)]


def _begin(connection: Connection, product: str, domain: str, trouble: Trouble) -> Incident | None:
    """Open an incident and tell of it: the owners, and where it is in what is published, those who subscribe."""
    values = {
        "product": product,
        "kind": trouble.kind,
        "severity": trouble.severity,
        "text": trouble.text,
        "began_at": now(),
    }
    row = dialects.insert_unless(connection, _incident, values, ("product", "kind"), schema.OPEN)
    if row is None:
        this = (_incident.c.product == product, _incident.c.kind == trouble.kind, _incident.c.ended_at.is_(None))
        connection.execute(update(_incident).where(*this).values(text=trouble.text))
        return None
    incident = _of(row)
    occasion = str(incident.id)
    told = Told(f"domain:{domain}", f"incident/{occasion}", "incident", product, trouble.text)
    notices.tell(connection, [told])
    if trouble.severity == "soft":
        notices.tell_subscribers(connection, product, "incident", occasion, trouble.text)
    return incident


def _open(connection: Connection, product: str) -> list[Incident]:
    return read(connection, product, None, lasting=True, limit=None)


def _end(connection: Connection, incident: Incident) -> Incident:
    connection.execute(update(_incident).where(_incident.c.id == incident.id).values(ended_at=now()))
    return incident


def _of(row: Row[tuple[object, ...]]) -> Incident:
    return Incident(**row._mapping)
