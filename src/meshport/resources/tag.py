"""Tags of ports and columns: what the standards' tag templates make of the project's declarations."""

from __future__ import annotations

from collections.abc import Iterator

from meshport.model import Port, Relation, fold
from meshport.resources import mask
from meshport.resources.base import Field, ObservedRelation, Resource

KIND = "tag"
FIELDS = {"value": Field.DECLARED}
CERTIFICATION = "system.certification_status"
"""Unity Catalog's own tag for what is `certified` or `deprecated`; plan/certification.py says what earns it."""


def desired(port: Port) -> Iterator[Resource]:
    """Yield the tags that a port should carry."""
    yield from _tags(port.relation, {"": port.tags, **{c.name: c.tags for c in port.contract.columns}})


def observed(relation: ObservedRelation) -> Iterator[Resource]:
    """Yield the tags that a relation carries, whoever set them."""
    on_columns = {**relation.stray_tags, **{c.name: _but_masks(c.tags) for c in relation.columns}}
    yield from _tags(relation.relation, {"": relation.tags, **on_columns})


def tag(relation: Relation, column: str, key: str, value: str) -> Resource:
    """Return one tag of a relation, of a column of it, or of a schema or a catalog.

    Catalogs compare column names without case; tag keys they do not.
    """
    return Resource(kind=KIND, relation=relation, column=fold(column), name=key, fields={"value": value})


def _but_masks(tags: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key != mask.TAG}


def _tags(relation: Relation, tags: dict[str, dict[str, str]]) -> Iterator[Resource]:
    for column, pairs in tags.items():
        for key, value in pairs.items():
            yield tag(relation, column, key, value)
