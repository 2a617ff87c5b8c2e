"""Masks of columns, where the catalog masks on read: each is a function of the published zone, known by its name.

The function is set on the column, or the column is tagged and a policy of the catalog masks what carries that tag
(`by_policy` of the port): the resource says which, so that going from one to the other is a change like any.

A masked copy has none: it holds masked values. A view has none either: it calls the functions itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import msgspec

from meshport.model import Column, Mask, Port, Relation, fold
from meshport.resources.base import BOOKKEEPING, Field, ObservedColumn, ObservedRelation, Resource, known_as

KIND = "mask"
FIELDS = {"function": Field.DECLARED, "policy": Field.DECLARED}
BODIES = 1
"""Raised when a mask's macro hides in another way: the functions get other names, and every port moves to them."""
TAG = "meshport_mask"
"""The governed tag of columns that policies mask. Its value names the policy and the function of that policy."""
_PREFIX = "mask_"
_WIDEST = {"tinyint": "bigint", "smallint": "bigint", "int": "bigint", "integer": "bigint", "float": "double"}
"""The type that a policy's function takes for a whole family: Databricks casts to it and back, and loses nothing."""


def desired(port: Port) -> Iterator[Resource]:
    """Yield the masks that a port's columns should have in the catalog."""
    if port.mode in ("clone", "copy"):
        for column in port.contract.columns:
            if column.mask is not None:
                fields = (
                    {"policy": tag_of(port, column, column.mask)}
                    if port.by_policy
                    else {"function": known_as(str(function_of(port, column, column.mask)))}
                )
                yield Resource(KIND, port.relation, fields, column=fold(column.name))


def observed(relation: ObservedRelation) -> Iterator[Resource]:
    """Yield the masks that a relation's columns have in the catalog, whoever set them."""
    for column in relation.columns:
        said = {"function": column.mask, "policy": tagged(column)}
        if fields := {key: value for key, value in said.items() if value}:
            yield Resource(KIND, relation.relation, fields, column=fold(column.name))


def function_of(port: Port, column: Column, mask: Mask) -> Relation:
    """Return the name of the function that masks a column: never changed, because its name holds a digest of it all."""
    kind = type_of(port, column)
    digest = hashlib.sha256(msgspec.json.encode((BODIES, mask, kind), order="sorted")).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9]+", "_", f"{mask.name}_{kind}".lower()).strip("_")[:60]
    return Relation(port.relation.database, BOOKKEEPING, f"{_PREFIX}{words}_{digest}")


def type_of(port: Port, column: Column) -> str:
    """Return the type that the function of a column takes. A policy's is for all columns of a family of types, because
    a catalog takes a limited number of policies.
    """
    kind = (column.data_type or "string").lower()
    if not port.by_policy:
        return kind
    return "string" if re.fullmatch(r"(var)?char\s*\(.*\)", kind) else _WIDEST.get(kind, kind)


def tag_of(port: Port, column: Column, mask: Mask) -> str:
    """Return the value of `TAG` that lets a policy mask a column: one for each function."""
    return function_of(port, column, mask).identifier.removeprefix(_PREFIX)


def function_named(database: str, value: str) -> Relation:
    """Return the function of the policy that masks what is tagged with a value."""
    return Relation(database, BOOKKEEPING, f"{_PREFIX}{value}")


def tagged(column: ObservedColumn) -> str:
    """Return the value of `TAG` that a column carries, empty where it carries none."""
    return column.tags.get(TAG, "")
