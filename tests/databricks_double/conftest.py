"""A store with people and data, served to the real SDK by the REST half alone (`served`, `client`)."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

from tests.databricks_double.double import Double
from tests.databricks_double.rest_server import Served
from tests.databricks_double.sql_runner import Runner
from tests.databricks_double.store import (
    Catalog,
    Column,
    Constraint,
    Function,
    Metastore,
    Parameter,
    Principal,
    Relation,
    Schema,
)

ODD_COLUMNS = ("e mail", "a.b/c", 'it\'s "odd"', "größe", "50%", "q?x#y", "a&b=c")
"""Names of columns that must be encoded in a path; Unity Catalog allows them all."""


def people() -> dict[str, Principal]:
    """An admin; ann, who owns the catalog; bob, who reads; and eve, who has nothing."""
    return {
        "t-admin": Principal("admin@x.org", "t-admin", frozenset({"admins"}), is_admin=True),
        "t-ann": Principal("ann@x.org", "t-ann", frozenset({"producers"})),
        "t-bob": Principal("bob@x.org", "t-bob", frozenset({"consumers"})),
        "t-eve": Principal("eve@x.org", "t-eve"),
        "t-robot": Principal("5a0e4d53-9a0b-4a83-8e0c-6a0f1d3f5b11", "t-robot"),
    }


def filled() -> Metastore:
    """A store with one catalog, one schema, two tables, a view, and functions."""
    store = Metastore(principals=people())
    owner = "ann@x.org"
    store.catalogs["sales",] = Catalog(owner)
    store.schemas["sales", "core"] = Schema(owner, comment="what is sold")
    columns = {
        name: Column(name, kind) for name, kind in (("id", "bigint"), ("email", "string"), ("price", "decimal(10,2)"))
    }
    columns["id"].nullable = False
    keys = {"pk": Constraint("pk", "PRIMARY KEY", ("id",))}
    store.relations["sales", "core", "orders"] = Relation(
        owner, comment="orders", properties={"p": "1"}, columns=columns, constraints=keys
    )
    odd = {name: Column(name, "string") for name in ODD_COLUMNS}
    store.relations["sales", "core", "odd"] = Relation(owner, columns=odd)
    store.relations["sales", "core", "orders_v"] = Relation(
        owner, kind="VIEW", definition="SELECT 1 AS id", columns={"id": Column("id", "int")}
    )
    store.functions["sales", "core", "hide"] = Function(owner, parameters=(Parameter("v", "string"),), body="'***'")
    store.functions["sales", "core", "mine"] = Function(
        owner, parameters=(Parameter("v", "string"),), returns="boolean", body="v = current_user()"
    )
    return store


@pytest.fixture(scope="session")
def _server() -> Iterator[Served]:
    server = Served()
    yield server
    server.close()


@pytest.fixture
def served(_server: Served) -> Iterator[Served]:
    """The REST half on a port, with a store of its own for the test."""
    _server.reset(filled())
    yield _server
    _server.faults.released.set()


@pytest.fixture
def client(served: Served) -> Callable[..., WorkspaceClient]:
    """`client("ann")` is the real SDK of ann; `client("ann", http_timeout_seconds=1)` sets more."""

    def connected(name: str = "ann", **more: float) -> WorkspaceClient:
        limits = {"http_timeout_seconds": 5, "retry_timeout_seconds": 10, **more}
        return WorkspaceClient(config=Config(host=served.url, token=f"t-{name}", auth_type="pat", **limits))

    return connected


@pytest.fixture(scope="session")
def double() -> Iterator[Double]:
    """The whole double, started once: an engine takes two seconds. Tests use schemas of their own."""
    others = (
        Principal("ann", "t-ann", frozenset({"analysts"})),
        Principal("dora", "t-dora", frozenset({"analysts", "doctors"})),
        Principal("eve", "t-eve"),
    )
    with Double(others, ["dev", "other"]) as started:
        yield started


@pytest.fixture
def sql(double: Double, request: pytest.FixtureRequest) -> Runner:
    """Run SQL in a new schema: `sql("select 1")`, `sql("select 1", "ann")`."""
    schema = re.sub(r"\W+", "_", request.node.name.lower())[:120]
    double.execute(f"drop schema if exists dev.{schema} cascade")
    double.execute(f"create schema dev.{schema}")
    return Runner(double, "dev", schema)
