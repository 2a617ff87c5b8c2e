"""What column lineage says, as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshport.artifacts import load_project
from meshport.lineage import ColumnLineage, Lineage, NodeLineage, Origin
from meshport.mesh import Mesh
from meshport.products import derive
from meshport.standards import load_standards
from tests.artifacts.builders import Write, manifest, model
from tests.information_schema.asking import ask, sources

ORDERS, REPORT = "model.shop.orders", "model.shop.report"
GROUP = {
    "name": "sales",
    "package_name": "shop",
    "owner": {"name": "Ann"},
    "config": {"meta": {"data_product": True}},
}
LINEAGE = Lineage(
    {
        REPORT: NodeLineage(
            REPORT,
            columns=(
                ColumnLineage("email", "", (Origin(ORDERS, "email", "copy"),)),
                ColumnLineage("total", "", (Origin(ORDERS, "amount", "mod"),)),
            ),
            scans=(Origin(ORDERS, "country", "scan"),),
            foreign=("raw.events",),
        )
    }
)


@pytest.fixture
def folder(write: Write) -> Path:
    def column(name: str, **meta: Any) -> dict[str, Any]:
        return {"name": name, "data_type": "varchar", "config": {"meta": meta}}

    orders = model(
        name="orders",
        alias="orders",
        columns={"email": column("email", classification="pii.email"), "amount": column("amount")},
        compiled_code="select email, amount, country from (values ('a@b.c', 1, 'NL')) as t (email, amount, country)",
    )
    report = model(
        name="report",
        alias="report",
        group="sales",
        access="public",
        contract={"enforced": True},
        columns={"email": column("email"), "total": column("total")},
        depends_on={"nodes": [ORDERS]},
        compiled_code="select email, sum(amount) + 1 as total from shop.main.orders where country = 'NL' group by email",
    )
    content = manifest(nodes={ORDERS: orders, REPORT: report}, groups={"group.shop.sales": GROUP})
    content["metadata"] |= {"adapter_type": "duckdb", "generated_at": "2026-11-20T10:00:00Z"}
    return write(manifest=content)


def test_edges_between_columns(folder: Path) -> None:
    """Every column depends on what decides which rows there are."""
    rows = ask(sources(folder, lineage=lambda: LINEAGE), "select * from dbt.column_lineage")
    assert {(row["parent_column_name"], row["child_column_name"], row["evolution"]) for row in rows} == {
        ("email", "email", "copy"),
        ("country", "email", "scan"),
        ("amount", "total", "mod"),
        ("country", "total", "scan"),
    }
    assert {(row["parent_node_unique_id"], row["child_node_unique_id"]) for row in rows} == {(ORDERS, REPORT)}
    assert len(rows) == 4
    assert {row["ingested_at"].isoformat() for row in rows} == {"2026-11-20T10:00:00+00:00"}


def test_relations_that_are_no_node(folder: Path) -> None:
    assert ask(sources(folder, lineage=lambda: LINEAGE), "select * from mesh.foreign_relations") == [
        {"node_unique_id": REPORT, "relation": "raw.events"}
    ]


def test_formulas(folder: Path) -> None:
    rows = ask(folder, f"select * from mesh.column_formulas where node_unique_id = '{REPORT}'")
    found = {row["column_name"]: row for row in rows}
    assert "SUM" in found["total"]["formula"].upper()
    assert {row["status"] for row in rows} == {"resolved"}


def test_a_classified_column_that_reaches_a_port(folder: Path) -> None:
    def declared() -> Any:
        return derive(load_project(folder), Mesh(domain="shop"), load_standards())

    rows = ask(sources(folder, declared=declared), "select * from mesh.exposed_columns")
    assert rows == [
        {
            "product_key": "shop.sales",
            "port": "report",
            "column_name": "email",
            "classification": "pii.email",
            "origin_node_unique_id": ORDERS,
            "origin_column": "email",
            "path": "orders.email → report.email",
        }
    ]


def test_lineage_is_not_asked_for_where_no_table_needs_it(folder: Path) -> None:
    def never() -> Lineage:
        raise AssertionError

    assert len(ask(sources(folder, lineage=never), "select * from dbt.models, dbt.node_columns, mesh.node_columns")) > 0
