"""Incidents: what is wrong with a product, told once when it begins, and kept after it is over."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, select, update

from meshport.registry import audit, dialects, notices, schema
from meshport.registry.clock import now
from meshport.registry.types import OWNERS_ONLY, Incident, IncidentKind, Told, Trouble

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
    lasting = {each.kind: each for each in read(connection, product, None, lasting=True, limit=None)}
    began = []
    for trouble in found:
        known = lasting.pop(trouble.kind, None)
        if known is None:
            began += _begin(connection, product, domain, trouble)
        elif known.text != trouble.text:
            _change(connection, known, text=trouble.text)
    ended = [each for each in lasting.values() if each.kind in looked_at]
    for each in ended:
        _change(connection, each, ended_at=now())
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


def _begin(connection: Connection, product: str, domain: str, trouble: Trouble) -> list[Incident]:
    """Begin an incident and tell of it: the owners, and where it is in what is published, those who subscribe, unless
    it is the owners' business alone.

    Returns it, or nothing where somebody else just did.
    """
    values = {
        "product": product,
        "kind": trouble.kind,
        "severity": trouble.severity,
        "text": trouble.text,
        "began_at": now(),
    }
    row = dialects.insert_unless(connection, _incident, values, ("product", "kind"), schema.OPEN)
    if row is None:
        return []
    incident = _of(row)
    occasion = str(incident.id)
    told = Told(f"domain:{domain}", f"incident/{occasion}", "incident", product, trouble.text)
    notices.tell(connection, [told])
    if trouble.severity == "soft" and trouble.kind not in OWNERS_ONLY:
        notices.tell_subscribers(connection, product, "incident", occasion, trouble.text)
    return [incident]


def _change(connection: Connection, incident: Incident, **values: str) -> None:
    connection.execute(update(_incident).where(_incident.c.id == incident.id).values(values))


def _of(row: Row[tuple[object, ...]]) -> Incident:
    return Incident(**row._mapping)
