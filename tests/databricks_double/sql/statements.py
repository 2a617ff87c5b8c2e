"""What a statement says, after parsing and before any look at the store. Frozen: running a statement changes none of it.

Names are as written, in small letters, with one to four parts; queries and expressions are the statement's own text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.databricks_double.sql.actions import Action
from tests.databricks_double.sql.clauses import ColumnClause, FilterClause, TagPairs
from tests.databricks_double.store import Constraint, Name

ObjectKind = Literal["CATALOG", "SCHEMA", "TABLE", "VIEW", "MATERIALIZED VIEW", "STREAMING TABLE", "FUNCTION", "COLUMN"]


class Statement:
    """Any statement."""


@dataclass(frozen=True)
class Query(Statement):
    """SELECT, WITH, VALUES, TABLE: rows come back."""

    text: str


@dataclass(frozen=True)
class CreateCatalog(Statement):
    """CREATE CATALOG."""

    name: Name
    if_not_exists: bool = False
    comment: str | None = None


@dataclass(frozen=True)
class CreateSchema(Statement):
    """CREATE SCHEMA."""

    name: Name
    if_not_exists: bool = False
    comment: str | None = None


@dataclass(frozen=True)
class CreateTable(Statement):
    """CREATE TABLE, with or without a query; also materialized views and streaming tables, which are kept as tables."""

    name: Name
    kind: Literal["MANAGED", "MATERIALIZED_VIEW", "STREAMING_TABLE"] = "MANAGED"
    or_replace: bool = False
    if_not_exists: bool = False
    columns: tuple[ColumnClause, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    comment: str | None = None
    properties: TagPairs = ()
    row_filter: FilterClause | None = None
    query: str | None = None


@dataclass(frozen=True)
class CloneTable(Statement):
    """CREATE TABLE ... SHALLOW | DEEP CLONE source [VERSION AS OF n]."""

    name: Name
    source: Name
    shallow: bool
    version: int | None = None
    or_replace: bool = False
    if_not_exists: bool = False
    properties: TagPairs = ()


@dataclass(frozen=True)
class CreateView(Statement):
    """CREATE [TEMPORARY] VIEW."""

    name: Name
    query: str
    or_replace: bool = False
    if_not_exists: bool = False
    temporary: bool = False
    columns: tuple[ColumnClause, ...] = ()
    comment: str | None = None
    properties: TagPairs = ()


@dataclass(frozen=True)
class CreateFunction(Statement):
    """CREATE FUNCTION ... RETURN expression."""

    name: Name
    parameters: tuple[tuple[str, str], ...]
    returns: str
    body: str
    or_replace: bool = False
    if_not_exists: bool = False
    comment: str | None = None


@dataclass(frozen=True)
class Drop(Statement):
    """DROP of any object."""

    kind: ObjectKind
    name: Name
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True)
class Alter(Statement):
    """ALTER kind name action. A column's actions name the column themselves."""

    kind: ObjectKind
    name: Name
    action: Action


@dataclass(frozen=True)
class CommentOn(Statement):
    """COMMENT ON kind name IS '...'."""

    kind: ObjectKind
    name: Name
    comment: str | None


@dataclass(frozen=True)
class TagStatement(Statement):
    """SET TAG ON kind name key = value, or UNSET TAG ON kind name key where `value` is None."""

    kind: ObjectKind
    name: Name
    key: str
    value: str | None


@dataclass(frozen=True)
class Grant(Statement):
    """GRANT, or REVOKE where `revoke`."""

    privileges: tuple[str, ...]
    kind: ObjectKind
    name: Name
    principal: str
    revoke: bool = False


@dataclass(frozen=True)
class ShowGrants(Statement):
    """SHOW GRANTS [principal] ON kind name."""

    kind: ObjectKind
    name: Name
    principal: str | None = None


@dataclass(frozen=True)
class Show(Statement):
    """SHOW CATALOGS, SCHEMAS, TABLES, TABLE EXTENDED, VIEWS, COLUMNS, FUNCTIONS, TBLPROPERTIES, CREATE TABLE."""

    what: str
    name: Name | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Describe(Statement):
    """DESCRIBE of anything."""

    what: Literal["RELATION", "HISTORY", "DETAIL", "FUNCTION", "SCHEMA", "CATALOG", "QUERY"]
    name: Name = ()
    extended: bool = False
    as_json: bool = False
    query: str | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Use(Statement):
    """USE CATALOG or USE SCHEMA."""

    kind: Literal["CATALOG", "SCHEMA"]
    name: Name


@dataclass(frozen=True)
class SetVariable(Statement):
    """SET key [= value]: a session's configuration."""

    key: str
    value: str | None


@dataclass(frozen=True)
class Insert(Statement):
    """INSERT in all its forms. `replace_on` joins target and source by their aliases."""

    name: Name
    source: str
    overwrite: bool = False
    by_name: bool = False
    columns: tuple[str, ...] = ()
    replace_where: str | None = None
    replace_on: str | None = None
    target_alias: str | None = None
    source_alias: str | None = None


@dataclass(frozen=True)
class Change(Statement):
    """MERGE, UPDATE or DELETE: `name` is the relation that changes, `text` the statement without what only Databricks knows."""

    operation: Literal["MERGE", "UPDATE", "DELETE"]
    name: Name
    text: str
    schema_evolution: bool = False


@dataclass(frozen=True)
class Truncate(Statement):
    """TRUNCATE TABLE."""

    name: Name


@dataclass(frozen=True)
class Restore(Statement):
    """RESTORE TABLE name TO VERSION AS OF n."""

    name: Name
    version: int


@dataclass(frozen=True)
class Maintain(Statement):
    """OPTIMIZE, ANALYZE, VACUUM, REFRESH: what they do cannot be seen through SQL, except that REFRESH runs a query again,
    and that a VACUUM which retains nothing takes the files of all versions but the newest (`takes_all`).
    """

    operation: Literal["OPTIMIZE", "ANALYZE", "VACUUM", "REFRESH"]
    name: Name
    takes_all: bool = False
