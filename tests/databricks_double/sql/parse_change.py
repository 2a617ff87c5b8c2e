"""INSERT, MERGE, UPDATE and DELETE."""

from __future__ import annotations

from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.cursor import Cursor
from tests.databricks_double.store import Name

_QUERY = ("SELECT", "WITH", "VALUES", "TABLE", "FROM", "(")


def insert(cursor: Cursor) -> st.Statement:
    """Read what follows INSERT."""
    overwrite = cursor.need_any("INTO", "OVERWRITE") == "OVERWRITE"
    cursor.take("TABLE")
    name = cursor.name()
    alias = cursor.lower() if cursor.take("AS") else None
    if cursor.take("REPLACE", "ON"):
        condition = cursor.enclosed() if cursor.next_is("(") else cursor.until(*_QUERY)
        source, source_alias = _aliased(cursor)
        return st.Insert(
            name, source, replace_on=condition, target_alias=alias, source_alias=source_alias, by_name=False
        )
    if alias is not None:
        cursor.fail()
    by_name = cursor.take("BY", "NAME")
    if cursor.take("REPLACE", "WHERE"):
        condition = cursor.until("SELECT", "WITH", "VALUES", "TABLE", "FROM")
        return st.Insert(name, cursor.rest(), by_name=by_name, replace_where=condition)
    columns: tuple[str, ...] = ()
    if cursor.next_is("(") and not by_name and cursor.peek(1).upper not in _QUERY:
        columns = cursor.listed(cursor.lower)
    if cursor.peek().upper not in _QUERY:
        cursor.fail()
    return st.Insert(name, cursor.rest(), overwrite, by_name, columns)


def _aliased(cursor: Cursor) -> tuple[str, str | None]:
    """Read the source of REPLACE ON: a query, which in parentheses may have an alias."""
    if not cursor.next_is("("):
        return cursor.rest(), None
    source = cursor.enclosed()
    cursor.take("AS")
    return source, None if cursor.ended() else cursor.lower()


def _named(cursor: Cursor, start: int, operation: str) -> tuple[Name, str]:
    name = cursor.name()
    return name, f"{operation} {cursor.text(start, len(cursor.tokens))}"


def merge(cursor: Cursor) -> st.Statement:
    """Read what follows MERGE. sqlglot reads the conditions; it does not know WITH SCHEMA EVOLUTION."""
    evolves = cursor.take("WITH", "SCHEMA", "EVOLUTION")
    cursor.need("INTO")
    name, text = _named(cursor, cursor.at, "MERGE INTO")
    cursor.rest()
    return st.Change("MERGE", name, text, evolves)


def update(cursor: Cursor) -> st.Statement:
    """Read what follows UPDATE."""
    name, text = _named(cursor, cursor.at, "UPDATE")
    cursor.rest()
    return st.Change("UPDATE", name, text)


def delete(cursor: Cursor) -> st.Statement:
    """Read what follows DELETE."""
    cursor.need("FROM")
    name, text = _named(cursor, cursor.at, "DELETE FROM")
    if not cursor.ended():
        cursor.rest()
    return st.Change("DELETE", name, text)
