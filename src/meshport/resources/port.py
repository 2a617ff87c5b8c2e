"""The relation of a port: which build it holds, written by which definition."""

from __future__ import annotations

import hashlib

import msgspec

from meshport.model import Port, Relation, fold
from meshport.resources.base import PREVIOUS, Field, ObservedRelation, Resource

KIND = "port"
FIELDS = {
    "build": Field.DECLARED,
    "definition": Field.DECLARED,
    "columns": Field.AS_WRITTEN,
    "rows": Field.AS_WRITTEN,
}


def desired(port: Port, build: str) -> Resource:
    """Return the port as it should be: `build` is the id of the dbt build whose rows it should hold."""
    return Resource(kind=KIND, relation=port.relation, fields={"build": build, "definition": definition(port)})


def observed(relation: ObservedRelation) -> Resource:
    """Return the port as it is. A relation that meshport did not write has neither build nor definition."""
    fields: dict[str, str] = {
        key: relation.properties[key] for key in ("build", "definition") if key in relation.properties
    }
    fields["columns"] = ("view: " if relation.is_view else "") + ", ".join(
        f"{column.name} {column.data_type}" for column in relation.columns
    )
    if relation.rows is not None:
        fields["rows"] = str(relation.rows)
    return Resource(kind=KIND, relation=relation.relation, fields=fields)


def properties(port: Port, build: str) -> dict[str, str]:
    """Return what is written on the relation, so that `observed` reads back what `desired` asked for.

    `protection` tells which of two versions of a port hide the same.
    """
    return {**desired(port, build).fields, "protection": protection(port)}


def key_of(port: Port) -> str:
    """Return the key of a port's relation in the ledger."""
    return Resource(kind=KIND, relation=port.relation, fields={}).key


def previous_of(port: Port) -> Relation:
    """Return the relation of a port's previous version."""
    return Relation(port.relation.database, port.relation.schema, port.relation.identifier + PREVIOUS)


def protection(port: Port) -> str:
    """Return a digest of what a port hides: its masks and its row filter, and whether policies do it."""
    masks = {fold(column.name): column.mask for column in port.contract.columns if column.mask is not None}
    hidden: tuple[object, ...] = (masks, port.row_filter)
    if port.by_policy:
        hidden = (*hidden, "policy")
    return hashlib.sha256(msgspec.json.encode(hidden, order="sorted")).hexdigest()[:16]


def definition(port: Port) -> str:
    """Return a digest of everything that shapes the port's rows: source, columns, masks, filter, constraints."""
    columns = [(column.name, column.data_type, column.mask) for column in port.contract.columns]
    shape: tuple[object, ...] = (port.source, columns, port.row_filter, port.contract.constraints)
    if port.mode is not None:
        shape = (*shape, port.mode)
    return hashlib.sha256(msgspec.json.encode(shape, order="sorted")).hexdigest()[:16]
