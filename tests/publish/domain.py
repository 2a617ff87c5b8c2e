"""A domain under test: its folder, the commands people run in it, and what they see."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec

from meshport.cli import main
from meshport.plan.types import Plan
from meshport.registry import Registry
from meshport.registry.types import Publication

UNCHANGED = "Nothing to do: the catalog and the registry hold what the project declares."
STAMPS = ("started_at", "completed_at", "generated_at")


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Domain:
    """A project folder with its internal DuckDB file, its published one, and its registry."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.published = path / "sales_published.duckdb"
        self.internal = path / "sales.duckdb"
        self.registry_file = path / "registry.db"

    def run(self, *arguments: str) -> Done:
        """Run a command of meshport in this process, from a folder that is not the project's."""
        out, err = io.StringIO(), io.StringIO()
        code: Any = None
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main([*arguments, "--project-dir", str(self.path)])
            except SystemExit as ended:
                code = ended.code
        return Done(int(code or 0), out.getvalue(), err.getvalue())

    def publish(self, *arguments: str, code: int = 0) -> Done:
        """Publish, which must end with `code`."""
        done = self.run("publish", "--yes", *arguments)
        assert done.code == code, done
        return done

    def plan(self) -> Plan:
        """Return what publishing would change, as a program reads it."""
        done = self.run("plan", "--format", "json")
        assert done.code in (0, 3), done
        return msgspec.json.decode(done.out, type=Plan)

    def in_sync(self) -> bool:
        """Whether there is nothing to publish, nothing blocked, and no publish left half done."""
        with self.registry() as registry:
            open_runs = registry.unfinished("sales")
        plan = self.plan()
        return not plan.actionable and not plan.blocked and not open_runs

    @contextmanager
    def registry(self) -> Iterator[Registry]:
        """Open the registry."""
        with Registry.open(f"sqlite:///{self.registry_file}") as registry:
            yield registry

    def publications(self, key: str) -> list[Publication]:
        """Return the publications of a product, newest first."""
        with self.registry() as registry:
            return registry.publications(key)

    def ask(self, query: str, file: Path | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the published file (or another one)."""
        with duckdb.connect(str(file or self.published), read_only=True) as connection:
            return plain(connection.execute(query).fetchall())

    def by_hand(self, *statements: str, file: Path | None = None) -> None:
        """Change the published file (or another one) as somebody does who goes around meshport."""
        with duckdb.connect(str(file or self.published)) as connection:
            for statement in statements:
                connection.execute(statement)

    def tags(self, identifier: str, column: str = "") -> dict[str, str]:
        """Return the tags of a port or of one of its columns."""
        rows = self.ask(
            f"select key, value from meshport.tags where relation = '{identifier}' and column_name = '{column}'"
        )
        return dict(rows)

    def comments(self, identifier: str) -> dict[str, str]:
        """Return the comments of a port (under an empty name) and of its columns."""
        on_table = f"select '', comment from duckdb_tables() where table_name = '{identifier}'"
        on_columns = f"select column_name, comment from duckdb_columns() where table_name = '{identifier}'"
        return {name: text for name, text in self.ask(f"{on_table} union all {on_columns}") if text}

    @contextmanager
    def editing(self, artifact: str = "manifest.json") -> Iterator[dict[str, Any]]:
        """Yield an artifact to change, as another dbt run would have written it."""
        path = self.path / "target" / artifact
        data: dict[str, Any] = json.loads(path.read_text())
        yield data
        path.write_text(json.dumps(data))

    @contextmanager
    def editing_model(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield a model (`customers.v1`) of the manifest to change."""
        with self.editing() as manifest:
            yield manifest["nodes"][f"model.sales.{name}"]

    @contextmanager
    def editing_result(self, unique_id: str) -> Iterator[dict[str, Any]]:
        """Yield one result of the run results, by the beginning of its unique id."""
        with self.editing("run_results.json") as file:
            yield next(result for result in file["results"] if result["unique_id"].startswith(unique_id))

    def rebuild(self, *statements: str, hours: int = 1) -> None:
        """Leave what another dbt build would: changed rows in the internal file, later times in the run results."""
        with self.editing("run_results.json") as file:
            _shift(file, timedelta(hours=hours))
        self.by_hand(*statements, file=self.internal)

    def copy(self, to: Path) -> Domain:
        """Return a copy of the whole folder."""
        shutil.copytree(self.path, to, symlinks=True)
        return Domain(to)


def plain(rows: list[Any]) -> list[tuple[Any, ...]]:
    """Return rows with every value as JSON has it: dates and decimals as texts."""
    return [tuple(v if isinstance(v, (int, str)) or v is None else str(v) for v in row) for row in rows]


def _shift(value: Any, by: timedelta) -> None:
    """Move every time stamp in an artifact."""
    if isinstance(value, list):
        for item in value:
            _shift(item, by)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in STAMPS and isinstance(item, str):
                moved = datetime.fromisoformat(item.removesuffix("Z")) + by
                value[key] = moved.isoformat(timespec="microseconds") + "Z"
            else:
                _shift(item, by)
