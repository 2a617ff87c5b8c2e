"""Masks and row filters: what may be set. How they act on reads is in `secure`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql import clauses as cl
from tests.databricks_double.sql.errors import SqlError, quoted
from tests.databricks_double.sql.run import Run
from tests.databricks_double.store import Column, Function, MaskUse, Name, RowFilterUse


def _function(run: Run, name: Name, arguments: int) -> tuple[Name, Function]:
    full = run.full(name)
    function = run.store.functions.get(full)
    if function is None:
        raise errors.function_not_found(full)
    access.need(run.store, run.identity, "EXECUTE", full, "Function")
    if len(function.parameters) != arguments:
        raise SqlError(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            f"The {quoted(full)} requires {len(function.parameters)} parameters but the actual number is {arguments}.",
            "42605",
        )
    return full, function


def _known(columns: Mapping[str, Column], wanted: tuple[str, ...]) -> None:
    for key in wanted:
        if key not in columns:
            raise errors.column_not_found(key, list(columns))


def _castable(returns: str, data_type: str) -> bool:
    """Return whether a mask's result may stand in the column: the same family of types, which is what Databricks insists on."""
    family = {
        "tinyint": 1,
        "smallint": 1,
        "int": 1,
        "bigint": 1,
        "float": 1,
        "double": 1,
        "decimal": 1,
        "varchar": 2,
        "char": 2,
        "string": 2,
    }
    short = [kind.split("(")[0].split("<")[0] for kind in (returns, data_type)]
    return family.get(short[0], short[0]) == family.get(short[1], short[1])


def mask_of(run: Run, clause: cl.MaskClause, columns: Mapping[str, Column], column: str) -> MaskUse:
    """Return a mask that fits the column, or refuse it."""
    _known(columns, (column, *clause.using_columns))
    name, function = _function(run, clause.function, 1 + len(clause.using_columns))
    if not _castable(function.returns, columns[column].data_type):
        raise SqlError(
            "COLUMN_MASKS_INCOMPATIBLE_TYPE",
            f"The mask {quoted(name)} returns {function.returns}, the column {quoted([column])} is {columns[column].data_type}.",
            "42K09",
        )
    return MaskUse(name, clause.using_columns)


def filter_of(run: Run, clause: cl.FilterClause, columns: Mapping[str, Column]) -> RowFilterUse:
    """Return a row filter that fits the table, or refuse it."""
    _known(columns, clause.columns)
    name, function = _function(run, clause.function, len(clause.columns))
    if function.returns != "boolean":
        raise SqlError(
            "ROW_FILTER_NOT_BOOLEAN", f"The row filter {quoted(name)} returns {function.returns}, not boolean.", "42K09"
        )
    return RowFilterUse(name, clause.columns)
