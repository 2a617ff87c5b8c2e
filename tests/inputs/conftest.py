"""Sales has published a product with awkward texts in it; marketing, beside it, wants to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec
import pytest

from meshport.inputs import packages
from meshport.model import Column, Contract, Port, Product, Relation
from meshport.registry import Registry
from tests.query.running import Ran, meshport
from tests.registry.samples import port, product, record, url

KEY = "sales.customer_orders"
NASTY = "It's \"50%\" {{ not_jinja }} {% nor %} {# this #} — né: \\d+ # yes\nsecond line '' }} `x`"
PROJECT = """\
name: marketing
version: 1.0.0
config-version: 2
profile: marketing
flags: {send_anonymous_usage_stats: false}
"""
PROFILES = """\
marketing:
  target: dev
  outputs:
    dev: {type: duckdb, path: marketing.duckdb, threads: 1, plugins: [{module: meshport.dbt_duckdb}]}
"""


def orders(version: str, *more: Column, latest: bool = False, **changes: Any) -> Port:
    columns = (
        Column("id", "integer", NASTY),
        Column("e mail", "varchar", "masked", "pii.email", tags={"kind": "{{ x }}"}),
        Column("select", "varchar"),
    )
    return port(
        "customer_orders",
        version,
        latest=latest,
        unique_id=f"model.sales.customer_orders.v{version}",
        relation=Relation("sales_published", "customer_orders", f"customer_orders_v{version}"),
        description=f"Version {version}. {NASTY}",
        contract=Contract(True, (*columns, *more)),
        **changes,
    )


V1, V2 = orders("1"), orders("2", Column("added", "date"), latest=True)


class Mesh(NamedTuple):
    """A folder with two domains in it, and the registry that they share."""

    root: Path
    marketing: Path
    registry: Registry

    def publish(self, version: str, *ports: Port, name: str = "customer_orders") -> Product:
        made = product(name, title=NASTY, ports=ports)
        file = str(self.root / "sales" / "sales_published.duckdb")
        self.registry.record_publication(
            record(made, version=version, digest=f"{name} {version}", plan_digest=f"{name} {version}", catalog=file)
        )
        return made


@pytest.fixture
def mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mesh]:
    root = tmp_path
    monkeypatch.setenv("MESHPORT_REGISTRY", str(root / "registry.db"))
    marketing = root / "marketing"
    (marketing / "models").mkdir(parents=True)
    (root / "sales").mkdir()
    (marketing / "mesh.yml").write_text("domain: marketing\n")
    (marketing / "dbt_project.yml").write_text(PROJECT)
    (marketing / "profiles.yml").write_text(PROFILES)
    with duckdb.connect(str(root / "sales" / "sales_published.duckdb")) as connection:
        connection.execute("create schema customer_orders")
        for version, more in {1: "", 2: ", date '2026-01-31' as added"}.items():
            connection.execute(
                f"create table customer_orders.customer_orders_v{version} as "
                f"select {version} as id, '***@example.com' as \"e mail\", 'x' as \"select\"{more}"
            )
    with Registry.open(url(root / "registry.db")) as registry:
        yield Mesh(root, marketing, registry)


@pytest.fixture
def deps(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where `dbt deps` would have run: most tests are about files, and dbt takes seconds."""
    ran: list[Path] = []
    monkeypatch.setattr(packages, "install", ran.append)
    return ran


@pytest.fixture
def inputs(mesh: Mesh, deps: list[Path]) -> Callable[..., Ran]:
    def run(command: str, *arguments: object) -> Ran:
        return meshport("inputs", command, "--project-dir", mesh.marketing, *arguments)

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def deprecated(port: Port) -> Port:
    return msgspec.structs.replace(port, deprecation_date=f"{date(2027, 1, 31):%Y-%m-%d}T00:00:00+00:00")
