"""What a table of the mesh information schema is, as data: the database and the reference page are made from it."""

from __future__ import annotations

import re

import msgspec

TEXT = "VARCHAR"
LIST = "VARCHAR[]"
BOOL = "BOOLEAN"
INT = "BIGINT"
FLOAT = "DOUBLE"
TIME = "TIMESTAMP WITH TIME ZONE"
JSON = "JSON"


class Column(msgspec.Struct, frozen=True):
    """A column. `type` is DuckDB's.

    `sql` is the expression over the relation that the table is read from, for a column that is not simply the key of
    its own name. `gap` says why nothing fills the column; its rows are NULL.
    """

    name: str
    type: str = TEXT
    sql: str | None = None
    gap: str | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table, or with `view` a view. `schema` is `dbt`, `dbt_rt` or `mesh`.

    `source` says for people what fills the table; `gap` why nothing does. `relation` is what it is selected from: the
    text after FROM, over the entries of the artifacts. A table without one is filled with rows by Python.
    `registry_alone`: without a dbt project the registry fills it (`sources.registry_alone`).
    """

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    source: str = ""
    relation: str | None = None
    view: str | None = None
    gap: str | None = None
    registry_alone: bool = False

    @property
    def key(self) -> str:
        """`dbt.models`: how the table is named in a query."""
        return f"{self.schema}.{self.name}"

    @property
    def words(self) -> set[str]:
        """Every name in what the table is selected from and by: what of an artifact it needs is among them."""
        expressions = (column.sql or column.name for column in self.columns if column.gap is None)
        return words_of(self.relation or "").union(*map(words_of, expressions))


def words_of(text: str) -> set[str]:
    """Return the names in a piece of SQL, and whatever else looks like one."""
    return set(_WORD.findall(text))


_WORD = re.compile(r"\w+")
