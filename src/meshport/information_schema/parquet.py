"""dbt 2's own Information Schema: `info_schema/v1/<schema>.<table>.parquet` in the folder of artifacts.

Coded to dbt's published description (docs.getdbt.com, "dbt Information Schema"): the layout, the names and types, and
the version, which is in the path, in each file's metadata and in `dbt.project.schema_version`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.catalogs.duckdb import first_line, identifier, literal
from meshport.errors import InputError
from meshport.information_schema.spec import Column, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = "info_schema"
VERSION = 1
VERSION_KEY = "dbt:info-schema-version"
PUBLISHED = ("dbt", "dbt_rt")
"""The schemas that dbt writes."""

_OTHER = re.compile(r"v(\d+)$")
_HINT = "run dbt again without --generate-info-schema, or remove the folder: JSON artifacts are read as well"


def folder_of(artifacts: Path) -> Path | None:
    """Return the folder with the tables of the version that is read, None where dbt wrote none.

    Raises InputError where all there is of dbt's are other versions: neither these tables nor a manifest.
    """
    folder = artifacts / FOLDER / f"v{VERSION}"
    if folder.is_dir():
        return folder
    others = sorted(path.name for path in (artifacts / FOLDER).glob("v*") if _OTHER.match(path.name))
    if others and not (artifacts / "manifest.json").exists():
        raise _refused(artifacts / FOLDER, f"version {', '.join(others)}")
    return None


def belongs(connection: DuckDBPyConnection, folder: Path, invocation_id: str | None, started_at: str | None) -> bool:
    """Tell whether the tables are of the run that wrote a manifest: they name it, or were written after it started.

    Raises InputError where a file cannot be read.
    """
    for key, columns in (
        ("dbt_rt.invocations", "list(invocation_id), max(generated_at)"),
        ("dbt.project", "[], max(ingested_at)"),
    ):
        path = file_of(folder, key)
        if path.exists():
            told = f"(select {columns} from {_read(path)}) as t (named, newest)"  # noqa: S608
            question = f"select list_contains(named, $1) or newest >= $2::timestamptz from {told}"  # noqa: S608
            with _explained(path):
                if connection.execute(question, [invocation_id, started_at]).fetchone() == (True,):
                    return True
    return False


def load(connection: DuckDBPyConnection, folder: Path, table: Table) -> bool:
    """Make a table from its file; False, and no table, where there is no file or nothing in it.

    A column that the file does not have is NULL, and one that is not declared is kept.
    Raises InputError where the file cannot be read, or is of another version.
    """
    path = file_of(folder, table.key)
    if not path.exists():
        return False
    with _explained(path):
        _check_version(connection, path)
        described = connection.execute(f"describe select * from {_read(path)}").fetchall()  # noqa: S608
        there = {str(name).lower(): str(name) for name, *_ in described}
        selected = [_selected(column, there.pop(column.name, None)) for column in table.columns]
        selected += [identifier(name) for name in there.values()]
        connection.execute(f"create table {table.key} as select {', '.join(selected)} from {_read(path)}")  # noqa: S608
        if table.key == "dbt.project":
            _check_schema_version(connection, path)
        empty = connection.execute(f"select count(*) = 0 from {table.key}").fetchone() == (True,)  # noqa: S608
        if empty:
            connection.execute(f"drop table {table.key}")
    return not empty


def file_of(folder: Path, key: str) -> Path:
    """Return where a table's file is."""
    return folder / f"{key}.parquet"


def _selected(column: Column, name: str | None) -> str:
    expression = "null" if name is None else identifier(name)
    if column.name == "config" and name is not None:
        # dbt 2 writes the config of a model as a JSON text within a JSON text.
        inner = f"json_valid({expression}) and json_type({expression}) = 'VARCHAR'"
        expression = f"case when {inner} then {expression}->>'$' else {expression} end"
    return f"cast({expression} as {column.type}) as {identifier(column.name)}"


def _check_version(connection: DuckDBPyConnection, path: Path) -> None:
    key = literal(VERSION_KEY)
    found = connection.execute(
        f"select decode(value) from parquet_kv_metadata({literal(str(path))}) where decode(key) = {key}"  # noqa: S608
    ).fetchall()
    for (version,) in found:
        if version != str(VERSION):
            raise _refused(path, f"version {version}")


def _check_schema_version(connection: DuckDBPyConnection, path: Path) -> None:
    for (version,) in connection.execute("select schema_version from dbt.project").fetchall():
        if version not in (None, VERSION):
            raise _refused(path, f"version {version}")


def _refused(path: Path, says: str) -> InputError:
    return InputError(f"dbt's Information Schema is of {says}; read is version {VERSION}", where=str(path), hint=_HINT)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise InputError(
            f"{path.name} cannot be read: {first_line(error)}",
            where=str(path),
            hint="run dbt again with --generate-info-schema, or remove the folder: JSON artifacts are read as well",
        ) from error


def _read(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"
