"""The tables as Parquet files, as dbt 2 writes its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.catalogs.duckdb import literal
from meshport.errors import InputError
from meshport.information_schema.parquet import VERSION, VERSION_KEY, file_of
from meshport.information_schema.spec import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def export(connection: DuckDBPyConnection, folder: Path, tables: Iterable[Table]) -> Iterator[tuple[Table, Path]]:
    """Write tables, views left out, to `<schema>.<table>.parquet` in a folder; yield each with its file.

    A file is there whole or not at all. Raises InputError where the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table in tables:
            if not table.view:
                path = file_of(folder, table.key)
                _write(connection, table, path)
                yield table, path
    except OSError as error:
        raise InputError(f"the tables cannot be written: {error.strerror}", where=str(folder)) from error


def _write(connection: DuckDBPyConnection, table: Table, path: Path) -> None:
    partial = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        connection.execute(
            f"copy {table.key} to {literal(str(partial))} (format parquet, compression zstd, "
            f"kv_metadata {{{literal(VERSION_KEY)}: {literal(str(VERSION))}}})"
        )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
