"""Rows of published ports as Parquet files, which the server's readers can open. A file is whole or not there."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.catalogs.duckdb import attach, first_line, identifier, literal
from meshport.catalogs.unity.types import Export
from meshport.catalogs.unity.wanted import FILE_NAME
from meshport.errors import InputError, UnavailableError

if TYPE_CHECKING:
    import duckdb


class Exporter:
    """Writes ports of one published DuckDB file, which it only reads. `database` is the name that ports carry."""

    def __init__(self, published: Path, database: str) -> None:
        self._published = published
        self._database = database

    def export(self, wanted: Export) -> None:
        """Write one file under another name, bring it to the disk, and rename it. The columns are cast as asked.

        Raises InputError where a value does not fit its type there, UnavailableError where reading or writing fails.
        """
        import duckdb

        target = wanted.folder / FILE_NAME
        if target.is_file():
            return
        unfinished = wanted.folder / f".{FILE_NAME}.{os.getpid()}"
        columns = ", ".join(
            f"cast({identifier(name)} as {kind}) as {identifier(name)}" for name, kind in wanted.columns
        )
        source = ".".join(identifier(part) for part in (self._database, wanted.source.schema, wanted.source.identifier))
        statement = f"copy (select {columns} from {source}) to {literal(str(unfinished))} (format parquet)"  # noqa: S608
        try:
            wanted.folder.mkdir(parents=True, exist_ok=True)
            with self._reading() as connection:
                connection.execute(statement)
            _to_disk(unfinished)
            unfinished.replace(target)
            _to_disk(wanted.folder)
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            # The text of such an error quotes the data.
            raise InputError(
                f"a value of {wanted.source} does not fit the type that a Unity Catalog server has for it",
                hint="cast the column in the model; --debug shows all that DuckDB says",
            ) from error
        except (duckdb.Error, OSError) as error:
            raise UnavailableError(
                f"{wanted.source} cannot be written as a file: {first_line(error)}",
                where=str(wanted.folder),
                hint="is there room on the disk, and may you write to `unity.storage`?",
            ) from error
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        with duckdb.connect(":memory:") as connection:
            attach(connection, self._published, self._database, read_only=True)
            yield connection


def remove(folder: Path) -> None:
    """Remove one build, and the folders above it that are empty then: of the port, and of its schema.

    Raises UnavailableError where that is not allowed.
    """
    try:
        if folder.is_dir():
            shutil.rmtree(folder)
    except OSError as error:
        raise UnavailableError(f"an old build cannot be removed: {error.strerror}", where=str(folder)) from error
    for above in (folder.parent, folder.parent.parent):
        with contextlib.suppress(OSError):
            above.rmdir()


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
