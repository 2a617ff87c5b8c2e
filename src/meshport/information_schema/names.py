"""Which tables a query needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from meshport.information_schema.spec import Table
from meshport.information_schema.tables import TABLES

_WORD = re.compile(r"\w+")
_MISSING = re.compile(r"Table with name \"?([\w.]+)\"? does not exist")


def tables_named(sql: str) -> set[str]:
    """Return the keys (`dbt.models`) of all tables that a query may read, with those that its views stand on.

    Decided by words, so that no way of writing a name is overlooked: a table counts as named where its schema's and its
    own name occur anywhere in the text, unless its name stands only behind the schema of another table of that name.
    """
    text = sql.lower()
    words = set(_WORD.findall(text))
    found = [table for table in TABLES.values() if table.schema in words and table.name in words]
    return needed(table for table in found if not _means_another(table, text))


def _means_another(table: Table, text: str) -> bool:
    """Tell whether a name (`node_columns`) stands in a text only as that of another schema's table."""
    others = [key for key in _named(table.name) if key != table.key]
    if not others:
        return False
    for other in others:
        schema, _, name = other.partition(".")
        text = re.sub(rf"\b{schema}\"?\s*\.\s*\"?{name}\b", " ", text)
    return table.name not in _WORD.findall(text)


def needed(tables: Iterable[Table]) -> set[str]:
    """Return the keys of tables, with those that views among them stand on."""
    found: set[str] = set()
    for table in tables:
        found.add(table.key)
        if table.view:
            found |= tables_named(table.view)
    return found


def meant(message: str) -> str | None:
    """Return which tables of the schema may be meant by the one that DuckDB says does not exist."""
    missing = _MISSING.search(message)
    if missing is None:
        return None
    bare = missing[1].lower()
    near = [key for key, table in TABLES.items() if bare in (table.name, key)]
    near += get_close_matches(bare, TABLES, n=3) or [
        key for name in get_close_matches(bare, {t.name for t in TABLES.values()}) for key in _named(name)
    ]
    named = list(dict.fromkeys(near))[:3]
    return f"did you mean {' or '.join(named)}?" if named else "`meshport sql --tables` lists the tables"


def _named(name: str) -> list[str]:
    return [key for key, table in TABLES.items() if table.name == name]
