"""The governed kinds. Each module has its `KIND`, its field policy `FIELDS`, `desired` and `observed`.

A new kind is a new module here and a line in `desired_of` and `observed_of`.
"""

from __future__ import annotations

from collections.abc import Iterator

from meshport.model import Port
from meshport.resources import comment, grant, infrastructure, mask, port, row_filter, tag
from meshport.resources.base import (
    BOOKKEEPING,
    PREVIOUS,
    STAGED,
    Field,
    ObservedColumn,
    ObservedRelation,
    Resource,
    known_as,
    place_of,
)

FIELD_POLICY: dict[str, dict[str, Field]] = {
    **{module.KIND: module.FIELDS for module in (port, mask, row_filter, comment, tag, grant)},
    **infrastructure.FIELDS,
}


def desired_of(declared: Port, build: str) -> Iterator[Resource]:
    """Yield everything that should be in the catalog for one port."""
    yield port.desired(declared, build)
    yield from mask.desired(declared)
    yield from row_filter.desired(declared)
    yield from comment.desired(declared)
    yield from tag.desired(declared)


def observed_of(relation: ObservedRelation) -> Iterator[Resource]:
    """Yield everything that is in the catalog for one relation."""
    yield port.observed(relation)
    yield from mask.observed(relation)
    yield from row_filter.observed(relation)
    yield from comment.observed(relation)
    yield from tag.observed(relation)


__all__ = [
    "BOOKKEEPING",
    "FIELD_POLICY",
    "PREVIOUS",
    "STAGED",
    "Field",
    "ObservedColumn",
    "ObservedRelation",
    "Resource",
    "desired_of",
    "known_as",
    "observed_of",
    "place_of",
]
