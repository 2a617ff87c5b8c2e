"""What the double knows: one metastore of catalogs, schemas, relations, functions, grants, tags and policies.

Plain data and no I/O. SQL (`sql/`) and REST (`rest/`) are two ways to the same store: what one writes, the other reads.
Rows are not here: they are in the engine. Names are kept as Unity Catalog keeps them, in small letters.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Tags = dict[str, str]
Grants = dict[str, set[str]]
"""Privileges by principal: a user's name or a group's. Written as the API writes them: `USE_CATALOG`, `CREATE_TABLE`, `SELECT`."""
Name = tuple[str, ...]
"""(catalog), (catalog, schema) or (catalog, schema, name)."""


def now() -> int:
    """The time in milliseconds, as Unity Catalog's API has it."""
    return int(time.time() * 1000)


@dataclass(frozen=True)
class Principal:
    """Who calls. `groups` are account groups; `token` is what the call carries. A revoked token is refused."""

    name: str
    token: str
    groups: frozenset[str] = frozenset()
    is_admin: bool = False


@dataclass
class Securable:
    """What all objects of the metastore have."""

    owner: str
    comment: str | None = None
    tags: Tags = field(default_factory=dict)
    grants: Grants = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    created_at: int = field(default_factory=now)
    updated_at: int = field(default_factory=now)


@dataclass
class Catalog(Securable):
    """A catalog. `storage_root` is its managed location, None for the metastore's."""

    storage_root: str | None = None


@dataclass
class Schema(Securable):
    """A schema."""


@dataclass(frozen=True)
class MaskUse:
    """A column mask: the function (three names), and further columns that it is given."""

    function: Name
    using_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowFilterUse:
    """A row filter: the function (three names), and the columns that it is given."""

    function: Name
    columns: tuple[str, ...] = ()


@dataclass
class Column:
    """A column. `data_type` is written as Databricks writes it: `decimal(10,2)`, `array<string>`."""

    name: str
    data_type: str
    nullable: bool = True
    comment: str | None = None
    default: str | None = None
    tags: Tags = field(default_factory=dict)
    mask: MaskUse | None = None


ConstraintType = Literal["PRIMARY KEY", "FOREIGN KEY", "CHECK"]


@dataclass(frozen=True)
class Constraint:
    """A constraint. Keys are informational, CHECK is enforced by the engine or by the double itself."""

    name: str
    type: ConstraintType
    columns: tuple[str, ...] = ()
    expression: str | None = None
    to: Name | None = None
    to_columns: tuple[str, ...] = ()


RelationKind = Literal["MANAGED", "VIEW", "MATERIALIZED_VIEW", "STREAMING_TABLE", "FOREIGN"]


@dataclass
class Version:
    """One entry of a Delta table's history. `rows` is the engine's name of what the table held, where it is kept."""

    number: int
    operation: str
    at: int
    user: str
    rows: str | None = None


@dataclass
class Relation(Securable):
    """A table or view. `columns` are ordered; keys are small letters. `clone_of` names a shallow clone's source."""

    kind: RelationKind = "MANAGED"
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    row_filter: RowFilterUse | None = None
    definition: str | None = None
    resolved_in: Name = ()
    """(catalog, schema) that unqualified names in `definition` are looked up in."""
    outputs: tuple[str, ...] = ()
    """What `definition` calls the columns, in the order of `columns`: a view's list may give them other names."""
    clone_of: Name | None = None
    history: list[Version] = field(default_factory=list)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function."""

    name: str
    data_type: str


@dataclass
class Function(Securable):
    """A SQL function with an expression as its body."""

    parameters: tuple[Parameter, ...] = ()
    returns: str = "string"
    body: str = ""


@dataclass
class TagPolicy:
    """A governed tag: only these values, where any are given."""

    key: str
    values: tuple[str, ...] = ()
    description: str | None = None
    id: str = ""


@dataclass
class Metastore:
    """Everything, under one lock: take `lock` for whatever reads and writes."""

    principals: dict[str, Principal] = field(default_factory=dict)
    """By token."""
    catalogs: dict[Name, Catalog] = field(default_factory=dict)
    schemas: dict[Name, Schema] = field(default_factory=dict)
    relations: dict[Name, Relation] = field(default_factory=dict)
    functions: dict[Name, Function] = field(default_factory=dict)
    tag_policies: dict[str, TagPolicy] = field(default_factory=dict)
    documents: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """What only REST knows (ABAC policies, external metadata and lineage, destinations, ...): kind → id → document."""
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)
    """By scope and key; `secret(scope, key)` in SQL."""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def children(self, name: Name) -> Iterator[Name]:
        """Yield the relations in a schema, or in all schemas of a catalog."""
        return (key for key in self.relations if key[: len(name)] == name)
