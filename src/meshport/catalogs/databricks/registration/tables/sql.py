"""The statements: create what is missing, and load rows in bulk, one statement for all of a table's rows.

Rows go as one JSON text through `inline(from_json(...))`, which a warehouse parses as one literal: a VALUES list of
20,000 rows is hundreds of thousands of expressions to it. `INSERT ... REPLACE WHERE` puts them in place of the rows
before, atomically, so that a load may be sent again. It goes by position, in the table's own order: BY NAME together
with REPLACE WHERE is younger than many warehouses.
Source: the vendor's reference of INSERT, `from_json`, `inline`, CREATE TABLE.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from meshport.catalogs.databricks.quoting import identifier, literal
from meshport.catalogs.databricks.registration.tables.spec import Column, Table
from meshport.resources import BOOKKEEPING

Order = Sequence[str]
"""The names of a table's columns as they are there; none where they are as declared."""
Row = tuple[object, ...]
"""Values in the order of the table's columns; time stamps and days are ISO texts."""
LARGEST = 8_000_000
"""Characters of rows in one statement. A warehouse takes statements of up to 16 MiB."""
_AS_TEXT = ("TIMESTAMP", "DATE")


def full_name(database: str, table: str) -> str:
    """Return a table's quoted name."""
    return ".".join(identifier(name) for name in (database, BOOKKEEPING, table))


def create_schema(database: str) -> str:
    """Return the statement that makes the schema, where it is missing."""
    comment = literal("What meshport publishes, as tables, and the functions of masks and row filters.")
    return f"create schema if not exists {identifier(database)}.{identifier(BOOKKEEPING)} comment {comment}"


def create_table(database: str, table: Table) -> str:
    """Return the statement that makes a table, where it is missing, with comments."""
    columns = ", ".join(map(_declared, table.columns))
    return f"create table if not exists {full_name(database, table.name)} ({columns}) comment {literal(table.comment)}"


def add_columns(database: str, table: Table, missing: Sequence[Column]) -> str:
    """Return the statement that adds columns which a later version of meshport has."""
    return f"alter table {full_name(database, table.name)} add columns ({', '.join(map(_declared, missing))})"


def loads(database: str, table: Table, domain: str, rows: Sequence[Row], order: Order = ()) -> Iterator[str]:
    """Yield the statements that put these rows in place of the domain's: one, unless they are too large for one.

    Then it is one for some products each, and one that takes away those of all other products.
    """
    ours = f"domain = {literal(domain)}"
    if len(_json(rows)) <= LARGEST:
        yield _load(database, table, ours, rows, order)
        return
    seen: list[str] = []
    for keys, chunk in _chunks(table, rows, "product"):
        products = [product for (product,) in keys]
        seen += products
        yield _load(database, table, f"{ours} and product in ({_listed(products)})", chunk, order)
    rest = f"{ours} and product not in ({_listed(seen)})"
    yield f"delete from {full_name(database, table.name)} where {rest}"  # noqa: S608 - quoted


def additions(database: str, table: Table, domain: str, rows: Sequence[Row], order: Order = ()) -> Iterator[str]:
    """Yield the statements that add the rows of publications, or put them in place of the same ones."""
    for keys, chunk in _chunks(table, rows, "product", "publication"):
        conditions = " or ".join(
            f"(product = {literal(product)} and publication in ({', '.join(number for _, number in numbers)}))"
            for product, numbers in groupby(keys, key=lambda key: key[0])
        )
        yield _load(database, table, f"domain = {literal(domain)} and ({conditions})", chunk, order)


def _load(database: str, table: Table, condition: str, rows: Sequence[Row], order: Order) -> str:
    short = {column.name: f"c{number}" for number, column in enumerate(table.columns)}
    fields = ", ".join(f"{short[c.name]}: {_sent(c)}" for c in table.columns)
    received = {column.name: _received(column, short[column.name]) for column in table.columns}
    selected = ", ".join(received.get(name, "null") for name in order or table.names)
    data = literal(_json(rows))
    return (
        f"insert into {full_name(database, table.name)} replace where {condition} select {selected} "  # noqa: S608
        f"from (select inline(from_json({data}, 'array<struct<{fields}>>')))"
    )


def _chunks(table: Table, rows: Sequence[Row], *by: str) -> Iterator[tuple[list[tuple[str, ...]], list[Row]]]:
    """Yield rows with the keys they have in the columns `by`, as many keys at a time as fit into a statement."""
    at = [table.names.index(name) for name in by]

    def key(row: Row) -> tuple[str, ...]:
        return tuple(str(row[place]) for place in at)

    keys: list[tuple[str, ...]] = []
    chunk: list[Row] = []
    size = 0
    for each, group in groupby(sorted(rows, key=key), key=key):
        more = list(group)
        added = len(_json(more))
        if chunk and size + added > LARGEST:
            yield keys, chunk
            keys, chunk, size = [], [], 0
        keys = [*keys, each]
        chunk += more
        size += added
    if chunk:
        yield keys, chunk


def _json(rows: Sequence[Row]) -> str:
    named = [{f"c{number}": value for number, value in enumerate(row) if value is not None} for row in rows]
    return json.dumps(named, ensure_ascii=False, separators=(",", ":"))


def _declared(column: Column) -> str:
    return f"{identifier(column.name)} {column.type} comment {literal(column.comment)}"


def _sent(column: Column) -> str:
    return "string" if column.type in _AS_TEXT else column.type.lower()


def _received(column: Column, short: str) -> str:
    return f"try_cast({short} as {column.type.lower()})" if column.type in _AS_TEXT else short


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(map(literal, texts))
