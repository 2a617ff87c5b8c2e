"""`meshport inspect` on real projects, none of which declares products."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inspection.conftest import Run

# product: ports
PRODUCTS = {
    "jaffle_shop": {"jaffle_shop": 6},
    "jaffle_databricks": {"jaffle_shop": 7},
    "fixture_dbt_1_12": {"finance": 4, "utilities": 1},
    "fixture_dbt_2_0": {"finance": 4},
    "tuva": {},
    "mattermost": {"common": 2, "data_eng": 2, "marketing": 1, "mattermost_docs": 1, "mlt": 1}
    | {"product": 30, "release": 5, "sales": 7, "web_app": 2},
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_products_in_sight(inspect: Run, shared_data: Path, name: str) -> None:
    ran = inspect(shared_data / name, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    assert {product["name"]: len(product["ports"]) for product in found["products"]} == PRODUCTS[name]
    assert all(product["missing"] == [{"kind": "owner"}] for product in found["products"])


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("output_format", ["text", "markdown"])
def test_every_product_and_port_is_printed(inspect: Run, shared_data: Path, name: str, output_format: str) -> None:
    ran = inspect(shared_data / name, "--format", output_format)
    found = json.loads(inspect(shared_data / name, "--format", "json").out)
    assert ran.code == 0
    for product in found["products"]:
        assert product["name"] in ran.out
        assert all(port["label"] in ran.out for port in product["ports"])


def test_customers_and_orders_of_the_jaffle_shop(inspect: Run, shared_data: Path) -> None:
    found = json.loads(inspect(shared_data / "jaffle_shop", "--format", "json").out)
    ports = {port["label"]: port for port in found["products"][0]["ports"]}
    assert {"customers", "orders"} <= set(ports)
    assert ports["customers"]["key"] == ["customer_id"]
    assert ports["customers"]["can_have_contract"]
    assert {gap["kind"]: gap.get("names", []) for gap in ports["customers"]["missing"]}["classification"] == [
        "customer_name"
    ]
    assert len(ports["orders"]["columns"]) == 18
    assert sum(column.get("declared", True) for column in ports["orders"]["columns"]) == 7


def test_exposures_of_mattermost_make_ports(inspect: Run, shared_data: Path) -> None:
    found = json.loads(inspect(shared_data / "mattermost", "--format", "json").out)
    why = {port["label"]: port["why"] for product in found["products"] for port in product["ports"]}
    manifest = json.loads((shared_data / "mattermost" / "manifest.json").read_text(encoding="utf-8"))
    read = {node.split(".")[-1] for each in manifest["exposures"].values() for node in each["depends_on"]["nodes"]}
    assert len(read) == 26
    assert {label for label, reason in why.items() if reason.startswith("read by ")} == read
    assert why["fct_feature_daily_snapshot"] == "read by feature_usage, hub_community_feature_usage"


def test_one_product_can_be_looked_at_alone(inspect: Run, shared_data: Path) -> None:
    found = json.loads(inspect(shared_data / "mattermost", "--product", "sales", "--format", "json").out)
    assert [product["name"] for product in found["products"]] == ["sales"]
    ran = inspect(shared_data / "mattermost", "--product", "nobody")
    assert ran.code == 4
    assert "one of: common, data_eng" in ran.err
