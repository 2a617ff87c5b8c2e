"""`mesh.*`: this project's products as declared, all others as published, and what the registry knows of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshport.artifacts import load_project
from meshport.information_schema import Sources
from meshport.mesh import Mesh, Warehouse
from meshport.model import Evidence, Owner
from meshport.products import derive
from meshport.registry import Registry
from meshport.registry.types import Asked, Step
from meshport.standards import load_standards
from tests.artifacts.builders import Write, manifest, model
from tests.information_schema.asking import ask, sources
from tests.registry.conftest import migrated, path, registry
from tests.registry.samples import RULE, port, product, record

__all__ = ["migrated", "path", "registry"]

MESH = Mesh(
    domain="shop",
    owner=Owner("Shop team", "shop@example.com"),
    warehouses={"small": Warehouse(size="X-Small", auto_stop_minutes=10, budget=100.5), "bare": Warehouse()},
)
PORT = "model.shop.orders.v2"
OLD = port("orders", "1", latest=False, deprecation_date="2027-01-31T00:00:00")


@pytest.fixture
def shop(write: Write, registry: Registry) -> Sources:
    """A domain that publishes one port and reads one of another domain's."""
    orders = model(
        name="orders",
        alias="orders_v2",
        version=2,
        latest_version=2,
        group="sales",
        access="public",
        description="One row an order.",
        contract={"enforced": True},
        config={"meta": {"row_filter": {"columns": ["id"], "predicate": "id > 0"}, "tags": {"retention": "2y"}}},
        columns={
            "id": {"name": "id", "data_type": "integer", "constraints": [{"type": "not_null"}]},
            "email": {"name": "email", "data_type": "varchar", "config": {"meta": {"classification": "pii.email"}}},
        },
        constraints=[{"type": "primary_key", "columns": ["id"], "name": "pk"}],
    )
    unique = {
        "name": "unique_orders_id",
        "package_name": "shop",
        "attached_node": PORT,
        "column_name": "id",
        "test_metadata": {"name": "unique", "kwargs": {"column_name": "id"}},
        "depends_on": {"nodes": [PORT]},
    }
    read = model(
        name="customers", alias="customers", version=1, config={"meta": {"meshport_input": "sales.customer_360"}}
    )
    group = {
        "name": "sales",
        "package_name": "shop",
        "description": "What was sold.",
        "owner": {"name": "Ann", "email": "ann@example.com"},
        "config": {
            "meta": {"data_product": {"title": "Sales", "tier": "gold", "slo": {"freshness": "24h", "quality": 0.9}}}
        },
    }
    exposure = {
        "name": "board",
        "package_name": "shop",
        "owner": {"email": ["a@b.c", "d@e.f"]},
        "depends_on": {"nodes": [PORT]},
    }
    content = manifest(
        nodes={PORT: orders, "model.sales.customers.v1": read, "test.shop.unique_orders_id.1": unique},
        groups={"group.shop.sales": group},
        exposures={"exposure.shop.board": exposure},
    )
    content["metadata"]["adapter_type"] = "duckdb"
    folder = write(manifest=content)

    @contextmanager
    def opened() -> Iterator[Registry]:
        yield registry

    return sources(
        folder,
        mesh=MESH,
        declared=lambda: derive(load_project(folder), MESH, load_standards()),
        registry=opened,
    )


def test_a_product_that_is_declared_and_never_published(shop: Sources) -> None:
    (row,) = ask(shop, "select * from mesh.products")
    assert row == {
        "product_key": "shop.sales",
        "domain": "shop",
        "name": "sales",
        "title": "Sales",
        "description": "What was sold.",
        "owner_name": "Ann",
        "owner_email": "ann@example.com",
        "tier": "gold",
        "freshness": "24h",
        "quality": 0.9,
        "terms": None,
        "support": "{}",
        "tags": "{}",
        "status": "unpublished",
        "version": None,
        "own": True,
        "catalog_type": None,
        "published_at": None,
    }


