"""Which tables a SELECT reads, by DuckDB's own parse tree. What this module does not know, it refuses.

The text is executed as it was checked, by the same DuckDB: its parser reads it both times. (To execute the tree itself
is no way: as a table function it knows no two columns of one name, as a pragma it is written out and parsed again.)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from meshport.errors import InputError
from meshport.model import fold

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Name = tuple[str, ...]
"""A table as it was written: one to three names, unquoted."""

_QUERIES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"}
_TABLES = {"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY"}
_MODIFIERS = {"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"}
_ORDERS = {"ORDER_DEFAULT", "ASCENDING", "DESCENDING"}
_NODES = _QUERIES | _TABLES | _MODIFIERS | _ORDERS
_EXPRESSIONS = {
    "BETWEEN",
    "CASE",
    "CAST",
    "COLLATE",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "CONSTANT",
    "FUNCTION",
    "LAMBDA",
    "LAMBDA_REF",
    "OPERATOR",
    "POSITIONAL_REFERENCE",
    "STAR",
    "SUBQUERY",
    "TYPE",
    "WINDOW",
}
_TABLE_FUNCTIONS = {"range", "generate_series", "unnest"}
# In no list of functions: the parser knows them itself.
_BUILT_IN = {
    *("unnest", "row_number", "rank", "dense_rank", "rank_dense", "percent_rank", "cume_dist", "ntile"),
    *("lag", "lead", "first_value", "last_value", "nth_value", "fill"),
}
# They look at the session and its surroundings, or act on them, instead of computing something from rows.
_REFUSED = {
    *("current_setting", "getvariable", "current_query", "current_query_id", "current_connection_id"),
    *("current_transaction_id", "txid_current", "in_search_path", "json_serialize_plan", "stats", "vector_type"),
    *("nextval", "currval", "setval", "setseed", "sleep_ms", "pg_sleep", "write_log", "getenv"),
}
# Macros that hold a query look at the catalog (`pg_get_viewdef`); the others are expressions.
_FUNCTIONS = """
    select distinct lower(function_name) from duckdb_functions()
    where function_type in ('scalar', 'aggregate')
       or (function_type = 'macro' and macro_definition not ilike '%select%')"""
_HINT = "one SELECT over published ports, named as `meshport show` prints them"


def tables_of(connection: DuckDBPyConnection, sql: str) -> frozenset[Name]:
    """Return the tables that one SELECT reads, after checking all of it. Nothing of it is executed.

    Raises InputError where it is none, is several, or has something in it that is not known to be harmless.
    """
    import duckdb

    if "\0" in sql:
        raise InputError("there is a zero character in the query", hint=_HINT)
    try:
        found = connection.execute("select json_serialize_sql(?)", [sql]).fetchone()
        parsed: dict[str, Any] = msgspec.json.decode(str(found[0]) if found else "")
        if parsed["error"]:
            raise InputError(f"this is no SELECT: {parsed.get('error_message')}", hint=_HINT)
        if len(parsed["statements"]) != 1:
            raise InputError(f"this is not one statement but {len(parsed['statements'])}", hint=_HINT)
        walk = _Walk(_functions())
        walk.value(parsed["statements"], frozenset())
    except (duckdb.Error, UnicodeError, msgspec.DecodeError) as error:
        raise InputError(f"this cannot be read as SQL: {error}", hint=_HINT) from error
    except RecursionError:
        raise InputError("the query is nested too deeply", hint=_HINT) from None
    return frozenset(walk.tables)


@cache
def _functions() -> frozenset[str]:
    """Return the functions that a query may call, as this DuckDB has them."""
    import duckdb

    with duckdb.connect(":memory:") as connection:
        known = {str(name) for (name,) in connection.execute(_FUNCTIONS).fetchall()}
    return frozenset(known - _REFUSED | _BUILT_IN)


class _Walk:
    """A walk through the tree that collects tables. `ctes` are the names that a WITH gave at that point."""

    def __init__(self, functions: frozenset[str]) -> None:
        self.functions = functions
        self.tables: set[Name] = set()

    def value(self, value: Any, ctes: frozenset[str]) -> None:
        if isinstance(value, list):
            for item in value:
                self.value(item, ctes)
        elif isinstance(value, dict):
            kind = value.get("type") if isinstance(value.get("type"), str) else None
            self._check(value, kind)
            if kind == "BASE_TABLE":
                self._table(value, ctes)
            elif kind in _QUERIES:
                ctes = self._with(value, ctes)
            for key, child in value.items():
                # Only the repeated part of a recursive query sees the query's own name.
                own = {fold(value["cte_name"])} if kind == "RECURSIVE_CTE_NODE" and key == "right" else ()
                if key != "cte_map":
                    self.value(child, ctes.union(own))

    def _with(self, query: Mapping[str, Any], ctes: frozenset[str]) -> frozenset[str]:
        """Walk through the queries of a WITH. Each sees the names before its own; the query sees them all."""
        for entry in query["cte_map"]["map"]:
            self.value(entry["value"], ctes)
            ctes |= {fold(entry["key"])}
        return ctes

    def _table(self, table: Mapping[str, Any], ctes: frozenset[str]) -> None:
        name = tuple(part for part in (table["catalog_name"], table["schema_name"], table["table_name"]) if part)
        path = table.get("qualified_name", {}).get("path", name)
        if table["at_clause"] is not None or tuple(path) != name:
            raise _refused("a table with more than three names, or at another time,")
        if len(name) > 1 or fold(name[0]) not in ctes:
            self.tables.add(name)

    def _check(self, node: Mapping[str, Any], kind: str | None) -> None:
        group = node.get("class")
        if group is not None:
            if group not in _EXPRESSIONS:
                raise _refused(f"an expression of the kind {group}")
            if group in ("FUNCTION", "WINDOW") and fold(node["function_name"]) not in self.functions:
                raise _refused(f"the function {node['function_name']}")
        elif kind is not None and kind not in _NODES and not kind.endswith("_TYPE_INFO"):
            raise _refused({"SHOW_REF": "DESCRIBE, SHOW or SUMMARIZE"}.get(kind, f"a part of the kind {kind}"))
        if kind == "TABLE_FUNCTION" and fold(node["function"]["function_name"]) not in _TABLE_FUNCTIONS:
            raise _refused(f"the table function {node['function']['function_name']}")
        if kind != "BASE_TABLE" and (node.get("schema") or node.get("catalog")):
            raise _refused("a function or a type with a schema in front of it")


def _refused(what: str) -> InputError:
    return InputError(f"{what} is not allowed in a query", hint=_HINT)
