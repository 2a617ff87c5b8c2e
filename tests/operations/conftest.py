"""A registry of one domain whose product was published two days ago, and the project folder that is the domain's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from meshport.cli import main
from meshport.model import Evidence, Upstream
from meshport.registry import Registry
from meshport.registry.types import RunRecord, RunResult
from tests.registry.samples import RULE, port, product, record, url

KEY = "sales.customer_360"
PORT = "customers.v1"


class Mesh(NamedTuple):
    """The folder with mesh.yml, and the registry in it."""

    folder: Path
    registry: Registry

    def configure(self, more: str = "") -> None:
        """Write mesh.yml with more settings."""
        (self.folder / "mesh.yml").write_text(f"domain: sales\nregistry: registry.db\n{more}")

    def publish(self, *, hours: float, built: str | None = None, status: str | None = "pass") -> None:
        """Publish a build of so many hours ago (built then, or at `built`), with one test that ended like this (None: none)."""
        built = built or ago(hours)
        seen = () if status is None else (Evidence(RULE, status, 0 if status == "pass" else 3, built),)
        evidence = {PORT: seen}
        changes: dict[str, Any] = {"builds": {PORT: built}, "evidence": evidence, "plan_digest": f"plan {hours}"}
        item = product(ports=(port(upstream=(Upstream("source.sales.shop.orders", "source"),)),))
        number = self.registry.record_publication(record(item, **changes)).number
        # Publications are history that nobody changes: a test that needs an older one goes around the guard.
        with self.registry._write() as current:
            current.execute(text("DROP TRIGGER publication_no_update"))
            set_ = text("UPDATE publication SET published_at = :at WHERE number = :number")
            current.execute(set_, {"at": ago(hours), "number": number})
            guard = "BEFORE UPDATE ON publication BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END"
            current.execute(text(f"CREATE TRIGGER publication_no_update {guard}"))

    def run_tests(
        self, *, hours: float, status: str = "pass", model: str = "success", test: str = RULE.unique_id
    ) -> str:
        """Record a run of the product's model, its one test and the source that it is built from; return its time."""
        at = ago(hours)
        failed = status not in ("pass", "warn") or model != "success"
        run = RunRecord(
            domain="sales",
            invocation_id=f"{hours} hours ago",
            command="build",
            target=None,
            started_at=at,
            ended_at=at,
            status="failed" if failed else "success",
        )
        results = [
            RunResult(
                unique_id="model.sales.customers",
                name="customers",
                kind="model",
                product=KEY,
                label=PORT,
                status=model,
                executed_at=at,
            ),
            RunResult(
                unique_id=test,
                name="not_null_email",
                kind="test",
                product=KEY,
                label=PORT,
                status=status,
                executed_at=at,
            ),
            RunResult(
                unique_id="source.sales.shop.orders", name="shop.orders", kind="source", status="warn", executed_at=at
            ),
        ]
        self.registry.record_run(run, results)
        return at


def ago(hours: float) -> str:
    """Return the time stamp of so many hours ago, as dbt writes it."""
    return (datetime.now(timezone.utc) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty registry as a file's content."""
    path = tmp_path_factory.mktemp("made") / "registry.db"
    Registry.open(url(path)).close()
    return path.read_bytes()


@pytest.fixture
def mesh(tmp_path: Path, made: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mesh]:
    """The domain, with nothing published."""
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    (tmp_path / "registry.db").write_bytes(made)
    with Registry.open(url(tmp_path / "registry.db"), create=False) as registry:
        made_here = Mesh(tmp_path, registry)
        made_here.configure()
        yield made_here


Told = Callable[..., Any]


@pytest.fixture
def ask(mesh: Mesh, capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a command of `meshport ops` in the folder: its JSON, or with another format its text."""

    def run(*words: str, code: int = 0, output_format: str = "json") -> Any:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["ops", *words, "--project-dir", str(mesh.folder), "--format", output_format])
        said = capsys.readouterr()
        assert (ended.value.code or 0) == code, said
        return json.loads(said.out) if output_format == "json" and said.out else said.out

    return run
