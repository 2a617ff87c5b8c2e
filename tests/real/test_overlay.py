"""Products declared over real projects: counts, ports, columns, masks, and gates that block where nothing was shown."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from meshport.cli import cli
from meshport.errors import ExitCode, InputError
from tests.real.overlay import overlay

PRODUCTS = {
    "jaffle_shop": {"sales": ["orders", "order_items"], "people": ["customers"], "places": ["locations"]},
    "fixture_dbt_1_12": {"shop": ["orders", "customers.v1", "customers.v2"]},
    "fixture_dbt_2_0": {"shop": ["orders", "customers.v1", "customers.v2"]},
    "tuva": {"clinical": ["patient", "encounter", "condition"], "membership": ["eligibility"]},
    "mattermost": {"accounts": ["dim_self_serve_customers", "sync_lead_account_link"]},
    "jaffle_databricks": {"sales": ["orders", "order_items"]},
}


def planned(shared_data: Path, folder: Path, name: str, products: dict[str, list[str]] | None = None) -> Any:
    """Run `meshport plan` over a project's artifacts and return its exit code and its JSON."""
    artifacts = overlay(shared_data / name, folder / "artifacts", PRODUCTS[name] if products is None else products)
    (folder / "mesh.yml").write_text(f"domain: {name}\n")
    words = ["plan", "--project-dir", str(folder), "--artifacts", str(artifacts), "--format", "json"]
    done = CliRunner().invoke(cli, [*words, "--registry", str(folder / "registry.db")])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, json.loads(done.stdout)


def blocked(product: dict[str, Any]) -> Counter[str]:
    """Count a planned product's blocked gates by name."""
    return Counter(gate["name"] for gate in product["gates"] if not gate["passed"])


@pytest.mark.parametrize("name", sorted(PRODUCTS))
def test_the_artifacts_as_they_are_declare_nothing(shared_data: Path, tmp_path: Path, name: str) -> None:
    code, plan = planned(shared_data, tmp_path, name, products={})
    assert (code, plan["products"]) == (ExitCode.OK, [])


@pytest.mark.parametrize("name", sorted(PRODUCTS))
def test_every_declared_model_is_a_port_with_its_real_columns(shared_data: Path, tmp_path: Path, name: str) -> None:
    _, plan = planned(shared_data, tmp_path, name)
    catalog = json.loads((shared_data / name / "catalog.json").read_bytes())["nodes"]
    found = {item["product"]["name"]: item["product"] for item in plan["products"]}
    assert {key: len(models) for key, models in PRODUCTS[name].items()} == {
        key: len(product["ports"]) for key, product in found.items()
    }
    for product in found.values():
        for port in product["ports"]:
            real = sorted(catalog[port["unique_id"]]["columns"].values(), key=lambda column: column["index"])
            assert [column["name"] for column in port["contract"]["columns"]] == [column["name"] for column in real]
            assert port["relation"]["schema"] == product["name"]


def test_a_project_that_was_built_and_tested_is_ready_to_publish(shared_data: Path, tmp_path: Path) -> None:
    code, plan = planned(shared_data, tmp_path, "jaffle_shop")
    assert code == ExitCode.OK
    assert [blocked(product) for product in plan["products"]] == [Counter()] * 3
    sales = next(item for item in plan["products"] if item["product"]["name"] == "sales")
    assert {result["status"] for results in sales["evidence"].values() for result in results} == {"pass"}
    assert sum(len(results) for results in sales["evidence"].values()) == len(
        [gate for gate in sales["gates"] if gate["name"] == "tests"]
    )


def test_tests_that_were_not_run_block(shared_data: Path, tmp_path: Path) -> None:
    """`tuva` was built with `--exclude-resource-type test`."""
    code, plan = planned(shared_data, tmp_path, "tuva")
    rules = {
        item["product"]["name"]: sum(len(port["contract"].get("rules", [])) for port in item["product"]["ports"])
        for item in plan["products"]
    }
    assert code == ExitCode.BLOCKED
    assert rules == {"clinical": 0, "membership": 1}
    assert {item["product"]["name"]: blocked(item)["tests"] for item in plan["products"]} == rules


@pytest.mark.parametrize("name", ["mattermost", "jaffle_databricks", "fixture_dbt_1_12"])
def test_models_without_a_real_run_block(shared_data: Path, tmp_path: Path, name: str) -> None:
    """`mattermost` was only compiled, `fixture_dbt_1_12` documented, `jaffle_databricks` has no run results."""
    code, plan = planned(shared_data, tmp_path, name)
    assert code == ExitCode.BLOCKED
    for item in plan["products"]:
        assert blocked(item)["built"] == len(item["product"]["ports"])


def test_classified_columns_are_planned_with_masks(shared_data: Path, tmp_path: Path) -> None:
    _, plan = planned(shared_data, tmp_path, "mattermost")
    (accounts,) = plan["products"]
    masks = {
        column["name"]: column["mask"]["name"]
        for port in accounts["product"]["ports"]
        for column in port["contract"]["columns"]
        if "mask" in column
    }
    assert masks == {"EMAIL": "email", "LEAD_EMAIL": "email"}


def test_a_plan_needs_no_workspace_and_says_what_it_does_not_know(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABRICKS_HOST", raising=False)
    artifacts = overlay(shared_data / "jaffle_databricks", tmp_path / "artifacts", PRODUCTS["jaffle_databricks"])
    (tmp_path / "mesh.yml").write_text("domain: jaffle\n")
    words = ["--project-dir", str(tmp_path), "--artifacts", str(artifacts), "--registry", str(tmp_path / "r.db")]
    planned = CliRunner().invoke(cli, ["plan", *words])
    assert "DATABRICKS_HOST is not set: what is published there is not known" in planned.stderr
    published = CliRunner().invoke(cli, ["publish", "--yes", *words])
    assert isinstance(published.exception, InputError)
    assert published.exception.message == "DATABRICKS_HOST is not set"
