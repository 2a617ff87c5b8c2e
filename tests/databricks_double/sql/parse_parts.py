"""Parts that several statements share: kinds of objects, columns, constraints, properties."""

from __future__ import annotations

from tests.databricks_double.sql import clauses as cl
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.cursor import Cursor
from tests.databricks_double.store import Constraint

_KINDS: dict[str, st.ObjectKind] = {
    "CATALOG": "CATALOG",
    "SCHEMA": "SCHEMA",
    "DATABASE": "SCHEMA",
    "TABLE": "TABLE",
    "VIEW": "VIEW",
    "MATERIALIZED VIEW": "MATERIALIZED VIEW",
    "STREAMING TABLE": "STREAMING TABLE",
    "FUNCTION": "FUNCTION",
    "COLUMN": "COLUMN",
}


def kind(cursor: Cursor) -> st.ObjectKind:
    """Consume the kind of an object."""
    return _KINDS[cursor.need_any(*_KINDS)]


def kind_of_grant(cursor: Cursor) -> st.ObjectKind:
    """Consume the kind of what a grant is on: a table, where the statement does not say.

    A table may be called `table`: the kind is one only where a name follows.
    """
    for word, found in _KINDS.items():
        size = len(word.split())
        if cursor.next_is(*word.split()) and cursor.peek(size).kind in ("word", "name"):
            if cursor.peek(size).upper in ("TO", "FROM"):
                continue
            cursor.at += size
            return found
    return "TABLE"


def pair(cursor: Cursor) -> tuple[str, str]:
    """Consume `key [=] value` of tags or properties; a dotted key may stand without quotes, a value may be missing."""
    key = cursor.string() if cursor.peek().kind == "string" else ".".join(_dotted(cursor))
    cursor.take("=")
    if cursor.next_is(",") or cursor.next_is(")"):
        return key, ""
    if cursor.peek().kind == "string":
        return key, cursor.string()
    return key, cursor.until(",", ")")


def key(cursor: Cursor) -> str:
    """Consume a key of tags or properties."""
    return cursor.string() if cursor.peek().kind == "string" else ".".join(_dotted(cursor))


def _dotted(cursor: Cursor) -> list[str]:
    parts = [cursor.identifier()]
    while cursor.take("."):
        parts.append(cursor.identifier())
    return parts


def pairs(cursor: Cursor) -> cl.TagPairs:
    """Consume `( key = value, ... )`."""
    return cursor.listed(lambda: pair(cursor))


def mask(cursor: Cursor) -> cl.MaskClause:
    """Consume what follows MASK."""
    function = cursor.name()
    using: tuple[str, ...] = ()
    if cursor.take("USING", "COLUMNS"):
        using = cursor.listed(cursor.lower)
    return cl.MaskClause(function, using)


def row_filter(cursor: Cursor) -> cl.FilterClause:
    """Consume what follows ROW FILTER."""
    function = cursor.name()
    cursor.need("ON")
    if cursor.take("(", ")"):
        return cl.FilterClause(function)
    return cl.FilterClause(function, cursor.listed(cursor.lower))


_CONSTRAINT_STARTS = (("CONSTRAINT",), ("PRIMARY", "KEY"), ("FOREIGN", "KEY"), ("CHECK", "("))


def starts_constraint(cursor: Cursor) -> bool:
    """Return whether a table constraint comes next."""
    return any(cursor.next_is(*words) for words in _CONSTRAINT_STARTS)


def constraint(cursor: Cursor) -> Constraint:
    """Consume a table constraint. One without a name gets it when it is added, for it must be new to the schema."""
    name = cursor.lower() if cursor.take("CONSTRAINT") else ""
    what = cursor.need_any("PRIMARY KEY", "FOREIGN KEY", "CHECK")
    if what == "CHECK":
        found = Constraint(name, "CHECK", expression=cursor.enclosed())
        cursor.take("ENFORCED")
        return found

    def key_column() -> str:
        column = cursor.lower()
        cursor.take("TIMESERIES")
        return column

    columns = cursor.listed(key_column)
    if what == "PRIMARY KEY":
        _key_options(cursor)
        return Constraint(name, "PRIMARY KEY", columns)
    cursor.need("REFERENCES")
    to = cursor.name()
    to_columns = cursor.listed(cursor.lower) if cursor.next_is("(") else ()
    _key_options(cursor)
    return Constraint(name, "FOREIGN KEY", columns, to=to, to_columns=to_columns)


def _key_options(cursor: Cursor) -> None:
    """Consume what Databricks lets stand after a key, none of which changes what a key means there: it is a hint."""
    while cursor.take_any(
        "NOT ENFORCED", "DEFERRABLE", "INITIALLY DEFERRED", "NORELY", "RELY", "MATCH FULL", "ON UPDATE NO ACTION",
        "ON DELETE NO ACTION",
    ):  # fmt: skip
        pass


def column(cursor: Cursor) -> cl.ColumnClause:
    """Consume a column of a table: a name, a type, and what is said about it."""
    name = cursor.identifier()
    return _column_options(cursor, name, cursor.data_type())


def _column_options(cursor: Cursor, name: str, data_type: str | None) -> cl.ColumnClause:
    nullable, comment, default, masked = True, None, None, None
    while True:
        if cursor.take("NOT", "NULL"):
            nullable = False
        elif cursor.take("COMMENT"):
            comment = cursor.string()
        elif cursor.take("DEFAULT"):
            default = cursor.until(",", "COMMENT", "MASK", "NOT NULL")
        elif cursor.take("MASK"):
            masked = mask(cursor)
        else:
            return cl.ColumnClause(name, data_type, nullable, comment, default, masked)


def bare_column(cursor: Cursor) -> cl.ColumnClause:
    """Consume a column of a view, or of a table whose types follow from its query: a name, perhaps a comment or mask."""
    return _column_options(cursor, cursor.identifier(), None)


def columns_and_constraints(
    cursor: Cursor,
) -> tuple[tuple[cl.ColumnClause, ...], tuple[Constraint, ...]]:
    """Consume the list in parentheses of CREATE TABLE."""
    columns: list[cl.ColumnClause] = []
    constraints: list[Constraint] = []

    def item() -> None:
        if starts_constraint(cursor):
            constraints.append(constraint(cursor))
        elif cursor.peek(1).upper in (",", ")", "COMMENT", "MASK"):
            columns.append(bare_column(cursor))
        else:
            columns.append(column(cursor))
            if cursor.take("PRIMARY", "KEY"):
                constraints.append(Constraint("", "PRIMARY KEY", (columns[-1].name.lower(),)))

    cursor.listed(item)
    return tuple(columns), tuple(constraints)
