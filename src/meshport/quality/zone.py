"""The internal zone: questions are asked where dbt built, and samples are written there.

On DuckDB that is the file that dbt wrote, on Databricks the warehouse that the environment names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshport.catalogs.base import Statement
from meshport.catalogs.duckdb import attach, first_line
from meshport.errors import InputError, UnavailableError
from meshport.keys import prepare_connection

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from meshport.catalogs.databricks import Warehouse
    from meshport.quality.run import Zone


@contextmanager
def open_zone(target: Mapping[str, Any], *, write: bool) -> Iterator[Zone]:
    """Open what dbt's target is, as the render protocol returns it.

    Raises InputError for a target of another platform or one that was never built, UnavailableError where it is in use
    or cannot be reached.
    """
    if target.get("type") == "databricks":
        with _warehouse() as warehouse:
            yield warehouse
    elif target.get("type") == "duckdb":
        with _file(target, write=write) as file:
            yield file
    else:
        raise InputError(
            f"dbt's target `{target.get('name')}` is {target.get('type')}; data policies run on DuckDB and Databricks",
            hint="choose another target with --target",
        )


@contextmanager
def _warehouse() -> Iterator[DatabricksZone]:
    from meshport.catalogs.databricks import Warehouse, access_of

    warehouse = Warehouse(access_of())
    try:
        warehouse.rows("select current_user()")  # who cannot connect is told so once, not of every question
        yield DatabricksZone(warehouse)
    finally:
        warehouse.close()


@contextmanager
def _file(target: Mapping[str, Any], *, write: bool) -> Iterator[DuckDBZone]:
    import duckdb

    path = Path(str(target["path"]))
    if not path.is_file():
        raise InputError(f"dbt's DuckDB file is not there: {path}", hint="run `meshport build`")
    with duckdb.connect(":memory:") as connection:
        attach(connection, path, str(target["database"]), read_only=not write)
        prepare_connection(connection)
        # What is rendered reads the attached file alone; nothing may lead to another.
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield DuckDBZone(connection)


class DatabricksZone:
    """A warehouse that reads the internal zone. Each statement is whole or not at all; several are not."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def run(self, statements: Sequence[Statement]) -> list[tuple[Any, ...]]:
        """Run statements in order, and return the rows of the last. Raises UnavailableError where one fails."""
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            rows = self._warehouse.rows(statement.sql)
        return rows


class DuckDBZone:
    """An open file of DuckDB."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, statements: Sequence[Statement]) -> list[tuple[Any, ...]]:
        """Run statements, all or nothing, and return the rows of the last. Raises UnavailableError where that fails."""
        import duckdb

        rows: list[tuple[Any, ...]] = []
        self._connection.execute("begin")
        try:
            for statement in statements:
                rows = self._connection.execute(statement.sql).fetchall()
            self._connection.execute("commit")
        except duckdb.Error as error:
            self._connection.execute("rollback")
            # The text of an error about data quotes the data, and this message goes to people and to CI's logs.
            of_data = isinstance(error, (duckdb.DataError, duckdb.IntegrityError))
            said = "a value does not fit" if of_data else first_line(error)
            raise UnavailableError(f"DuckDB refused: {type(error).__name__}: {said}") from error
        return rows
