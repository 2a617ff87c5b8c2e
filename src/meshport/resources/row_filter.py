"""Row filters, where the catalog filters on read: each is a function of the published zone, known by its name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import msgspec

from meshport.model import Port, Relation, RowFilter, fold
from meshport.resources.base import BOOKKEEPING, Field, ObservedRelation, Resource, known_as

KIND = "row_filter"
FIELDS = {"function": Field.DECLARED}


def desired(port: Port) -> Iterator[Resource]:
    """Yield the row filter that a port should have in the catalog."""
    if port.row_filter is not None and port.mode in ("clone", "copy"):
        yield Resource(KIND, port.relation, {"function": known_as(str(function_of(port, port.row_filter)))})


def observed(relation: ObservedRelation) -> Iterator[Resource]:
    """Yield the row filter that a relation has in the catalog, whoever set it."""
    if relation.row_filter:
        yield Resource(KIND, relation.relation, {"function": relation.row_filter})


def function_of(port: Port, row_filter: RowFilter) -> Relation:
    """Return the name of the function that filters a port's rows; like a mask's, it holds a digest of its body."""
    types = [column.data_type for name in row_filter.columns if (column := port.contract.column(name)) is not None]
    digest = hashlib.sha256(msgspec.json.encode((row_filter, types), order="sorted")).hexdigest()[:8]
    words = re.sub(r"[^a-z0-9]+", "_", fold(port.relation.identifier)).strip("_")[:60]
    return Relation(port.relation.database, BOOKKEEPING, f"rows_{words}_{digest}")