def test_products_of_other_domains(shop: Sources, registry: Registry) -> None:
    registry.record_publication(record())
    rows = {row["product_key"]: row for row in ask(shop, "select * from mesh.products")}
    assert rows.keys() == {"shop.sales", "sales.customer_360"}
    other = rows["sales.customer_360"]
    assert (other["own"], other["status"], other["version"]) == (False, "published", "1.0.0")
    assert json.loads(other["support"]) == {"channel": "#sales"}


def test_an_own_product_is_shown_as_it_stands_here(shop: Sources, registry: Registry) -> None:
    published = product("sales", domain="shop", title="Old title")
    registry.record_publication(record(published))
    registry.set_product_status("shop.sales", "deprecated", actor="user:ann")
    (row,) = ask(shop, "select title, status, version, own from mesh.products")
    assert row == {"title": "Sales", "status": "deprecated", "version": "1.0.0", "own": True}


def test_a_port(shop: Sources) -> None:
    (row,) = ask(shop, "select * from mesh.ports")
    assert row == {
        "product_key": "shop.sales",
        "port": "orders.v2",
        "name": "orders",
        "version": "2",
        "latest": True,
        "node_unique_id": PORT,
        "database_name": "shop_published",
        "schema_name": "sales",
        "identifier": "orders_v2",
        "description": "One row an order.",
        "contract_enforced": True,
        "row_filter": "id > 0",
        "deprecation_date": None,
        "tags": row["tags"],
        "status": "unpublished",
    }
    assert json.loads(row["tags"])["retention"] == "2y"


def test_a_ports_contract(shop: Sources) -> None:
    columns = ask(shop, "select * exclude (product_key, port, tags) from mesh.port_columns")
    assert columns == [
        {
            "column_name": "id",
            "column_index": 1,
            "data_type": "integer",
            "description": "",
            "classification": None,
            "mask": None,
            "mask_method": None,
        },
        {
            "column_name": "email",
            "column_index": 2,
            "data_type": "varchar",
            "description": "",
            "classification": "pii.email",
            "mask": "email",
            "mask_method": columns[1]["mask_method"],
        },
    ]
    constraints = ask(shop, "select constraint_type, columns, name from mesh.port_constraints order by all")
    assert [tuple(row.values()) for row in constraints] == [("not_null", ["id"], None), ("primary_key", ["id"], "pk")]
    rules = ask(shop, "select * from mesh.port_rules")
    assert rules == [
        {
            "product_key": "shop.sales",
            "port": "orders.v2",
            "test_unique_id": "test.shop.unique_orders_id.1",
            "name": "unique_orders_id",
            "kind": "unique",
            "column_name": "id",
        }
    ]


@pytest.mark.parametrize(
    ("product_status", "port_status", "seen"),
    [
        (None, None, "published"),
        ("deprecated", None, "deprecated"),
        (None, "deprecated", "deprecated"),
        (None, "retired", "retired"),
        ("retired", "deprecated", "retired"),
        ("deprecated", "published", "deprecated"),
    ],
)
def test_how_a_port_stands(shop: Sources, registry: Registry, product_status: Any, port_status: Any, seen: str) -> None:
    registry.record_publication(record(product("sales", domain="shop", ports=(port("orders", "2"),))))
    if product_status:
        registry.set_product_status("shop.sales", product_status, actor="user:ann")
    if port_status:
        registry.set_port_status(
            "shop.sales", "orders.v2", port_status, actor="user:ann", deprecation_date="2027-03-01"
        )
    (row,) = ask(shop, "select status, deprecation_date from mesh.ports")
    assert row == {"status": seen, "deprecation_date": "2027-03-01" if port_status else None}


def test_inputs_and_where_they_stand(shop: Sources, registry: Registry) -> None:
    sql = "select node_unique_id, product_key, port, status, deprecation_date from mesh.inputs"
    first = {
        "node_unique_id": "model.sales.customers.v1",
        "product_key": "sales.customer_360",
        "port": "customers.v1",
        "status": "unpublished",
        "deprecation_date": None,
    }
    assert ask(shop, sql) == [first]
    goes = port(deprecation_date="2027-01-31T00:00:00")
    registry.record_publication(record(product(ports=(goes,))))
    assert ask(shop, sql) == [{**first, "status": "published", "deprecation_date": "2027-01-31"}]


