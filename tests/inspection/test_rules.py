"""Which models are ports, of which product, and what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from meshport.artifacts import Node
from meshport.artifacts import Test as DbtTest
from meshport.inspection import Inspection, inspect_project
from meshport.inspection.columns import suggestion
from meshport.inspection.grouping import identifier, title
from meshport.standards import load_standards
from tests.inspection.builders import columns, exposure, group, model, project


def survey(*nodes: Node, **sections: Any) -> Inspection:
    return inspect_project(project(*nodes, **sections), load_standards())


def ports(inspection: Inspection) -> dict[str, str]:
    return {port.label: product.name for product in inspection.products for port in product.ports}


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (model("orders", "marts/sales"), "it is in marts"),
        (model("orders", "01_gold"), "it is in gold"),
        (model("orders", "sales", access="public", materialized="view"), "its access is public"),
        (model("stg_orders", "staging", access="public"), "its access is public"),
        (model("orders", "sales", materialized="incremental"), "no model reads it"),
    ],
)
def test_models_that_could_be_ports(node: Node, why: str) -> None:
    [product] = survey(node).products
    assert [port.why for port in product.ports] == [why]


@pytest.mark.parametrize(
    "node",
    [
        model("orders", "sales", materialized="view"),
        model("orders", "marts", materialized="ephemeral", access="public"),
        model("orders", "staging"),
        model("orders", "marts/intermediate"),
        model("stg_orders", "marts"),
        model("metricflow_time_spine", "marts"),
        model("orders", "marts", package_name="a_package"),
    ],
)
def test_models_that_are_no_ports(node: Node) -> None:
    assert survey(node).products == ()


def test_a_model_that_others_read_is_none_unless_something_outside_reads_it_too() -> None:
    orders, report = model("orders", "core"), model("report", "core", depends_on=("model.shop.orders",))
    assert ports(survey(orders, report)) == {"report": "core"}
    read = survey(orders, report, exposures=[exposure("board", "model.shop.orders")])
    assert ports(read) == {"orders": "core", "report": "core"}
    assert read.products[0].ports[0].why == "read by board"


def test_products_are_groups_then_areas_then_the_project() -> None:
    nodes = [
        model("a", "marts/sales/deep"),
        model("b", "marts"),
        model("c", "finance/marts"),
        model("d", "marts/sales", group="crm"),
        model("e", 'marts/Ventes d\'"été"; drop table x --'),
    ]
    found = survey(*nodes, groups=[group("crm")])
    assert ports(found) == {"a": "sales", "b": "shop", "c": "shop", "d": "crm", "e": "ventes_d_été_drop_table_x"}
    assert {p.name: (p.source, [str(gap) for gap in p.missing]) for p in found.products}["crm"] == ("group", [])
    assert {p.name: (p.source, [str(gap) for gap in p.missing]) for p in found.products}["sales"] == (
        "folder",
        ["owner"],
    )


def test_a_declared_product_is_shown_as_declared_and_nothing_is_added_to_it() -> None:
    crm = group("crm", meta={"data_product": {"title": "CRM"}})
    empty = group("empty", meta={"data_product": True})
    public, internal = model("a", group="crm", access="public"), model("b", group="crm")
    found = survey(public, internal, groups=[crm, empty])
    assert ports(found) == {"a": "crm"}
    assert [(p.name, p.source, len(p.ports)) for p in found.products] == [
        ("crm", "declared", 1),
        ("empty", "declared", 0),
    ]
    assert found.products[0].ports[0].declared


def test_versions_are_ports_of_their_own() -> None:
    versions = [
        model("a", unique_id=f"model.shop.a.v{v}", version=v, fqn=("shop", "marts", "crm", "a", f"v{v}")) for v in "12"
    ]
    assert ports(survey(*versions)) == {"a.v1": "crm", "a.v2": "crm"}


def test_what_is_missing() -> None:
    node = model("a", columns=columns(id="bigint", email=None, gone=None))
    catalog = {"model.shop.a": (("ID", "BIGINT"), ("Email", "VARCHAR"), ("is_valid_email", "BOOLEAN"), ("n", "INT"))}
    [port] = survey(node, catalog=catalog).products[0].ports
    assert [str(gap) for gap in port.missing] == [
        "description",
        "contract",
        "tests",
        "key",
        "columns (2)",
        "types (4)",
        "stale columns (1)",
        "classification (1)",
    ]
    assert {column.name: (column.declared, column.type) for column in port.columns} == {
        "id": (True, "bigint"),
        "email": (True, "VARCHAR"),
        "gone": (True, None),
        "is_valid_email": (False, "BOOLEAN"),
        "n": (False, "INT"),
    }
    assert not port.can_have_contract


@pytest.mark.parametrize(
    ("changes", "possible"),
    [
        ({}, True),
        ({"materialized": "view"}, True),
        ({"materialized": "dynamic_table"}, False),
        ({"path": "models/marts/a.py"}, False),
        ({"columns": ()}, False),
        ({"columns": columns(id="bigint", n=None)}, False),
    ],
)
def test_a_contract_is_possible_where_dbt_can_enforce_it_and_all_types_are_known(
    changes: dict[str, Any], possible: bool
) -> None:
    [port] = survey(model("a", **{"columns": columns(id="bigint"), **changes})).products[0].ports
    assert port.can_have_contract is possible


def test_the_key_is_dbts_primary_key_else_a_unique_column() -> None:
    tested = model("a")
    unique = DbtTest(unique_id="test.shop.u", name="u", kind="unique", column="id", attached_node="model.shop.a")
    found = survey(tested, model("b", primary_key=("x", "y")), tests=[unique]).products[0].ports
    assert [(port.label, port.key, port.tests) for port in found] == [("a", ("id",), 1), ("b", ("x", "y"), 0)]


@pytest.mark.parametrize(
    ("name", "data_type", "expected"),
    [
        ("EMAIL", None, "pii.email"),
        ("contact_email", "VARCHAR", "pii.email"),
        ("national_id", "VARCHAR", "pii.national_id"),
        ("customer_name", None, "pii.name"),
        ("is_valid_email", None, None),
        ("email", "BOOLEAN", None),
        ("amount", "DOUBLE", None),
    ],
)
def test_classifications_are_suggested_by_the_standards(name: str, data_type: str | None, expected: str | None) -> None:
    assert suggestion(load_standards(), name, data_type) == expected


def test_names_of_the_catalog_of_snowflake_are_written_as_people_do() -> None:
    node = model("a")
    catalog = {node.unique_id: (("EMAIL", "TEXT"), ("MixedCase", "TEXT"))}
    [port] = survey(node, catalog=catalog, adapter_type="snowflake").products[0].ports
    assert [column.name for column in port.columns] == ["email", "MixedCase"]


def test_identifiers_and_titles() -> None:
    assert [identifier(text) for text in ("Customer 360", "--", "x'y\"z")] == ["customer_360", "product", "x_y_z"]
    assert title("customer_360") == "Customer 360"
