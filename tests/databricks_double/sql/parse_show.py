"""SHOW and DESCRIBE."""

from __future__ import annotations

from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.cursor import Cursor
from tests.databricks_double.sql.parse_parts import kind_of_grant
from tests.databricks_double.store import Name

_LISTS = {
    "CATALOGS": "CATALOGS",
    "SCHEMAS": "SCHEMAS",
    "DATABASES": "SCHEMAS",
    "TABLES": "TABLES",
    "TABLE EXTENDED": "TABLE EXTENDED",
    "VIEWS": "VIEWS",
    "COLUMNS": "COLUMNS",
    "USER FUNCTIONS": "FUNCTIONS",
    "FUNCTIONS": "FUNCTIONS",
}


def show(cursor: Cursor) -> st.Statement:
    """Read what follows SHOW."""
    if cursor.take_any("GRANTS", "GRANT"):
        principal = None if cursor.next_is("ON") else cursor.identifier()
        cursor.need("ON")
        return st.ShowGrants(kind_of_grant(cursor), cursor.name(), principal)
    if cursor.take("TBLPROPERTIES"):
        name = cursor.name()
        return st.Show("TBLPROPERTIES", name, cursor.enclosed() if cursor.next_is("(") else None)
    if cursor.take("CREATE", "TABLE"):
        return st.Show("CREATE TABLE", cursor.name())
    what = _LISTS[cursor.need_any(*_LISTS)]
    place: Name | None = None
    if cursor.take_any("IN", "FROM"):
        place = cursor.name()
    pattern = None
    if cursor.take("LIKE") or cursor.peek().kind == "string":
        pattern = cursor.string()
    return st.Show(what, place, pattern)


def describe(cursor: Cursor) -> st.Statement:
    """Read what follows DESCRIBE."""
    if cursor.take("QUERY") or cursor.peek().upper in ("SELECT", "WITH", "VALUES"):
        return st.Describe("QUERY", query=cursor.rest())
    if cursor.take("HISTORY"):
        name = cursor.name()
        return st.Describe("HISTORY", name, limit=cursor.number() if cursor.take("LIMIT") else None)
    if cursor.take("DETAIL"):
        return st.Describe("DETAIL", cursor.name())
    if cursor.take("FUNCTION"):
        extended = cursor.take("EXTENDED")
        return st.Describe("FUNCTION", cursor.name(), extended)
    if cursor.take_any("SCHEMA", "DATABASE"):
        extended = cursor.take("EXTENDED")
        return st.Describe("SCHEMA", cursor.name(), extended)
    if cursor.take("CATALOG"):
        extended = cursor.take("EXTENDED")
        return st.Describe("CATALOG", cursor.name(), extended)
    cursor.take("TABLE")
    extended = cursor.take("EXTENDED") or cursor.take("FORMATTED")
    name = cursor.name()
    as_json = cursor.take("AS", "JSON")
    return st.Describe("RELATION", name, extended, as_json)