def test_subscriptions_and_grants(shop: Sources, registry: Registry) -> None:
    registry.record_publication(record(product(ports=(port("customers", "1"), OLD))))
    registry.set_port_status("sales.customer_360", "orders.v1", "retired", actor="user:ann")
    asked = registry.add_subscription(
        Asked(product="sales.customer_360", principal="domain:shop", by="user:bob", reason="to bill them")
    )
    assert asked is not None
    sql = "select product_key, principal, status, purpose from mesh.subscriptions"
    row = {
        "product_key": "sales.customer_360",
        "principal": "domain:shop",
        "status": "requested",
        "purpose": "to bill them",
    }
    assert ask(shop, sql) == [row]
    assert ask(shop, "select * from mesh.grants") == []
    registry.move_subscription(asked, Step(action="approve", to="active", by="user:ann"))
    assert ask(shop, sql) == [{**row, "status": "active"}]
    assert ask(shop, "select * from mesh.grants") == [
        {"product_key": "sales.customer_360", "port": "customers.v1", "principal": "domain:shop", "privilege": "SELECT"}
    ]


def test_results_of_the_newest_publication(shop: Sources, registry: Registry) -> None:
    registry.record_publication(record())
    failed = Evidence(RULE, "warn", 3, "2026-11-21T10:00:00Z")
    registry.record_publication(record(plan_digest="plan 2", evidence={"customers.v1": (failed,)}))
    (row,) = ask(shop, "select * from mesh.results")
    assert {**row, "executed_at": row["executed_at"].isoformat()} == {
        "product_key": "sales.customer_360",
        "port": "customers.v1",
        "version": "1.0.0",
        "rule": "not_null_email",
        "kind": "not_null",
        "column_name": "email",
        "status": "warn",
        "failures": 3,
        "executed_at": "2026-11-21T10:00:00+00:00",
    }


def test_owners(shop: Sources, registry: Registry) -> None:
    registry.upsert_domain("sales", "Sales", "", Owner("Sales team"))
    registry.record_publication(record())
    rows = ask(shop, "select of_kind, of_name, owner_name, owner_email from mesh.owners")
    assert {tuple(row.values()) for row in rows} == {
        ("domain", "shop", "Shop team", "shop@example.com"),
        ("domain", "sales", "Sales team", None),
        ("product", "shop.sales", "Ann", "ann@example.com"),
        ("product", "sales.customer_360", "Ann Smith", "ann@example.com"),
        ("group", "group.shop.sales", "Ann", "ann@example.com"),
        ("exposure", "exposure.shop.board", None, "a@b.c, d@e.f"),
    }


def test_warehouses(shop: Sources) -> None:
    rows = ask(shop, "select * from mesh.warehouses order by name")
    assert [tuple(row.values()) for row in rows] == [
        ("bare", None, None, None, "shop", "mesh.yml"),
        ("small", "X-Small", 10, 100.5, "shop", "mesh.yml"),
    ]


def test_what_the_standards_say(shop: Sources) -> None:
    rows = {row["name"]: row for row in ask(shop, "select * from mesh.classifications")}
    standards = load_standards()
    assert rows.keys() == standards.classifications.keys()
    assert rows["pii.email"]["masks"] == list(standards.classifications["pii.email"].masks)
    policies = ask(shop, "select type || '/' || name as key, severity from mesh.policies")
    assert {row["key"] for row in policies} == standards.policies.keys()


def test_a_project_that_is_no_domain(write: Write) -> None:
    folder = write()
    for table in ("products", "ports", "warehouses", "subscriptions", "inputs", "owners", "results", "grants"):
        assert ask(folder, f"select * from mesh.{table}") == [], table


def test_the_registry_is_not_opened_where_no_table_needs_it(write: Write) -> None:
    def never() -> Any:
        raise AssertionError

    assert len(ask(sources(write(), registry=never), "select * from dbt.models")) == 1


def test_the_registry_is_opened_once(shop: Sources, registry: Registry, path: Path) -> None:
    opened = []

    @contextmanager
    def once() -> Iterator[Registry]:
        opened.append(True)
        yield registry

    ask(msgspec.structs.replace(shop, registry=once), "select * from mesh.products, mesh.ports, mesh.subscriptions")
    assert opened == [True]
