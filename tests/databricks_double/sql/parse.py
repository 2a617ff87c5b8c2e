"""From a statement's text to what it says: recursive descent over tokens, one function per kind of statement.

What no function here knows is a syntax error that names the statement. Nothing is read over: each ends with `finish`.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.cursor import Cursor
from tests.databricks_double.sql.parse_alter import alter
from tests.databricks_double.sql.parse_change import delete, insert, merge, update
from tests.databricks_double.sql.parse_create import create
from tests.databricks_double.sql.parse_parts import kind, kind_of_grant
from tests.databricks_double.sql.parse_show import describe, show
from tests.databricks_double.store import Name

_QUERY_STARTS = ("SELECT", "WITH", "VALUES", "TABLE", "FROM", "(")


def parse(statement: str) -> st.Statement:
    """Read one statement; a semicolon may end it."""
    cursor = Cursor(statement)
    while cursor.tokens and cursor.tokens[-1].upper == ";":
        cursor.tokens.pop()
    first = cursor.peek().upper
    if first in _QUERY_STARTS:
        return st.Query(cursor.rest())
    read = _READERS.get(first)
    if read is None:
        cursor.fail()
    cursor.at += 1
    result = read(cursor)
    cursor.finish()
    return result


def _drop(cursor: Cursor) -> st.Statement:
    what = kind(cursor)
    if_exists = cursor.take("IF", "EXISTS")
    name = cursor.name()
    cascade = cursor.take_any("CASCADE", "RESTRICT") == "CASCADE"
    return st.Drop(what, name, if_exists, cascade)


def _comment(cursor: Cursor) -> st.Statement:
    cursor.need("ON")
    what, name = kind(cursor), cursor.name()
    cursor.need("IS")
    return st.CommentOn(what, name, None if cursor.take("NULL") else cursor.string())


def _set(cursor: Cursor) -> st.Statement:
    if cursor.take("TAG"):
        return _tag(cursor, setting=True)
    start = cursor.at
    cursor.until("=")
    key = cursor.text(start, cursor.at)
    value = None
    if cursor.take("="):
        value = cursor.string() if cursor.peek().kind == "string" else cursor.rest()
    return st.SetVariable(key, value) if key else cursor.fail()


def _tag(cursor: Cursor, *, setting: bool) -> st.Statement:
    cursor.need("ON")
    what, name = kind(cursor), cursor.name()
    key = cursor.string() if cursor.peek().kind == "string" else cursor.identifier()
    if not setting:
        return st.TagStatement(what, name, key, None)
    value = ""
    if cursor.take("="):
        value = cursor.string() if cursor.peek().kind == "string" else cursor.identifier()
    return st.TagStatement(what, name, key, value)


def _unset(cursor: Cursor) -> st.Statement:
    cursor.need("TAG")
    return _tag(cursor, setting=False)


def _privileges(cursor: Cursor) -> tuple[str, ...]:
    found = []
    while not cursor.next_is("ON"):
        words = [cursor.identifier().upper()]
        while cursor.peek().kind == "word" and not cursor.next_is("ON"):
            words.append(cursor.identifier().upper())
        found.append("_".join(words))
        if not cursor.take(","):
            break
    return tuple(found) or cursor.fail()


def _grant(cursor: Cursor, *, revoke: bool = False) -> st.Statement:
    privileges = _privileges(cursor)
    cursor.need("ON")
    what, name = kind_of_grant(cursor), cursor.name()
    cursor.need("FROM" if revoke else "TO")
    return st.Grant(privileges, what, name, cursor.identifier(), revoke)


def _revoke(cursor: Cursor) -> st.Statement:
    return _grant(cursor, revoke=True)


def _use(cursor: Cursor) -> st.Statement:
    if cursor.take("CATALOG"):
        name: Name = (cursor.string().lower(),) if cursor.peek().kind == "string" else (cursor.lower(),)
        return st.Use("CATALOG", name)
    cursor.take_any("SCHEMA", "DATABASE")
    return st.Use("SCHEMA", cursor.name())


def _truncate(cursor: Cursor) -> st.Statement:
    cursor.need("TABLE")
    return st.Truncate(cursor.name())


def _restore(cursor: Cursor) -> st.Statement:
    cursor.take("TABLE")
    name = cursor.name()
    cursor.take("TO")
    cursor.need("VERSION", "AS", "OF")
    return st.Restore(name, cursor.number())


def _optimize(cursor: Cursor) -> st.Statement:
    name = cursor.name()
    if cursor.take("WHERE"):
        cursor.until("ZORDER")
    if cursor.take("ZORDER", "BY"):
        cursor.listed(cursor.identifier)
    return st.Maintain("OPTIMIZE", name)


def _analyze(cursor: Cursor) -> st.Statement:
    cursor.need("TABLE")
    name = cursor.name()
    cursor.need_any("COMPUTE STATISTICS", "COMPUTE DELTA STATISTICS")
    if cursor.take("FOR"):
        if not cursor.take("ALL", "COLUMNS"):
            cursor.need("COLUMNS")
            cursor.lower()
            while cursor.take(","):
                cursor.lower()
    else:
        cursor.take("NOSCAN")
    return st.Maintain("ANALYZE", name)


def _vacuum(cursor: Cursor) -> st.Statement:
    name = cursor.name()
    hours = None
    if cursor.take("RETAIN"):
        hours = cursor.number()
        cursor.need("HOURS")
    dry = cursor.take("DRY", "RUN")
    return st.Maintain("VACUUM", name, takes_all=not dry and hours == 0)


def _refresh(cursor: Cursor) -> st.Statement:
    cursor.take_any("MATERIALIZED VIEW", "STREAMING TABLE", "TABLE")
    name = cursor.name()
    cursor.take_any("FULL", "SYNC", "ASYNC")
    return st.Maintain("REFRESH", name)


_READERS: dict[str, Callable[[Cursor], st.Statement]] = {
    "CREATE": create,
    "ALTER": alter,
    "DROP": _drop,
    "COMMENT": _comment,
    "SET": _set,
    "UNSET": _unset,
    "GRANT": _grant,
    "REVOKE": _revoke,
    "SHOW": show,
    "DESCRIBE": describe,
    "DESC": describe,
    "USE": _use,
    "INSERT": insert,
    "MERGE": merge,
    "UPDATE": update,
    "DELETE": delete,
    "TRUNCATE": _truncate,
    "RESTORE": _restore,
    "OPTIMIZE": _optimize,
    "ANALYZE": _analyze,
    "VACUUM": _vacuum,
    "REFRESH": _refresh,
}
