"""The toy domain of tests/publish, built by the real adapter in a double of Databricks, and what people see there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshport.catalogs.base import Statement
from meshport.catalogs.databricks.calls import unlisted
from meshport.dbt_command import Dbt, Rendered
from meshport.plan.operations import Operation
from tests.databricks.project import DatabricksProject
from tests.databricks.publish.workspace import WorkspaceDomain, build
from tests.databricks_double.double import Double
from tests.databricks_double.fault_actions import copied
from tests.databricks_double.faults import ABOUT_CLIENTS, Faults
from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.store import Metastore, Principal
from tests.publish import toy
from tests.publish.domain import Done

QUESTIONS = ("select", "with", "describe", "show", "use", "set ")


class NativeDomain(WorkspaceDomain):
    """The toy domain on Databricks. `sales` owns both catalogs; `analyst` may read whatever is published from the start."""

    def __init__(self, path: Path, double: Double) -> None:
        super().__init__(path)
        self.double = double

    def run(self, *arguments: str) -> Done:
        """Run a command of meshport. Whatever it sends has to be listed."""
        mark, called = self.mark(), len(self.double.server.rest_calls)
        done = super().run(*arguments)
        calls = [each for each in self.double.server.rest_calls[called:] if not ABOUT_CLIENTS.search(each[1])]
        assert unlisted(self.sent(mark), calls) == []
        return done

    def sql(self, statement: str, who: str = "admin") -> list[tuple[Any, ...]]:
        """Run a statement as somebody."""
        return [tuple(row.values()) for row in self.double.execute(statement, self.double.session(who))]

    def readable(self, who: str) -> list[str]:
        """Return the ports of which somebody reads anything at all, were it no rows."""
        found = []
        for port in toy.PORTS:
            with suppress(SqlError):
                self.sql(f"select * from sales_published.{port}", who)
                found.append(port)
        return found

    def mark(self) -> int:
        """Return a mark in the log of statements."""
        return len(self.double.statements)

    def sent(self, mark: int = 0) -> list[str]:
        """Return the statements of meshport since a mark: those that came over the network."""
        return [each.statement for each in self.double.statements[mark:] if each.source == "thrift"]

    def writes(self, mark: int = 0) -> list[str]:
        """Return those of them that are no questions."""
        return [each for each in self.sent(mark) if not each.lstrip().lower().startswith(QUESTIONS)]


Built = tuple[NativeDomain, Metastore]
"""A domain that was built, and the metastore as that left it."""


@pytest.fixture(scope="session")
def built_native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The toy domain, built and tested by the real adapter, never published; and the metastore as that left it."""
    principals = [Principal("sales", "dapi-sales"), Principal("analyst", "dapi-analyst"), Principal("nobody", "dapi-n")]
    with Double(principals, ["sales", "sales_published"], faults=Faults()) as double:
        double.execute("alter catalog sales set owner to `sales`")
        double.execute("alter catalog sales_published set owner to `sales`")
        for privilege in ("use catalog", "use schema", "select"):
            double.execute(f"grant {privilege} on catalog sales_published to `analyst`")
        folder = tmp_path_factory.mktemp("native") / "sales"
        with pytest.MonkeyPatch.context() as patch:
            for name, value in double.environment("sales").items():
                patch.setenv(name, value)
            build(folder, "sales")
        # Not within: what is set for a session is set for other folders' tests, too.
        yield NativeDomain(folder, double), copied(double.store)


class Waiting:
    """A dbt that waits for what is to be rendered: starting one takes seconds. It keeps what it rendered before."""

    def __init__(self, folder: Path) -> None:
        self.project = DatabricksProject(folder)
        self._kept: dict[bytes, tuple[Statement, ...]] = {}

    def render(self, operations: Sequence[Operation]) -> Rendered:
        """Do what `Dbt.render` does."""
        unknown = [each for each in operations if _content(each) not in self._kept]
        found = self.project.render({each.id: (each.operation, each.arguments) for each in unknown}) if unknown else {}
        for each in unknown:
            self._kept[_content(each)] = msgspec.convert(found[each.id], tuple[Statement, ...])
        statements = {each.id: self._kept[_content(each)] for each in operations}
        return Rendered(target={"type": "databricks", "name": "databricks"}, statements=statements)


def _content(operation: Operation) -> bytes:
    return msgspec.json.encode([operation.operation, operation.arguments], order="sorted")


@pytest.fixture(scope="session")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    """A dbt for these tests."""
    dbt = Waiting(tmp_path_factory.mktemp("waiting"))
    yield dbt
    dbt.project.close()


@pytest.fixture
def native(built_native: Built, waiting: Waiting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NativeDomain:
    """The toy domain on Databricks, built, never published."""
    domain, _ = built_native
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    for name, value in domain.double.environment("sales").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Dbt, "render", lambda _, operations: waiting.render(operations))
    restore(built_native)
    shutil.copytree(domain.path, tmp_path / "sales", symlinks=True)
    return NativeDomain(tmp_path / "sales", domain.double)


def restore(built: Built) -> None:
    """Put the metastore back to what the build left; rows are never changed in place."""
    domain, before = built
    fresh = copied(before)
    with domain.double.store.lock:
        for each in fields(Metastore):
            if each.name not in ("lock", "principals"):
                setattr(domain.double.store, each.name, getattr(fresh, each.name))
    domain.double.faults.rules.clear()
    domain.double.faults.revoked.clear()
    domain.double.faults.begin()
