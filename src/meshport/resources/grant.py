"""Privileges of one principal on one catalog, schema or relation.

Not of a port alone, so `desired_of` and `observed_of` do not yield them: what subscriptions come to is worked out in
`meshport.access`.
"""

from __future__ import annotations

from collections.abc import Iterator

from meshport.model import Relation, fold
from meshport.resources.base import Field, Resource

KIND = "grant"
FIELDS = {"privilege": Field.DECLARED}
USE_CATALOG, USE_SCHEMA, SELECT = "USE CATALOG", "USE SCHEMA", "SELECT"


def grant(place: Relation, privilege: str, principal: str) -> Resource:
    """Return one privilege on one thing: a catalog has no schema, a schema no identifier, the metastore no name.

    Catalogs compare names and principals without case, so the key does. `to` is the principal as it is written.
    """
    return Resource(
        kind=KIND,
        relation=Relation(fold(place.database), fold(place.schema), fold(place.identifier)),
        name=f"{privilege} to {principal.casefold()}",
        fields={"privilege": privilege, "to": principal},
    )


def reading(relation: Relation, principal: str) -> Iterator[Resource]:
    """Yield the least that reading one relation takes."""
    yield grant(Relation(relation.database, "", ""), USE_CATALOG, principal)
    yield grant(Relation(relation.database, relation.schema, ""), USE_SCHEMA, principal)
    yield grant(relation, SELECT, principal)


def said(resource: Resource) -> str:
    """Return a grant for people: `SELECT on sales_published.orders.orders_v1 to marketing`."""
    return f"{resource.fields['privilege']} on {full_name(resource.relation)} to {resource.fields['to']}"


def full_name(place: Relation) -> str:
    """Return the name of a catalog, a schema or a relation; without any name it is the metastore's."""
    return ".".join(part for part in (place.database, place.schema, place.identifier) if part) or "the metastore"
