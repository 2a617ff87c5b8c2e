"""Make the tables, and load what changed since the last load: the ledger knows a digest of each table's rows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from meshport.catalogs.databricks.quoting import identifier, literal
from meshport.catalogs.databricks.registration.tables import sql
from meshport.catalogs.databricks.registration.tables.spec import BY_NAME, TABLES, Table
from meshport.catalogs.databricks.registration.types import TABLE, Ledger
from meshport.errors import InputError
from meshport.resources import BOOKKEEPING

Run = Callable[[str], Sequence[tuple[Any, ...]]]
"""Runs a statement and returns its rows."""
There = Mapping[str, Sequence[str]]
"""The columns of the tables that are there, in order."""


class Load(msgspec.Struct, frozen=True):
    """What is to be loaded into one table. `known` is what the ledger remembers of it once it is loaded."""

    table: str
    rows: Sequence[sql.Row]
    known: dict[str, str]


def key_of(table: str) -> str:
    """Return what the ledger knows a table's load by."""
    return f"{TABLE}/{table}"


def observed(run: Run, database: str) -> There:
    """Return the columns of our tables that are there: one query."""
    names = ", ".join(literal(table.name) for table in TABLES)
    found: dict[str, list[str]] = defaultdict(list)
    for table, column in run(
        f"select table_name, column_name from {identifier(database)}.information_schema.columns "  # noqa: S608 - quoted
        f"where table_schema = {literal(BOOKKEEPING)} and table_name in ({names}) order by table_name, ordinal_position"
    ):
        found[table].append(column)
    return found


def pending(rows: Mapping[str, Sequence[sql.Row]], there: There, ledger: Ledger) -> list[Load]:
    """Return the loads of tables whose rows are others than those of the last load, or that are gone. Pure."""
    loads = []
    for name, wanted in rows.items():
        known = {"digest": hashlib.sha256(msgspec.json.encode(wanted)).hexdigest(), "rows": str(len(wanted))}
        if name not in there or ledger.get(key_of(name)) != known:
            loads.append(Load(name, wanted, known))
    return loads


def loaded_until(there: There, ledger: Ledger) -> dict[str, int]:
    """Return, by product, the newest publication whose test results are loaded. Pure."""
    known = ledger.get(key_of("test_results"), {}) if "test_results" in there else {}
    return {product: int(number) for product, number in known.items()}


def additions(by_number: Mapping[str, Mapping[int, Sequence[sql.Row]]], until: Mapping[str, int]) -> Load | None:
    """Return the load of test results by product and publication, where these are newer than what is loaded. Pure."""
    newer = {
        product: {number: rows for number, rows in numbers.items() if number > until.get(product, 0)}
        for product, numbers in by_number.items()
    }
    newer = {product: numbers for product, numbers in newer.items() if numbers}
    if not newer:
        return None
    rows = [row for numbers in newer.values() for _, rows in sorted(numbers.items()) for row in rows]
    known = {**{p: str(n) for p, n in until.items()}, **{p: str(max(numbers)) for p, numbers in newer.items()}}
    return Load("test_results", rows, known)


def prepare(run: Run, database: str, there: There) -> None:
    """Make the schema, the tables and the columns that are missing.

    Raises InputError where a table of that name is somebody else's.
    """
    for table in TABLES:
        if table.name in there and not {"domain", "product"} <= set(there[table.name]):
            raise InputError(
                f"{database}.{BOOKKEEPING}.{table.name} is not a table of meshport's",
                hint=f"the schema `{BOOKKEEPING}` of a published catalog is meshport's own: move the table elsewhere",
            )
    if missing := [table for table in TABLES if table.name not in there]:
        run(sql.create_schema(database))
        for table in missing:
            run(sql.create_table(database, table))
    for table in TABLES:
        new = [column for column in table.columns if table.name in there and column.name not in there[table.name]]
        if new:
            run(sql.add_columns(database, table, new))


def statements(database: str, domain: str, load: Load, there: There) -> list[str]:
    """Return the statements of a load into the tables that are `there`. Each may run again."""
    table: Table = BY_NAME[load.table]
    make = sql.additions if table.by_publication else sql.loads
    return list(make(database, table, domain, load.rows, there.get(load.table, ())))
