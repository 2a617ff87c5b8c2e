"""What goes over the wire to and from a Unity Catalog server: the parts of its API that meshport uses, and no others.

Names and types are those of the server's OpenAPI document (schemas `CatalogInfo`, `SchemaInfo`, `TableInfo`,
`ColumnInfo`, `PermissionsList`, `PermissionsChange`), as its official Python client of version 0.7.0 has them. What a
later server adds is passed over.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Column(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A column. `type_text` is SQL (`decimal(18,2)`), `type_json` the same as Spark writes it, `position` from 0."""

    name: str
    type_text: str = ""
    type_json: str | None = None
    type_name: str = ""
    type_precision: int | None = None
    type_scale: int | None = None
    position: int = msgspec.field(default=-1)
    comment: str | None = None
    nullable: bool = msgspec.field(default_factory=lambda: True)


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """A catalog as the server has it."""

    name: str
    comment: str | None = None
    properties: dict[str, str] | None = None


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """A schema as the server has it."""

    name: str
    catalog_name: str = ""
    comment: str | None = None
    properties: dict[str, str] | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table as the server has it. `table_type` is `EXTERNAL` for all that meshport registers."""

    name: str
    catalog_name: str = ""
    schema_name: str = ""
    table_type: str | None = None
    data_source_format: str | None = None
    columns: list[Column] | None = None
    storage_location: str | None = None
    comment: str | None = None
    properties: dict[str, str] | None = None


class Assignment(msgspec.Struct, frozen=True):
    """What one principal (a user's address) may do with one thing: `SELECT`, `USE CATALOG`, `USE SCHEMA`, ..."""

    principal: str
    privileges: list[str] = []


class Permissions(msgspec.Struct, frozen=True):
    """Who may do what with one thing."""

    privilege_assignments: list[Assignment] = []


class Change(msgspec.Struct, frozen=True):
    """Privileges of one principal to add and to remove: deltas, so that nobody else's are touched."""

    principal: str
    add: list[str] = []
    remove: list[str] = []


class Failure(msgspec.Struct, frozen=True):
    """How the server says no."""

    error_code: str = ""
    message: str | None = None


class Page(msgspec.Struct, frozen=True):
    """One page of a listing: the entries are under another name in each."""

    catalogs: list[Catalog] | None = None
    schemas: list[Schema] | None = None
    tables: list[Table] | None = None
    next_page_token: str | None = None


class User(msgspec.Struct, frozen=True):
    """A user as SCIM lists it; `userName` is the address that permissions name."""

    userName: str
    active: bool = True


class Users(msgspec.Struct, frozen=True):
    """One page of users, counted from 1."""

    Resources: list[User] = []
    totalResults: int = 0


Body = dict[str, Any]
