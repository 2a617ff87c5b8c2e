"""ALTER: what it changes, and how."""

from __future__ import annotations

from tests.databricks_double.sql import actions as act
from tests.databricks_double.sql import parse_parts as parts
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.cursor import Cursor


def alter(cursor: Cursor) -> st.Statement:
    """Read what follows ALTER."""
    what = parts.kind(cursor)
    if what == "COLUMN":
        cursor.fail()
    name = cursor.name()
    return st.Alter(what, name, _action(cursor))


def _action(cursor: Cursor) -> act.Action:
    if cursor.take("SET"):
        return _set(cursor)
    if cursor.take("UNSET"):
        return _unset(cursor)
    if cursor.take("ADD"):
        return _add(cursor)
    if cursor.take("DROP"):
        return _drop(cursor)
    if cursor.take("RENAME"):
        return _rename(cursor)
    if cursor.take("OWNER", "TO"):
        return act.SetOwner(cursor.identifier())
    if cursor.take("CLUSTER", "BY"):
        if not cursor.take_any("AUTO", "NONE"):
            cursor.listed(cursor.name)
        return act.ClusterBy()
    if cursor.take("AS"):
        return act.SetQuery(cursor.rest())
    if cursor.take_any("ALTER", "CHANGE"):
        cursor.take("COLUMN")
        return _column(cursor)
    cursor.fail()


def _set(cursor: Cursor) -> act.Action:
    if cursor.take("TAGS"):
        return act.SetTags(parts.pairs(cursor))
    if cursor.take("TBLPROPERTIES"):
        return act.SetProperties(parts.pairs(cursor))
    if cursor.take("ROW", "FILTER"):
        return act.SetRowFilter(parts.row_filter(cursor))
    cursor.need("OWNER", "TO")
    return act.SetOwner(cursor.identifier())


def _unset(cursor: Cursor) -> act.Action:
    what = cursor.need_any("TAGS", "TBLPROPERTIES")
    if_exists = cursor.take("IF", "EXISTS")
    keys = cursor.listed(lambda: parts.key(cursor))
    return act.UnsetTags(keys, if_exists=if_exists) if what == "TAGS" else act.UnsetProperties(keys, if_exists)


def _add(cursor: Cursor) -> act.Action:
    if parts.starts_constraint(cursor):
        return act.AddConstraint(parts.constraint(cursor))
    cursor.need_any("COLUMNS", "COLUMN")
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    if cursor.next_is("("):
        return act.AddColumns(cursor.listed(lambda: parts.column(cursor)), if_not_exists)
    columns = [parts.column(cursor)]
    while cursor.take(","):
        columns.append(parts.column(cursor))
    return act.AddColumns(tuple(columns), if_not_exists)


def _drop(cursor: Cursor) -> act.Action:
    if cursor.take("ROW", "FILTER"):
        return act.SetRowFilter(None)
    if cursor.take("CONSTRAINT"):
        if_exists = cursor.take("IF", "EXISTS")
        name = cursor.lower()
        cursor.take_any("RESTRICT", "CASCADE")
        return act.DropConstraint(name, if_exists)
    if cursor.take("PRIMARY", "KEY"):
        if_exists = cursor.take("IF", "EXISTS")
        cursor.take_any("RESTRICT", "CASCADE")
        return act.DropConstraint(None, if_exists)
    cursor.need_any("COLUMNS", "COLUMN")
    if_exists = cursor.take("IF", "EXISTS")
    if cursor.next_is("("):
        return act.DropColumns(cursor.listed(cursor.lower), if_exists)
    columns = [cursor.lower()]
    while cursor.take(","):
        columns.append(cursor.lower())
    return act.DropColumns(tuple(columns), if_exists)


def _rename(cursor: Cursor) -> act.Action:
    if cursor.take("TO"):
        return act.RenameTo(cursor.name())
    cursor.need("COLUMN")
    column = cursor.lower()
    cursor.need("TO")
    return act.RenameColumn(column, cursor.identifier())


def _column(cursor: Cursor) -> act.Action:
    column = cursor.lower()
    if cursor.take("SET", "NOT", "NULL"):
        return act.SetNullable(column, False)
    if cursor.take("DROP", "NOT", "NULL"):
        return act.SetNullable(column, True)
    if cursor.take("SET", "MASK"):
        return act.SetMask(column, parts.mask(cursor))
    if cursor.take("DROP", "MASK"):
        return act.SetMask(column, None)
    if cursor.take("SET", "TAGS"):
        return act.SetTags(parts.pairs(cursor), column)
    if cursor.take("UNSET", "TAGS"):
        if_exists = cursor.take("IF", "EXISTS")
        return act.UnsetTags(cursor.listed(lambda: parts.key(cursor)), column, if_exists)
    if cursor.take("COMMENT"):
        comments = [(column, cursor.string())]
        while cursor.take(","):
            column = cursor.lower()
            cursor.need("COMMENT")
            comments.append((column, cursor.string()))
        return act.SetComments(tuple(comments))
    if cursor.take("SET", "DEFAULT"):
        return act.SetDefault(column, cursor.rest())
    if cursor.take("DROP", "DEFAULT"):
        return act.SetDefault(column, None)
    cursor.need("TYPE")
    return act.SetType(column, cursor.data_type())
