"""What every governed kind has in common: a resource is a key and fields, for what should be and for what is."""

from __future__ import annotations

from enum import Enum
from urllib.parse import unquote

import msgspec

from meshport.model import Relation

STAGED = "__staged"
PREVIOUS = "__previous"
"""A port's copy being written, and its previous version, stand beside it under its name with these endings."""
BOOKKEEPING = "meshport"
"""The schema of a published zone with tags and properties, where the catalog has none; macros create and write it."""


class Field(Enum):
    """How a field is compared. The reason is part of the policy: it is what the plan prints."""

    DECLARED = "the project declares it"
    AS_WRITTEN = "nobody declares it, but it must still be what meshport last wrote"


class Resource(msgspec.Struct, frozen=True):
    """One governed thing: `fields` are texts, so that both sides compare and go to JSON alike.

    `name` tells several things of one place apart (a tag's key); `column` is empty for the relation itself.
    """

    kind: str
    relation: Relation
    fields: dict[str, str]
    column: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """A text that is unique among resources of all kinds; parts are quoted, so that names may hold anything."""
        place = (self.relation.database, self.relation.schema, self.relation.identifier, self.column, self.name)
        return "/".join([self.kind, *(part.replace("%", "%25").replace("/", "%2F") for part in place)])

    @property
    def subject(self) -> str:
        """What people call it: a relation or its column, else a schema or a catalog, else its own name."""
        if self.relation.identifier:
            return self.relation.identifier + (f".{self.column}" if self.column else "")
        return ".".join(part for part in (self.relation.database, self.relation.schema) if part) or self.name

    @classmethod
    def at(cls, key: str, fields: dict[str, str]) -> Resource:
        """Return the resource that a key is of."""
        kind, database, schema, identifier, column, name = (unquote(part) for part in key.split("/"))
        return cls(kind, Relation(database, schema, identifier), fields, column, name)


def place_of(key: str) -> Relation:
    """Return the relation that a resource's key is of."""
    return Resource.at(key, {}).relation


class ObservedColumn(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column as the catalog has it."""

    name: str
    data_type: str
    comment: str = ""
    tags: dict[str, str] = {}
    mask: str = ""


class ObservedRelation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A relation of the published zone as the catalog has it: one bulk reading, the source of every observed resource.

    `stray_tags` are, by column, those of columns that it does not have (any more): a rollback can leave them.
    `is_clone`: it is a shallow clone, which no other table can become.
    `properties` are what meshport wrote on it of itself; `rows` is the catalog's own count.
    `previous` are the properties of the version before, None where there is none. `row_filter`, like a column's `mask`,
    is the full name of a function, empty where the catalog filters nothing on read.
    """

    relation: Relation
    columns: tuple[ObservedColumn, ...]
    comment: str = ""
    tags: dict[str, str] = {}
    stray_tags: dict[str, dict[str, str]] = {}
    properties: dict[str, str] = {}
    rows: int | None = None
    is_view: bool = False
    is_clone: bool = False
    previous: dict[str, str] | None = None
    row_filter: str = ""


def known_as(function: str) -> str:
    """Return what a catalog's function is compared by: its full name less any quotes, which some answers have."""
    return function.replace("`", "")
