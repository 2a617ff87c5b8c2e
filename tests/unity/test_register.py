"""Registering: what is on the server afterwards, that doing it again writes nothing, and what changes with a new build."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest

from tests.publish import toy
from tests.unity.registered import UNCHANGED, Registered

pytestmark = pytest.mark.dbt


def rows(location: str) -> list[tuple[object, ...]]:
    """Return the rows behind a table, as somebody reads them who knows nothing of meshport."""
    folder = Path(unquote(urlsplit(location).path))
    return duckdb.sql(f"from '{folder}/*.parquet' order by 1").fetchall()


def test_products_ports_columns_and_properties_are_registered(mesh: Registered) -> None:
    planned = mesh.domain.run("unity", "plan")
    assert planned.code == 0, planned
    assert mesh.proxy.writes == []
    done = mesh.apply()
    assert planned.out in done.out
    assert mesh.tables() == set(toy.PORTS)

    schema = mesh.schema("customer_orders")
    assert schema["comment"] == "Customers and what they ordered."
    properties = {key.removeprefix("meshport."): value for key, value in schema["properties"].items()}
    assert properties == {
        "domain": "sales",
        "product": "sales.customer_orders",
        "title": "Customer orders",
        "owner": "Sales <sales@example.com>",
        "tier": "gold",
        "version": "1.0.0",
        "status": "published",
        "terms": "Internal.",
        "slo.freshness": "24h",
        "slo.quality": "0.99",
    } | {key: value for key, value in properties.items() if key.startswith("tag.")}

    table = mesh.table("customer_orders.customers_v1")
    assert (table["table_type"], table["data_source_format"]) == ("EXTERNAL", "PARQUET")
    assert table["comment"] == "One row a customer, it's good."
    columns = [(c["name"], c["type_name"], c["type_text"], c["nullable"], c.get("comment")) for c in table["columns"]]
    assert columns == [
        ("customer_id", "INT", "int", False, "The key."),
        ("email", "STRING", "string", True, "Their mail."),
        ("country", "STRING", "string", True, "Where they live."),
        ("born", "DATE", "date", True, None),
    ]
    assert json.loads(table["columns"][0]["type_json"]) == {
        "name": "customer_id",
        "type": "integer",
        "nullable": False,
        "metadata": {"comment": "The key."},
    }
    said = table["properties"]
    assert said["meshport.classification.email"] == "pii.email"
    assert said["meshport.mask.email"] == "email"
    assert said["meshport.port"] == "customers.v1"
    assert said["meshport.tests"].endswith("pass")
    amount = mesh.table("customer_orders.orders")["columns"][2]
    assert (amount["type_name"], amount["type_precision"], amount["type_scale"]) == ("DECIMAL", 4, 2)


def test_files_hold_the_published_rows_and_nothing_else(mesh: Registered) -> None:
    mesh.apply()
    found = rows(mesh.table("customer_orders.customers_v1")["storage_location"])
    assert [(*row[:3], str(row[3])) for row in found] == toy.CUSTOMERS
    assert len(mesh.builds()) == 3
    assert all(name.endswith("/data.parquet") for name in mesh.builds())


def test_again_unchanged_writes_nothing_and_says_once_what_the_server_cannot(mesh: Registered) -> None:
    mesh.apply()
    before = len(mesh.proxy.requests)
    mesh.in_sync()
    text = mesh.domain.run("unity", "plan").out
    assert text.count("masks and row filters") == 1
    assert text.endswith(UNCHANGED + "\n")
    markdown = mesh.domain.run("unity", "plan", "--format", "markdown").out
    assert "| lineage | " in markdown
    # The server has no way to ask for the grants of several things at once: one question for each of ours.
    reads = [r for r in mesh.proxy.requests[before:] if "/permissions/" not in r.path]
    assert len(reads) <= 3 * 7


def test_a_new_build_takes_the_place_of_the_old_file_and_a_rollback_brings_it_back(mesh: Registered) -> None:
    mesh.apply()
    before, first = mesh.builds(), mesh.table("revenue.revenue_by_country")["storage_location"]
    mesh.domain.rebuild("insert into revenue_by_country values ('FR', 3.5)")
    mesh.domain.publish()
    assert {change for change in mesh.changes() if change[1] in ("table", "files")} == {
        *(("create", "files", name) for name in toy.PORTS),
        *(("update", "table", name) for name in toy.PORTS),
        *(("delete", "files", name) for name in toy.PORTS),
    }
    mesh.apply()
    assert {row[0] for row in rows(mesh.table("revenue.revenue_by_country")["storage_location"])} == {"BE", "FR", "NL"}
    assert len(mesh.builds()) == 3
    assert not mesh.builds() & before
    mesh.in_sync()
    assert mesh.domain.run("product", "rollback", "revenue", "--yes").code == 0
    mesh.apply()
    assert mesh.table("revenue.revenue_by_country")["storage_location"] == first
    assert {row[0] for row in rows(first)} == {"BE", "NL"}
    mesh.in_sync()


def test_deprecation_arrives(mesh: Registered) -> None:
    mesh.apply()
    said = ("--port", "customers.v1", "--on", "2030-01-31", "--replaced-by", "orders")
    assert mesh.domain.run("product", "deprecate", "customer_orders", *said).code == 0
    assert mesh.changes() == {("update", "table", "customer_orders.customers_v1")}
    mesh.apply()
    properties = mesh.table("customer_orders.customers_v1")["properties"]
    assert properties["meshport.status"] == "deprecated"
    assert properties["meshport.deprecation_date"] == "2030-01-31"
    assert properties["meshport.replaced_by"] == "orders"


def test_a_retired_port_goes_and_so_does_a_product(mesh: Registered) -> None:
    mesh.apply()
    with mesh.domain.registry() as registry:
        registry.set_port_status("sales.customer_orders", "orders", "retired", actor="user:test")
    assert mesh.changes() == {
        ("delete", "table", "customer_orders.orders"),
        ("delete", "files", "customer_orders.orders"),
    }
    mesh.apply()
    assert mesh.tables() == {"customer_orders.customers_v1", "revenue.revenue_by_country"}
    with mesh.domain.registry() as registry:
        registry.set_product_status("sales.revenue", "retired", actor="user:test")
    mesh.apply()
    assert mesh.server.ask("GET", f"/schemas/{mesh.catalog}.revenue")[0] == 404
    assert {name.partition("/")[0] for name in mesh.builds()} == {"customer_orders"}
    assert not (mesh.files / "revenue").exists()
    mesh.in_sync()


def test_products_move_to_another_catalog_with_the_same_files(mesh: Registered) -> None:
    mesh.apply()
    before, old = mesh.builds(), mesh.catalog
    mesh.catalog = f"{old}_new"
    mesh.configure(catalog=mesh.catalog)
    mesh.apply()
    assert mesh.tables() == set(toy.PORTS)
    assert mesh.builds() == before
    assert mesh.server.must("GET", f"/schemas?catalog_name={old}")["schemas"] == []
    mesh.in_sync()
