"""Where the demo publishes: on the laptop, or on Databricks (its double). What people do there by hand, and see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from demo.story import Story

Rows = list[tuple[Any, ...]]


class Place(Protocol):
    """A catalog as its users see it. Tables have three names everywhere; projects are known by their folder."""

    title: str

    def environment(self, domain: str) -> dict[str, str]:
        """Return what a domain's people have in their environment."""

    def prepare(self, story: Story, project: Path) -> None:
        """Do to a new project what this place needs."""

    def rows(self, project: Path, sql: str) -> Rows:
        """Run a query as the platform's administrator, masks and all."""

    def trace(self, project: Path) -> object:
        """Return something that differs once anything was written to the domain's published zone."""

    def set_comment(self, project: Path, table: str, text: str) -> None:
        """Change a table's comment by hand."""

    def set_tag(self, project: Path, table: str, key: str, value: str) -> None:
        """Set a table's tag by hand."""

    def tags(self, project: Path, table: str) -> dict[str, str]:
        """Return the tags of a table that are not meshport's own properties."""

    def read(self, story: Story, reader: Path, sql: str) -> str:
        """Read as a domain, and return what is shown."""

    def refused(self, story: Story, reader: Path, domain: str, sql: str) -> None:
        """Try to read as a domain that may not."""


class Laptop:
    """DuckDB files. There are no users: `meshport query --as` is the way in."""

    title = "on a laptop: DuckDB and SQLite, no account and no server"

    def environment(self, domain: str) -> dict[str, str]:
        """Nothing: the template's default target is DuckDB."""
        return {}

    def prepare(self, story: Story, project: Path) -> None:
        """Nothing to do."""

    def rows(self, project: Path, sql: str) -> Rows:
        """Read the published file."""
        with self._open(project, read_only=True) as connection:
            rows: Rows = connection.execute(sql).fetchall()
            return rows

    def trace(self, project: Path) -> object:
        """Return the published file, byte for byte."""
        return _published(project).read_bytes()

    def set_comment(self, project: Path, table: str, text: str) -> None:
        """Change it in the file."""
        with self._open(project) as connection:
            connection.execute(f"comment on table {table} is '{text}'")

    def set_tag(self, project: Path, table: str, key: str, value: str) -> None:
        """Change the table of tags."""
        _, schema, name = table.split(".")
        with self._open(project) as connection:
            connection.execute(
                "insert or replace into meshport.tags values (?, ?, '', ?, ?)", [schema, name, key, value]
            )

    def tags(self, project: Path, table: str) -> dict[str, str]:
        """Read the table of tags."""
        _, schema, name = table.split(".")
        query = "select key, value from meshport.tags where schema_name = ? and relation = ? and column_name = ''"
        with self._open(project, read_only=True) as connection:
            return dict(connection.execute(query, [schema, name]).fetchall())

    def read(self, story: Story, reader: Path, sql: str) -> str:
        """Ask meshport."""
        return story.run(reader, f'meshport query --as {reader.name} "{sql}"')

    def refused(self, story: Story, reader: Path, domain: str, sql: str) -> None:
        """Ask meshport, which says no."""
        story.run(reader, f'meshport query --as {domain} "{sql}"', ends=7, says=(domain,))

    @contextmanager
    def _open(self, project: Path, *, read_only: bool = False) -> Iterator[Any]:
        import duckdb

        with duckdb.connect(_published(project), read_only=read_only) as connection:
            yield connection


def _published(project: Path) -> Path:
    return project / f"{project.name}_published.duckdb"
