"""Descriptions of ports and columns, as comments in the catalog. An empty description is no comment."""

from __future__ import annotations

from collections.abc import Iterator

from meshport.model import Port, Relation, fold
from meshport.resources.base import Field, ObservedRelation, Resource

KIND = "comment"
FIELDS = {"text": Field.DECLARED}


def desired(port: Port) -> Iterator[Resource]:
    """Yield the comments that a port declares."""
    yield from _comments(port.relation, port.description, {c.name: c.description for c in port.contract.columns})


def observed(relation: ObservedRelation) -> Iterator[Resource]:
    """Yield the comments that a relation has."""
    yield from _comments(relation.relation, relation.comment, {c.name: c.comment for c in relation.columns})


def _comments(relation: Relation, text: str, columns: dict[str, str]) -> Iterator[Resource]:
    for column, comment in {"": text, **columns}.items():
        if comment.strip():
            # Catalogs compare column names without case.
            yield Resource(kind=KIND, relation=relation, column=fold(column), fields={"text": comment.strip()})
