"""`meshport lineage`, as people run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from meshport.cli import cli
from meshport.errors import InputError
from tests.lineage.projects import node, source, write

RAW = "source.shop.raw"
STAGING = node("stg", 'select id, lower(email) as email, amount from "db"."main"."raw"', reads=(RAW,))
ORDERS = node(
    "orders",
    "select id, email as contact, amount * 2 as twice from db.main.stg where amount > 0",
    reads=("model.shop.stg",),
    group="sales",
    access="public",
)
REPORT = node(
    "report",
    "select contact, count(*) as n from db.main.orders where twice > 9 group by contact",
    reads=("model.shop.orders",),
)
SECTIONS: dict[str, Any] = {
    "groups": {
        "group.shop.sales": {
            "name": "sales",
            "package_name": "shop",
            "owner": {"name": "Sales", "email": "sales@example.com"},
            "config": {"meta": {"data_product": True}},
        }
    },
    "exposures": {
        "exposure.shop.board": {
            "name": "board",
            "type": "dashboard",
            "owner": {"name": "Bea"},
            "depends_on": {"nodes": ["model.shop.report"]},
        }
    },
}
RAW_SOURCE = source("raw", "id", "email", "amount")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("MESHPORT_REGISTRY", str(tmp_path / "registry.db"))
    write(tmp_path / "target", RAW_SOURCE, STAGING, ORDERS, REPORT, **SECTIONS)

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(cli, ["lineage", *arguments, "--project-dir", str(tmp_path)])
        if isinstance(result.exception, Exception) and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def test_show_up(run: Callable[..., Result]) -> None:
    result = run("show", "orders.contact")
    lines = result.stdout.splitlines()
    assert lines[0] == "orders.contact = stg.email"
    assert "stg.email" in lines[3]
    assert "copy" in lines[3]
    assert any("raw.email" in line and "mod" in line for line in lines)
    assert "resolved" in result.stderr


def test_show_down_as_json(run: Callable[..., Result]) -> None:
    found = json.loads(run("show", "raw.amount", "--down", "--format", "json").stdout)
    assert {(step["node"], step["column"], step["kind"]) for step in found["steps"]} == {
        ("model.shop.stg", "amount", "copy"),
        ("model.shop.orders", "twice", "mod"),
        ("model.shop.orders", None, "scan"),
        ("model.shop.report", None, "scan"),
    }
    assert found["coverage"]["unresolved"] == 0


def test_rows_are_followed_when_asked(run: Callable[..., Result]) -> None:
    found = json.loads(run("show", "raw.amount", "--down", "--rows", "--format", "json").stdout)
    assert ("model.shop.report", "contact") in {(step["node"], step["column"]) for step in found["steps"]}


def test_depth(run: Callable[..., Result]) -> None:
    found = json.loads(run("show", "orders", "--depth", "1", "--format", "json").stdout)
    assert {step["depth"] for step in found["steps"]} == {1}


def test_show_as_a_diagram(run: Callable[..., Result]) -> None:
    text = run("show", "orders.twice", "--format", "mermaid").stdout
    assert text.startswith("flowchart LR\n")
    assert '["stg"]' in text
    assert "-- changed -->" in text


@pytest.mark.parametrize(
    ("name", "hint"),
    [("ordres.twice", "orders"), ("orders.twise", "twice"), ("nothing", "name a model")],
)
def test_a_name_that_is_not_there(run: Callable[..., Result], name: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        run("show", name)
    assert hint in (error.value.hint or "")


def test_strict_fails_on_a_blind_spot(run: Callable[..., Result], tmp_path: Path) -> None:
    assert run("show", "orders", "--strict").exit_code == 0
    write(tmp_path / "target", RAW_SOURCE, {**STAGING, "compiled_code": None}, ORDERS, REPORT)
    assert run("show", "orders", "--strict").exit_code == 3


def changed(folder: Path) -> Path:
    """The state before: `email` was not lowered, `contact` had another name, the filter another limit."""
    before = "select id, email, amount from db.main.raw"
    orders = {**ORDERS, "compiled_code": "select id, email as mail, amount * 2 as twice from db.main.stg"}
    sql = "select mail as contact, count(*) as n from db.main.orders where twice > 9 group by mail"
    report = {**REPORT, "compiled_code": sql}
    return write(folder, RAW_SOURCE, {**STAGING, "compiled_code": before}, orders, report)


def test_impact_names_everything_below(run: Callable[..., Result], tmp_path: Path) -> None:
    state = changed(tmp_path / "main")
    found = json.loads(run("impact", "--state", str(state), "--format", "json").stdout)
    changes = {(change["node"], change["column"], change["what"]) for change in found["changes"]}
    assert changes == {
        ("model.shop.stg", "email", "changed"),
        ("model.shop.orders", "mail", "removed"),
        ("model.shop.orders", "contact", "added"),
        ("model.shop.orders", "", "rows"),
        ("model.shop.report", "contact", "changed"),
        ("model.shop.report", "", "rows"),
    }
    nodes = {each["name"]: each for each in found["nodes"]}
    assert nodes["orders"]["columns"] == ["contact"]
    assert nodes["orders"]["owner"] == "Sales <sales@example.com>"
    assert nodes["report"]["how"] == "reads what is gone"
    assert [(each["name"], each["owner"]) for each in found["exposures"]] == [("board", "Bea")]


def test_impact_of_another_environment_is_nothing(run: Callable[..., Result], tmp_path: Path) -> None:
    def moved(each: dict[str, Any]) -> dict[str, Any]:
        sql = (each["compiled_code"] or "").replace("db.main", "prod.live").replace('"db"."main"', '"prod"."live"')
        place = {"database": "prod", "schema": "live", "relation_name": f'"prod"."live"."{each["name"]}"'}
        return {**each, "compiled_code": sql or None, **place}

    state = write(tmp_path / "main", *map(moved, (RAW_SOURCE, STAGING, ORDERS, REPORT)))
    assert json.loads(run("impact", "--state", str(state), "--format", "json").stdout)["changes"] == []


def test_impact_of_a_column_that_may_change(run: Callable[..., Result]) -> None:
    found = json.loads(run("impact", "--column", "raw.id", "--format", "json").stdout)
    assert {each["name"] for each in found["nodes"]} == {"stg", "orders"}
    assert "| stg |" in run("impact", "--column", "raw.email", "--format", "markdown").stdout


def test_impact_needs_something_to_compare_with(run: Callable[..., Result]) -> None:
    with pytest.raises(InputError, match="nothing to compare"):
        run("impact")


def test_impact_reaches_products_subscribers_and_other_domains(tmp_path: Path) -> None:
    """With a domain and a registry: the product, who subscribed to it, and the product of another domain that reads it."""
    from meshport.artifacts import load_project
    from meshport.lineage import column_lineage
    from meshport.lineage.changes import ColumnChange
    from meshport.lineage.impact import Mesh, impact
    from meshport.mesh import Mesh as MeshFile
    from meshport.model import Contract, Owner, Port, Product, Relation, Upstream
    from meshport.products import derive
    from meshport.standards import load_standards

    read = load_project(write(tmp_path / "target", RAW_SOURCE, STAGING, ORDERS, REPORT, **SECTIONS))
    products = [item.product for item in derive(read, MeshFile(domain="shop"), load_standards())]
    place = Relation("x", "y", "z")
    reader = Port(
        name="spend",
        unique_id="model.crm.spend",
        source=place,
        relation=place,
        contract=Contract(enforced=True),
        upstream=(Upstream("model.shop.orders", "model", None, "shop.sales"),),
    )
    other = Product(domain="crm", name="crm360", title="CRM", owner=Owner(name="Cara"), ports=(reader,))
    found = impact(
        read,
        column_lineage(read),
        products,
        [ColumnChange("source.shop.raw", "email", "changed")],
        Mesh({"crm.crm360": other}, {"shop.sales": ["ann@example.com"]}),
    )
    (product,) = found.products
    assert (product.key, product.ports, product.subscribers) == ("shop.sales", ("orders",), ("ann@example.com",))
    assert [(each.key, each.owner, each.ports) for each in product.readers] == [("crm.crm360", "Cara", ("spend",))]
