"""What registering works with: entries of the registry, resources, changes. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from meshport.catalogs.unity import wire
from meshport.model import Port, Product, Relation, Status
from meshport.resources import ObservedColumn, Resource

CATALOG, SCHEMA, TABLE = "unity_catalog", "unity_schema", "unity_table"
GRANT, FILES, KEPT = "unity_grant", "unity_files", "unity_kept"
"""Kinds of the ledger. `KEPT` is what others had on a table while it is made anew."""
INTENDED = "intended"
"""A field that the ledger has from before something is created until it is there."""
MARK = "meshport."
"""How every property begins that is ours; all others are somebody else's and stay."""
LONGEST = 255
"""Characters of a property's value, and of a schema's comment, that the server keeps."""

Action = Literal["create", "update", "delete"]
Ledger = dict[str, dict[str, str]]
"""Fields by key, as they were last written."""


class PortEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A published port: its columns as the published file has them, `tests` as a text (`5 passed`)."""

    port: Port
    build: str
    definition: str
    columns: tuple[ObservedColumn, ...]
    status: Status = "published"
    deprecation_date: str | None = None
    replaced_by: str | None = None
    tests: str = ""


class ProductEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A published product. `readers` are users as the server names them; `trouble` says why it cannot be registered."""

    product: Product
    version: str
    status: Status
    ports: tuple[PortEntry, ...]
    readers: tuple[str, ...] = ()
    trouble: tuple[Blocked, ...] = ()


class Blocked(msgspec.Struct, frozen=True):
    """Why a product cannot be registered: what was looked at, the reason, and how to mend it."""

    product: str
    subject: str
    reason: str
    hint: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where products are registered. `storage` is the absolute folder of the exported files, `dialect` of the types."""

    domain: str
    title: str
    catalog: str
    storage: Path
    dialect: str = "duckdb"


class Export(msgspec.Struct, frozen=True):
    """One file to write: `columns` are names with the DuckDB type to write each as, in order."""

    source: Relation
    folder: Path
    columns: tuple[tuple[str, str], ...]


class Wanted(msgspec.Struct, frozen=True):
    """What should be there, by key; `columns` are the payloads of tables, `exports` the files behind them."""

    resources: dict[str, Resource]
    columns: dict[str, list[wire.Column]]
    exports: dict[str, Export]
    blocked: tuple[Blocked, ...]
    notes: tuple[str, ...]


class Kept(msgspec.Struct, frozen=True):
    """What others have on a table: privileges by user, and properties."""

    grants: dict[str, list[str]] = {}
    properties: dict[str, str] = {}


class Observed(msgspec.Struct, frozen=True):
    """What is there, by key. `theirs` are properties of others, by key of a schema or a table.

    `authorises`: the server keeps grants; `users` are those that it knows.
    """

    resources: dict[str, Resource]
    theirs: dict[str, dict[str, str]]
    authorises: bool
    users: frozenset[str] = frozenset()


class FieldChange(msgspec.Struct, frozen=True):
    """A field of a resource, old to new; None where there is none."""

    field: str
    old: str | None
    new: str | None


class Change(msgspec.Struct, frozen=True):
    """One thing to do. `drift`: somebody else changed what was ours."""

    kind: str
    action: Action
    relation: Relation
    name: str
    fields: tuple[FieldChange, ...]
    reason: str
    drift: bool = False

    @property
    def key(self) -> str:
        """The key of the resource that changes."""
        return Resource(kind=self.kind, relation=self.relation, name=self.name, fields={}).key

    @property
    def subject(self) -> str:
        """The full name of what changes, as the server has it."""
        return full_name(self.relation)


class UnityPlan(msgspec.Struct, frozen=True):
    """What registering would change. `settled` brings the ledger up to date where nothing else is to
    be done: an entry without fields is forgotten."""

    server: str
    catalog: str
    changes: tuple[Change, ...]
    foreign: tuple[str, ...]
    blocked: tuple[Blocked, ...]
    notes: tuple[str, ...]
    settled: Ledger = {}


class Book(Protocol):
    """The ledger of one server and one domain: every call is one transaction."""

    def read(self) -> Ledger:
        """Return all entries by key."""

    def write(self, entries: Mapping[str, Mapping[str, str]]) -> None:
        """Add or update entries, all or none."""

    def forget(self, keys: list[str]) -> None:
        """Remove entries, all or none."""


def full_name(relation: Relation) -> str:
    """Return the server's name of a catalog, schema or table."""
    return ".".join(part for part in (relation.database, relation.schema, relation.identifier) if part)


def securable_of(relation: Relation) -> str:
    """Return what a relation is for the permissions API."""
    return "table" if relation.identifier else "schema" if relation.schema else "catalog"


def kept_key(relation: Relation) -> str:
    """Return the ledger's key of what others have on a table."""
    return Resource(kind=KEPT, relation=relation, fields={}).key


def grant(relation: Relation, principal: str, privilege: str) -> Resource:
    """Return one privilege of one user on one thing."""
    return Resource(
        kind=GRANT,
        relation=relation,
        name=f"{privilege} to {principal}",
        fields={"to": principal, "privilege": privilege},
    )
