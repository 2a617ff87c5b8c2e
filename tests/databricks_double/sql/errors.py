"""Refusals, worded as Databricks words them: an error class in brackets, a message, and a SQLSTATE at the end."""

from __future__ import annotations

from collections.abc import Sequence


class SqlError(Exception):
    """A statement that was refused. `str()` is the whole message, as the connector and dbt show it."""

    def __init__(self, error_class: str, message: str, sql_state: str) -> None:
        super().__init__(f"[{error_class}] {message} SQLSTATE: {sql_state}")
        self.error_class = error_class
        self.sql_state = sql_state


def quoted(name: Sequence[str]) -> str:
    """Return a name in backquotes, as it may stand in a statement: a backquote inside is doubled."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in name)


def syntax_error(near: str, statement: str) -> SqlError:
    """Refuse what the double cannot read. It names the statement: nothing is accepted and then ignored."""
    shown = " ".join(statement.split())[:300]
    return SqlError("PARSE_SYNTAX_ERROR", f"Syntax error at or near '{near}'. In: {shown}", "42601")


def unsupported(feature: str) -> SqlError:
    """Refuse what Databricks can and the double cannot: a test that needs it must fail, not pass by luck."""
    return SqlError("UNSUPPORTED_BY_THE_DOUBLE", f"The double of Databricks does not know: {feature}.", "0A000")


def no_permission(privilege: str, kind: str, name: Sequence[str]) -> SqlError:
    """Refuse for want of a privilege."""
    return SqlError(
        "INSUFFICIENT_PERMISSIONS",
        f"Insufficient privileges: User does not have {privilege} on {kind} '{'.'.join(name)}'.",
        "42501",
    )


def catalog_not_found(name: Sequence[str]) -> SqlError:
    """Refuse a catalog that is not there."""
    return SqlError("NO_SUCH_CATALOG_EXCEPTION", f"Catalog {quoted(name)} was not found.", "42704")


def schema_not_found(name: Sequence[str]) -> SqlError:
    """Refuse a schema that is not there."""
    return SqlError("SCHEMA_NOT_FOUND", f"The schema {quoted(name)} cannot be found.", "42704")


def relation_not_found(name: Sequence[str]) -> SqlError:
    """Refuse a table or view that is not there."""
    return SqlError("TABLE_OR_VIEW_NOT_FOUND", f"The table or view {quoted(name)} cannot be found.", "42P01")


def function_not_found(name: Sequence[str]) -> SqlError:
    """Refuse a function that is not there."""
    return SqlError("ROUTINE_NOT_FOUND", f"The routine {quoted(name)} cannot be found.", "42883")


def column_not_found(column: str, among: Sequence[str] = ()) -> SqlError:
    """Refuse a column that is not there."""
    hint = f" Did you mean one of the following? [{', '.join(quoted([c]) for c in among)}]." if among else ""
    return SqlError(
        "UNRESOLVED_COLUMN.WITH_SUGGESTION",
        f"A column, variable, or function parameter with name {quoted([column])} cannot be resolved.{hint}",
        "42703",
    )


def already_exists(kind: str, name: Sequence[str]) -> SqlError:
    """Refuse to create what is there."""
    state = {"SCHEMA": "42P06", "TABLE_OR_VIEW": "42P07", "ROUTINE": "42723", "CATALOG": "42710"}.get(kind, "42710")
    what = kind.lower().replace("_", " ")
    return SqlError(f"{kind}_ALREADY_EXISTS", f"Cannot create {what} {quoted(name)} because it already exists.", state)


def expected_table(name: Sequence[str], action: str) -> SqlError:
    """Refuse on a view what only a table can have."""
    return SqlError(
        "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", f"'{action}' expects a table but {quoted(name)} is a view.", "42809"
    )
