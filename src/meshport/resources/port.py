"""The relation of a port: which build it holds, written by which definition."""

from __future__ import annotations

import hashlib

import msgspec

from meshport.model import Port
from meshport.resources.base import Field, ObservedRelation, Resource

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
    fields["columns"] = ", ".join(f"{column.name} {column.data_type}" for column in relation.columns)
    if relation.rows is not None:
        fields["rows"] = str(relation.rows)
    return Resource(kind=KIND, relation=relation.relation, fields=fields)


def properties(resource: Resource) -> dict[str, str]:
    """Return what is written on the relation, so that `observed` reads back what `desired` asked for."""
    return {key: resource.fields[key] for key in ("build", "definition")}


def definition(port: Port) -> str:
    """Return a digest of everything that shapes the port's rows: source, columns, masks, filter, constraints."""
    columns = [(column.name, column.data_type, column.mask) for column in port.contract.columns]
    shape = (port.source, columns, port.row_filter, port.contract.constraints)
    return hashlib.sha256(msgspec.json.encode(shape, order="sorted")).hexdigest()[:16]
