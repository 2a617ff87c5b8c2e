"""Which columns of a catalog carry the tag of a mask, whoever put it there, in one query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from meshport.catalogs.databricks.quoting import identifier, literal
from meshport.resources import mask


class Tagged(NamedTuple):
    """A column's relation, and the value of the tag."""

    schema: str
    table: str
    value: str


def tagged(run: Callable[[str], Sequence[tuple[Any, ...]]], database: str) -> list[Tagged]:
    """Return them from the catalog's `information_schema`."""
    view = f"{identifier(database)}.information_schema.column_tags"
    rows = run(f"select schema_name, table_name, tag_value from {view} where tag_name = {literal(mask.TAG)}")  # noqa: S608
    return [Tagged(schema, table, value or "") for schema, table, value in rows]
