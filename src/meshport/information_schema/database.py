"""The database: tables made from their declarations, and filled."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.artifacts.reading import collector_off
from meshport.catalogs.duckdb import identifier
from meshport.information_schema import parquet
from meshport.information_schema.filling import Filling
from meshport.information_schema.manifest import read_head
from meshport.information_schema.names import needed
from meshport.information_schema.outline import Outline
from meshport.information_schema.relations import provide
from meshport.information_schema.rows import ROWS
from meshport.information_schema.sources import Sources
from meshport.information_schema.spec import Column, Table
from meshport.information_schema.staging import SCHEMA, Stage
from meshport.information_schema.tables import SCHEMAS, TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def open_schema(sources: Sources, tables: Collection[str] | None = None) -> DuckDBPyConnection:
    """Return an in-memory DuckDB with these tables (`dbt.models`), None: all of them, filled.

    A table that is not asked for is not there, so that a query can never take it for an empty one.
    Raises InputError where an artifact cannot be read, UnavailableError where the registry cannot be reached.
    """
    return _open(sources, TABLES if tables is None else tables, outlined=False)[0]


def open_outlined(sources: Sources, tables: Collection[str]) -> tuple[DuckDBPyConnection, Callable[[], Outline]]:
    """Return the same, and what gives the outline of the project: one reading of the manifest is enough for both.

    Raises as `open_schema` does; asking for the outline raises InputError where the manifest cannot be read.
    """
    connection, filling = _open(sources, tables, outlined=True)
    return connection, lambda: filling.outline


def _open(sources: Sources, keys: Collection[str], *, outlined: bool) -> tuple[DuckDBPyConnection, Filling]:
    import duckdb

    wanted = needed(TABLES[key] for key in keys)
    tables = [table for table in TABLES.values() if table.key in wanted]
    connection = duckdb.connect(":memory:", config={"python_enable_replacements": False})
    try:
        connection.execute("set timezone = 'UTC'")
        return connection, _fill(connection, sources, tables, outlined=outlined)
    except BaseException:
        connection.close()
        raise


def _fill(connection: DuckDBPyConnection, sources: Sources, tables: list[Table], *, outlined: bool) -> Filling:
    for schema in (*SCHEMAS, SCHEMA):
        connection.execute(f"create schema {schema}")
    published = _published(connection, sources)
    if published is not None:
        tables = [
            table
            for table in tables
            if table.schema not in parquet.PUBLISHED or table.view or not parquet.load(connection, published, table)
        ]
    with (
        tempfile.TemporaryDirectory(prefix="meshport-") as folder,
        Filling(sources, tables, manifest_needed=published is None, outlined=outlined) as filling,
        collector_off(),
    ):
        stage = Stage(connection, Path(folder))
        provide(filling, stage)
        connection.execute(f"set search_path = '{SCHEMA}'")
        for table in tables:
            _make(table, filling, stage)
        connection.execute("reset search_path")
        connection.execute(f"drop schema {SCHEMA} cascade")
    return filling


def _published(connection: DuckDBPyConnection, sources: Sources) -> Path | None:
    """Return the folder of dbt 2's own tables, where they are of the manifest's run, or there is no manifest."""
    folder, manifest = parquet.folder_of(sources.artifacts), sources.artifacts / "manifest.json"
    if folder is None or not manifest.exists():
        return folder
    head = read_head(manifest)
    started = head.invocation_started_at or head.generated_at
    return folder if parquet.belongs(connection, folder, head.invocation_id, started) else None


def _make(table: Table, filling: Filling, stage: Stage) -> None:
    if table.view:
        stage.execute(f"create view {table.key} as {table.view}")
    elif table.relation:
        selected = ", ".join(map(_selected, table.columns))
        artifact = filling.sources.artifacts / table.source.partition(",")[0]
        stage.execute(f"create table {table.key} as select {selected} from {table.relation}", artifact)  # noqa: S608
    else:
        types = {column.name: column.type for column in table.columns}
        rows = list(ROWS[table.key](filling)) if table.key in ROWS else []
        stage.execute(f"create table {table.key} as select * from {stage.rows(rows, types)}")  # noqa: S608


def _selected(column: Column) -> str:
    expression = "null" if column.gap else column.sql or identifier(column.name)
    return f"cast({expression} as {column.type}) as {identifier(column.name)}"
