"""The laptop's catalog: one published DuckDB file a domain.

DuckDB has no users: whoever opens the file reads all of it. So a port *holds* masked values, and `meshport query --as`
is the way in that asks for a subscription.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshport.catalogs.base import Capabilities, Statement, VerificationError, Violation
from meshport.errors import InputError, UnavailableError
from meshport.keys import prepare_connection
from meshport.model import Relation, fold
from meshport.resources import BOOKKEEPING, PREVIOUS, STAGED, ObservedColumn, ObservedRelation

if TYPE_CHECKING:
    import duckdb

WAIT_SECONDS = 10.0

_COLUMNS = """
    select c.schema_name, c.table_name, c.column_name, c.data_type, coalesce(c.comment, '')
    from duckdb_columns() c where c.database_name = ? and not c.internal and c.schema_name <> ?
    order by c.schema_name, c.table_name, c.column_index"""
_TABLES = """
    select schema_name, table_name, coalesce(comment, ''), false
    from duckdb_tables() where database_name = ? and schema_name <> ?
    union all
    select schema_name, view_name, coalesce(comment, ''), true
    from duckdb_views() where database_name = ? and schema_name <> ? and not internal"""


class DuckDBCatalog:
    """A published DuckDB file. `database` is the name that ports carry (`sales_published`)."""

    type = "duckdb"
    capabilities = Capabilities(enforces_reads=False, native_masks=False)

    def __init__(self, path: Path, database: str) -> None:
        self.path = path
        self.database = database
        self.name = str(path)

    def observe(self) -> dict[Relation, ObservedRelation]:
        """Read relations, columns, comments, tags, properties and numbers of rows in five queries."""
        if not self.path.exists():
            return {}
        with self._attached(read_only=True) as connection, _explained(self.path):
            columns: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
            for schema, table, *column in connection.execute(_COLUMNS, [self.database, BOOKKEEPING]).fetchall():
                columns[schema, table].append((column[0], column[1], column[2]))
            tables = connection.execute(_TABLES, [self.database, BOOKKEEPING] * 2).fetchall()
            tags = self._bookkeeping(connection, "tags", "column_name, key, value")
            properties = self._bookkeeping(connection, "properties", "key, value")
            names = {(schema, table) for schema, table, _, is_view in tables if not is_view}
            rows = self._count_rows(connection, [place for place in properties if place in names])
        observed = {}
        for schema, table, comment, is_view in tables:
            # Previous versions carry properties; whatever else has such a name is somebody else's.
            if table.endswith(STAGED) or (table.endswith(PREVIOUS) and (schema, table) in properties):
                continue
            relation = Relation(self.database, schema, table)
            before = (schema, table + PREVIOUS)
            previous = dict(properties[before]) if before in names and before in properties else None
            own_tags: dict[str, dict[str, str]] = defaultdict(dict)
            for column, key, value in tags.get((schema, table), ()):
                own_tags[fold(column)][key] = value
            there = {"", *(fold(name) for name, _, _ in columns[schema, table])}
            observed[relation] = ObservedRelation(
                relation=relation,
                columns=tuple(
                    ObservedColumn(name=name, data_type=kind, comment=text, tags=own_tags.get(fold(name), {}))
                    for name, kind, text in columns[schema, table]
                ),
                comment=comment,
                tags=own_tags.get("", {}),
                stray_tags={column: pairs for column, pairs in own_tags.items() if column not in there},
                properties=dict(properties.get((schema, table), ())),
                rows=rows.get((schema, table)),
                is_view=is_view,
                previous=previous,
            )
        return observed

    def _count_rows(
        self, connection: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], int]:
        """Count the rows of some tables in one query. DuckDB's own estimate does not notice deleted rows."""
        if not tables:
            return {}
        counts = " union all ".join(
            f"select {number}, count(*) from {'.'.join(identifier(part) for part in (self.database, *names))}"  # noqa: S608
            for number, names in enumerate(tables)
        )
        return {tables[number]: rows for number, rows in connection.execute(counts).fetchall()}

    def raw_copies(self, databases: Collection[str]) -> list[Relation]:
        """Return nothing: no rows are kept as they are."""
        return []

    @contextmanager
    def writer(self, target: Mapping[str, Any]) -> Iterator[DuckDBWriter]:
        """Open the published file for writing, with dbt's own file attached to read from."""
        if target.get("type") != self.type:
            raise InputError(
                f"dbt's target `{target.get('name')}` is {target.get('type')}; ports can be published to DuckDB only",
                hint="choose a DuckDB target with --target",
            )
        internal = Path(str(target["path"]))
        if not internal.is_file():
            raise InputError(f"dbt's DuckDB file is not there: {internal}", hint="run `meshport build`")
        if internal.resolve() == self.path:
            raise InputError(
                "the published file is the file that dbt writes",
                where=str(self.path),
                hint="give `published: {path: ...}` in mesh.yml a file of its own",
            )
        with self._attached(read_only=False) as connection:
            attach(connection, internal, str(target["database"]), read_only=True)
            prepare_connection(connection)
            yield DuckDBWriter(connection)

    @contextmanager
    def _attached(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        with duckdb.connect(":memory:") as connection:
            attach(connection, self.path, self.database, read_only=read_only)
            yield connection

    def _bookkeeping(
        self, connection: duckdb.DuckDBPyConnection, table: str, columns: str
    ) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
        """Read a bookkeeping table; empty where the file was never published to."""
        import duckdb

        found: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        place = f"{identifier(self.database)}.{identifier(BOOKKEEPING)}.{identifier(table)}"
        try:
            rows = connection.execute(f"select schema_name, relation, {columns} from {place}").fetchall()  # noqa: S608
        except duckdb.CatalogException:
            return {}
        for schema, relation, *rest in rows:
            found[schema, relation].append(tuple(rest))
        return found


class DuckDBWriter:
    """An open published file. The statements of one port are one transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, port: str, statements: Sequence[Statement]) -> None:
        """Execute statements, all or nothing."""
        import duckdb

        self._connection.execute("begin")
        try:
            for statement in statements:
                rows = self._connection.execute(statement.sql).fetchall()
                if statement.expect == "no_rows" and rows:
                    raise VerificationError(statement.step, [Violation(*row) for row in rows])
            self._connection.execute("commit")
        except duckdb.Error as error:
            self._roll_back()
            # The text of an error about data quotes the data, and this message goes to the journal and to CI's logs.
            said = (
                "a value does not fit"
                if isinstance(error, (duckdb.DataError, duckdb.IntegrityError))
                else first_line(error)
            )
            raise UnavailableError(
                f"DuckDB refused a statement of `{statement.step}`: {type(error).__name__}: {said}",
                hint="nothing of this port was changed; --debug shows all that DuckDB says",
            ) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        """Roll back; DuckDB has done so itself after some errors, and then refuses."""
        import contextlib

        import duckdb

        with contextlib.suppress(duckdb.Error):
            self._connection.execute("rollback")


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, *, read_only: bool) -> None:
    """Attach a file, waiting for another process that has it open.

    Raises UnavailableError naming the file, and the process where DuckDB knows it.
    """
    import duckdb

    mode = " (read_only)" if read_only else ""
    statement = f"attach {literal(str(path))} as {identifier(name)}{mode}"
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute(statement)
            return
        except duckdb.Error as error:
            held = "set lock on file" in str(error)
            if held and time.monotonic() < deadline:
                time.sleep(0.2)
                continue
            raise _unavailable(error, path, held=held) from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what DuckDB says while a published file is read into an error for people."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise UnavailableError(
            f"the published file cannot be read: {first_line(error)}",
            where=str(path),
            hint="somebody changed what meshport keeps in it; restore the file, or move it away and publish anew",
        ) from error


def identifier(name: str) -> str:
    """Quote an identifier for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for DuckDB."""
    return "'" + text.replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """Return what an error says in one line: DuckDB appends the statement, which is not for everybody."""
    return str(error).strip().splitlines()[0]


def _unavailable(error: Exception, path: Path, *, held: bool) -> UnavailableError:
    if held:
        holder = re.search(r"PID (\d+)", str(error))
        who = f" by process {holder.group(1)}" if holder else " by another process"
        return UnavailableError(
            f"the DuckDB file is in use{who}",
            where=str(path),
            hint="DuckDB lets one process write and shuts out all others: wait for it, or close it",
        )
    return UnavailableError(f"the DuckDB file cannot be read: {first_line(error)}", where=str(path))
