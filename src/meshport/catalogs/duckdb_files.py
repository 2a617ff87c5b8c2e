"""The laptop as a platform for domains: a DuckDB file is a catalog with schemas. There are no users to grant to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.catalogs.duckdb import attach, first_line, identifier
from meshport.catalogs.platforms import Seen
from meshport.errors import BlockedError, UnavailableError
from meshport.resources import BOOKKEEPING, Resource
from meshport.resources.infrastructure import CATALOG, SCHEMA, catalog, schema

if TYPE_CHECKING:
    import duckdb

_RELATIONS = """
    select schema_name, table_name from duckdb_tables() where database_name = ? and schema_name <> ?
    union all
    select schema_name, view_name from duckdb_views() where database_name = ? and schema_name <> ? and not internal
    order by all"""
_SCHEMAS = "select schema_name from duckdb_schemas() where database_name = ? and not internal"


class DuckDBFiles:
    """The folder that DuckDB files are in, each where the `storage` of its catalog says, from there."""

    kinds = frozenset({CATALOG, SCHEMA})

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.name = f"duckdb:{self.root}"
        self._storage: dict[str, str] = {}

    def file(self, database: str) -> Path:
        """Return the file of a catalog that was asked about."""
        return self.root / self._storage[database] / f"{database}.duckdb"

    def observe(self, asked: Collection[Resource]) -> Seen:
        """Look which of these files and schemas there are, and what is in them: each file is opened once, to read."""
        catalogs = [each for each in asked if each.kind == CATALOG]
        self._storage |= {each.relation.database: each.fields["storage"] for each in catalogs}
        found: list[Resource] = []
        contents: dict[str, tuple[str, ...]] = {}
        for each in catalogs:
            database = each.relation.database
            if not self.file(database).exists():
                continue
            found.append(catalog(database, each.fields["storage"]))
            with self._open(database, read_only=True) as connection:
                held = connection.execute(_RELATIONS, [database, BOOKKEEPING] * 2).fetchall()
                schemas = {name for (name,) in connection.execute(_SCHEMAS, [database]).fetchall()}
            contents[found[-1].key] = tuple(f"{schema_name}.{name}" for schema_name, name in held)
            for one in asked:
                if one.kind == SCHEMA and one.relation.database == database and one.relation.schema in schemas:
                    found.append(schema(database, one.relation.schema))
                    names = tuple(name for schema_name, name in held if schema_name == one.relation.schema)
                    contents[found[-1].key] = names
        return Seen(tuple(found), contents)

    def make(self, resources: Sequence[Resource]) -> None:
        """Make a file or a schema, unless it is there."""
        for each in resources:
            database = each.relation.database
            if each.kind == CATALOG:
                self._folder(database)
            with self._open(database, read_only=False) as connection:
                if each.kind == SCHEMA:
                    connection.execute(f"create schema if not exists {_name(each)}")

    def change(self, resource: Resource) -> None:
        """Raise UnavailableError: a file cannot be moved, and a schema has nothing to change."""
        raise UnavailableError(
            f"{resource.subject} cannot be changed", where=str(self.file(resource.relation.database))
        )

    def remove(self, resources: Sequence[Resource], *, force: bool) -> None:
        """Remove a schema that is empty or a file without tables; with `force`, whatever is in it."""
        for each in resources:
            database = each.relation.database
            path = self.file(database)
            if not path.exists():
                continue
            with self._open(database, read_only=False) as connection:
                if each.kind == SCHEMA:
                    connection.execute(f"drop schema if exists {_name(each)}{' cascade' if force else ''}")
                    continue
                held = connection.execute(_RELATIONS, [database, BOOKKEEPING] * 2).fetchall()
            if held and not force:
                raise BlockedError(f"{each.subject} holds {len(held)} tables", where=str(path), hint="say --force")
            path.unlink()
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)

    def http_path(self, warehouse: str) -> None:
        """Return nothing: there are no warehouses."""

    def _folder(self, database: str) -> None:
        folder = self.file(database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UnavailableError(f"the folder cannot be made: {error.strerror}", where=str(folder)) from error

    @contextmanager
    def _open(self, database: str, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file of a catalog; one that is not there yet is made."""
        import duckdb

        path = self.file(database)
        with duckdb.connect(":memory:") as connection:
            attach(connection, path, database, read_only=read_only)
            try:
                yield connection
            except duckdb.Error as error:
                raise UnavailableError(f"DuckDB refused it: {first_line(error)}", where=str(path)) from error


def _name(resource: Resource) -> str:
    return f"{identifier(resource.relation.database)}.{identifier(resource.relation.schema)}"
