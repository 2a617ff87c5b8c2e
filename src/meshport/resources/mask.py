"""Masks of columns, where the catalog masks on read: each is a function of the published zone, known by its name.

A masked copy has none: it holds masked values. A view has none either: it calls the functions itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import msgspec

from meshport.model import Column, Mask, Port, Relation, fold
from meshport.resources.base import BOOKKEEPING, Field, ObservedRelation, Resource

KIND = "mask"
FIELDS = {"function": Field.DECLARED}
BODIES = 1
"""Raised when a mask's macro hides in another way: the functions get other names, and every port moves to them."""


def desired(port: Port) -> Iterator[Resource]:
    """Yield the masks that a port's columns should have in the catalog."""
    if port.mode in ("clone", "copy"):
        for column in port.contract.columns:
            if column.mask is not None:
                function = str(function_of(port, column, column.mask))
                yield Resource(KIND, port.relation, {"function": function}, column=fold(column.name))


def observed(relation: ObservedRelation) -> Iterator[Resource]:
    """Yield the masks that a relation's columns have in the catalog, whoever set them."""
    for column in relation.columns:
        if column.mask:
            yield Resource(KIND, relation.relation, {"function": column.mask}, column=fold(column.name))


def function_of(port: Port, column: Column, mask: Mask) -> Relation:
    """Return the name of the function that masks a column: never changed, because its name holds a digest of it all."""
    kind = (column.data_type or "string").lower()
    digest = hashlib.sha256(msgspec.json.encode((BODIES, mask, kind), order="sorted")).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9]+", "_", f"{mask.name}_{kind}".lower()).strip("_")[:60]
    return Relation(port.relation.database, BOOKKEEPING, f"mask_{words}_{digest}")
