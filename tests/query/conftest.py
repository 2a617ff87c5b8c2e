"""A published file with one product that marketing may read and one that it may not, and what is beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.model import Column, Contract, Relation
from meshport.registry import Registry
from tests.registry.samples import port, product, record, url

OPEN = "sales_published.orders.orders_v1"
SECRET = "sales_published.secret.salaries"
ROWS = [(1, "open one"), (2, "open two")]


class Market(NamedTuple):
    registry: Registry
    registry_path: Path
    file: Path


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    folder = tmp_path_factory.mktemp("market")
    file = folder / "sales published.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema orders; create schema secret; create schema meshport")
        for table in (
            "orders.orders_v1__previous",
            "orders.orders_v1__staged",
            "orders.unpublished",
            "secret.salaries",
            "secret.bonuses",
        ):
            connection.execute(f"create table {table} as select 1 as id, 'SECRET' as text")
        connection.execute(
            "create table orders.orders_v1 as from (values (1, 'open one'), (2, 'open two')) t(id, text)"
        )
        connection.execute("create table orders.\"or'ders v2\" as select 3 as id, 'quoted' as text")
        connection.execute("create table meshport.tags as select 'SECRET' as text")
        connection.execute("create macro orders.leak() as table select 'SECRET' as text")
    with Registry.open(url(folder / "registry.db")) as registry:
        for name, identifiers in {"orders": ["orders_v1", "or'ders v2"], "secret": ["salaries"]}.items():
            ports = tuple(
                port(
                    identifier,
                    None,
                    relation=Relation("sales_published", name, identifier),
                    contract=Contract(True, (Column("id", "integer"), Column("text", "varchar"))),
                )
                for identifier in identifiers
            )
            registry.record_publication(record(product(name, ports=ports), catalog=str(file), plan_digest=name))
        subscriptions.request(registry, "sales.orders", "marketing", actor=Actor.named("marketing"))
        subscriptions.approve(registry, "sales.orders", "marketing", actor=Actor.named("sales"))
        yield Market(registry, folder / "registry.db", file)
