"""Somebody else writes to the server too: what is ours is healed, what is theirs stays."""

from __future__ import annotations

from typing import Any

import pytest

from meshport.errors import ExitCode
from tests.unity.registered import Registered
from tests.unity.server import Running

pytestmark = pytest.mark.dbt

COLUMN = {"name": "note", "type_text": "string", "type_json": '"string"', "type_name": "STRING", "position": 0}


def make_table(server: Running, name: str, **more: Any) -> None:
    catalog, schema, table = name.split(".")
    body = {"name": table, "catalog_name": catalog, "schema_name": schema, "table_type": "EXTERNAL"}
    location = {"data_source_format": "PARQUET", "storage_location": "file:///tmp/theirs"}
    server.must("POST", "/tables", {**body, **location, "columns": [{**COLUMN, "nullable": True}], **more})


def test_what_was_changed_by_hand_is_shown_and_healed(mesh: Registered) -> None:
    mesh.apply()
    schema = f"/schemas/{mesh.catalog}.customer_orders"
    properties = mesh.schema("customer_orders")["properties"]
    hacked = {**properties, "meshport.tier": "bronze", "cost_center": "42"}
    mesh.server.must("PATCH", schema, {"comment": "hacked", "properties": hacked})
    mesh.server.must("DELETE", f"/tables/{mesh.catalog}.revenue.revenue_by_country")
    next(mesh.files.glob("customer_orders/orders/*/data.parquet")).unlink()
    plan = mesh.plan()
    found = {each["subject"].partition(".")[2]: each for each in plan["changes"]}
    assert {name: (each["action"], each["drift"]) for name, each in found.items()} == {
        "customer_orders": ("update", True),
        "revenue.revenue_by_country": ("create", True),
        "customer_orders.orders": ("create", True),
    }
    changed = [(f["field"], f["old"], f["new"]) for f in found["customer_orders"]["fields"]]
    assert changed == [
        ("comment", "hacked", "Customers and what they ordered."),
        ("meshport.tier", "bronze", "gold"),
    ]
    text = mesh.domain.run("unity", "plan").out
    assert "drift: removed by somebody else" in text
    assert "3 of these are drift: changed by somebody else." in text
    assert f"Foreign, left alone: property cost_center of {mesh.catalog}.customer_orders" in text
    mesh.apply()
    assert mesh.schema("customer_orders")["properties"] == {**properties, "cost_center": "42"}
    assert mesh.tables() == {"customer_orders.customers_v1", "customer_orders.orders", "revenue.revenue_by_country"}
    mesh.in_sync()


def test_tables_of_others_in_our_schemas_are_listed_and_stay(mesh: Registered) -> None:
    mesh.apply()
    make_table(mesh.server, f"{mesh.catalog}.revenue.side_table")
    assert mesh.plan()["foreign"] == [f"{mesh.catalog}.revenue.side_table"]
    mesh.in_sync()
    with mesh.domain.registry() as registry:
        registry.set_product_status("sales.revenue", "retired", actor="user:test")
    done = mesh.apply()
    assert f"{mesh.catalog}.revenue stays: side_table is somebody else's" in done.out
    assert "revenue.side_table" in mesh.tables()
    assert "revenue.revenue_by_country" not in mesh.tables()
    again = mesh.domain.run("unity", "plan")
    assert again.code == 0
    assert mesh.changes() == set()


def test_what_others_have_on_a_table_survives_its_being_made_anew(mesh: Registered) -> None:
    """The server has no way to change a table: deleting its registration takes grants and properties along."""
    mesh.server.add_user("ann@example.com")
    mesh.apply()
    name = "customer_orders.customers_v1"
    mesh.server.grant("table", f"{mesh.catalog}.{name}", "ann@example.com", "MODIFY", "SELECT")
    before = mesh.table(name)
    mesh.server.must("DELETE", f"/tables/{mesh.catalog}.{name}")
    # Somebody who knows our marks makes it again, with more on it.
    body = {k: before[k] for k in ("comment", "columns", "storage_location")}
    make_table(mesh.server, f"{mesh.catalog}.{name}", **body, properties={**before["properties"], "theirs": "stays"})
    mesh.server.grant("table", f"{mesh.catalog}.{name}", "ann@example.com", "MODIFY", "SELECT")
    said = ("--port", "customers.v1", "--on", "2030-01-31")
    assert mesh.domain.run("product", "deprecate", "customer_orders", *said).code == 0
    assert mesh.changes() == {("update", "table", name)}
    mesh.apply()
    assert mesh.table(name)["properties"]["theirs"] == "stays"
    assert mesh.table(name)["properties"]["meshport.status"] == "deprecated"
    assert mesh.server.granted("table", f"{mesh.catalog}.{name}") == {"ann@example.com": {"MODIFY", "SELECT"}}
    mesh.in_sync()


@pytest.mark.parametrize("what", ["schema", "table"])
def test_what_stands_at_a_products_place_is_never_taken_over(mesh: Registered, what: str) -> None:
    server, catalog = mesh.server, mesh.catalog
    if what == "table":
        mesh.apply()
        server.must("DELETE", f"/tables/{catalog}.revenue.revenue_by_country")
        make_table(server, f"{catalog}.revenue.revenue_by_country")
    else:
        server.must("POST", "/catalogs", {"name": catalog, "comment": "theirs"})
        server.must("POST", "/schemas", {"name": "revenue", "catalog_name": catalog})
    done = mesh.apply(code=ExitCode.BLOCKED)
    assert f"a {what} that meshport did not make stands there" in done.out
    # The other product is registered, theirs is as it was.
    assert "customer_orders.customers_v1" in mesh.tables()
    if what == "table":
        assert [column["name"] for column in mesh.table("revenue.revenue_by_country")["columns"]] == ["note"]
    else:
        assert not mesh.schema("revenue")["properties"]
        assert server.must("GET", f"/catalogs/{catalog}")["comment"] == "theirs"
    assert mesh.changes(ExitCode.BLOCKED) == set()
