"""CREATE in all its forms."""

from __future__ import annotations

from typing import Literal

from tests.databricks_double.sql import clauses as cl
from tests.databricks_double.sql import parse_parts as parts
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.cursor import Cursor
from tests.databricks_double.store import Constraint, Name


def create(cursor: Cursor) -> st.Statement:
    """Read what follows CREATE."""
    replace = cursor.take("OR", "REPLACE")
    if cursor.take_any("TEMPORARY", "TEMP"):
        cursor.need("VIEW")
        return _view(cursor, replace, temporary=True)
    if cursor.take("OR", "REFRESH"):
        cursor.need("STREAMING", "TABLE")
        return _table(cursor, True, "STREAMING_TABLE")
    what = cursor.need_any(
        "TABLE", "VIEW", "MATERIALIZED VIEW", "STREAMING TABLE", "FUNCTION", "SCHEMA", "DATABASE", "CATALOG"
    )
    if what == "TABLE":
        return _table(cursor, replace, "MANAGED")
    if what == "MATERIALIZED VIEW":
        return _table(cursor, replace, "MATERIALIZED_VIEW")
    if what == "STREAMING TABLE":
        return _table(cursor, replace, "STREAMING_TABLE")
    if what == "VIEW":
        return _view(cursor, replace, temporary=False)
    if what == "FUNCTION":
        return _function(cursor, replace)
    if replace:
        cursor.fail()
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()
    comment = cursor.string() if cursor.take("COMMENT") else None
    if what == "CATALOG":
        return st.CreateCatalog(name, if_not_exists, comment)
    return st.CreateSchema(name, if_not_exists, comment)


def _table(
    cursor: Cursor, replace: bool, kind: Literal["MANAGED", "MATERIALIZED_VIEW", "STREAMING_TABLE"]
) -> st.Statement:
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()
    if cursor.next_is("SHALLOW") or cursor.next_is("DEEP"):
        return _clone(cursor, name, replace, if_not_exists)
    columns: tuple[cl.ColumnClause, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if cursor.next_is("("):
        columns, constraints = parts.columns_and_constraints(cursor)
    comment, query, row_filter = None, None, None
    properties: cl.TagPairs = ()
    while not cursor.ended():
        if cursor.take("USING"):
            cursor.need("DELTA")
        elif cursor.take("COMMENT"):
            comment = cursor.string()
        elif cursor.take("TBLPROPERTIES"):
            properties = parts.pairs(cursor)
        elif cursor.take("WITH", "ROW", "FILTER") or cursor.take("ROW", "FILTER"):
            row_filter = parts.row_filter(cursor)
        elif cursor.take("CLUSTER", "BY"):
            _cluster(cursor)
        elif cursor.take("PARTITIONED", "BY"):
            cursor.listed(cursor.lower)
        elif cursor.take("AS") or cursor.peek().upper in ("SELECT", "WITH", "VALUES", "("):
            query = cursor.rest()
        else:
            cursor.fail()
    if kind == "STREAMING_TABLE" and query is not None:
        query = _without_stream(query)
    return st.CreateTable(
        name, kind, replace, if_not_exists, columns, constraints, comment, properties, row_filter, query
    )


def _without_stream(query: str) -> str:
    """Return a streaming table's query as an ordinary one: a double runs it once, over what is there."""
    cursor = Cursor(query)
    kept = [
        token
        for i, token in enumerate(cursor.tokens)
        if not (token.upper == "STREAM" and i and cursor.tokens[i - 1].upper in ("FROM", "JOIN", ","))
    ]
    return " ".join(query[token.start : token.end] for token in kept)


def _cluster(cursor: Cursor) -> None:
    if not cursor.take_any("AUTO", "NONE"):
        cursor.listed(cursor.name)


def _clone(cursor: Cursor, name: Name, replace: bool, if_not_exists: bool) -> st.Statement:
    shallow = cursor.need_any("SHALLOW", "DEEP") == "SHALLOW"
    cursor.need("CLONE")
    source = cursor.name()
    version = cursor.number() if cursor.take("VERSION", "AS", "OF") else None
    properties: cl.TagPairs = ()
    if cursor.take("TBLPROPERTIES"):
        properties = parts.pairs(cursor)
    return st.CloneTable(name, source, shallow, version, replace, if_not_exists, properties)


def _view(cursor: Cursor, replace: bool, *, temporary: bool) -> st.Statement:
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()
    columns: tuple[cl.ColumnClause, ...] = ()
    if cursor.next_is("("):
        columns = cursor.listed(lambda: parts.bare_column(cursor))
    comment = None
    properties: cl.TagPairs = ()
    while not cursor.take("AS"):
        if cursor.take("COMMENT"):
            comment = cursor.string()
        elif cursor.take("TBLPROPERTIES"):
            properties = parts.pairs(cursor)
        else:
            cursor.fail()
    return st.CreateView(
        name, cursor.rest(), replace, if_not_exists, temporary, columns, comment, properties
    )  # fmt: skip


def _function(cursor: Cursor, replace: bool) -> st.Statement:
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()

    def parameter() -> tuple[str, str]:
        found = (cursor.lower(), cursor.data_type())
        if cursor.take("COMMENT"):
            cursor.string()
        return found

    parameters: tuple[tuple[str, str], ...] = ()
    if not cursor.take("(", ")"):
        parameters = cursor.listed(parameter)
    cursor.need("RETURNS")
    if cursor.next_is("TABLE"):
        cursor.fail()
    returns = cursor.data_type()
    comment = None
    while not cursor.take("RETURN"):
        if cursor.take("COMMENT"):
            comment = cursor.string()
        elif not cursor.take_any(
            "LANGUAGE SQL",
            "DETERMINISTIC",
            "NOT DETERMINISTIC",
            "CONTAINS SQL",
            "READS SQL DATA",
            "SQL SECURITY DEFINER",
        ):
            cursor.fail()
    return st.CreateFunction(name, parameters, returns, cursor.rest(), replace, if_not_exists, comment)
