"""Every shared project reads, and reads as `json.loads` sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meshport.artifacts import load_project

# models, seeds, snapshots, data tests, unit tests, sources, exposures, results that are evidence, catalog relations
COUNTS = {
    "jaffle_shop": (13, 0, 0, 27, 3, 6, 0, 43, 19),
    "jaffle_databricks": (14, 0, 1, 26, 3, 6, 0, 0, 21),
    "fixture_dbt_1_12": (39, 3, 2, 65, 4, 13, 2, 0, 17),
    "fixture_dbt_2_0": (38, 3, 2, 65, 4, 13, 2, 62, 16),
    "tuva": (737, 132, 0, 1067, 3, 0, 0, 792, 792),
    "mattermost": (302, 7, 0, 460, 0, 563, 12, 0, 315),
}


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COUNTS)
def test_counts(shared_data: Path, name: str) -> None:
    project = load_project(shared_data / name)
    kinds = [node.resource_type for node in project.nodes.values()]
    units = [test for test in project.tests.values() if test.kind == "unit"]
    assert COUNTS[name] == (
        kinds.count("model"),
        kinds.count("seed"),
        kinds.count("snapshot"),
        len(project.tests) - len(units),
        len(units),
        kinds.count("source"),
        len(project.exposures),
        len(project.results),
        len(project.catalog),
    )
    assert project.foreign_results == 0


@pytest.mark.parametrize("name", COUNTS)
def test_every_node_says_what_the_file_says(shared_data: Path, name: str) -> None:
    project, manifest = load_project(shared_data / name), manifest_of(shared_data / name)
    entries = {**manifest["nodes"], **manifest["sources"]}
    assert project.name == manifest["metadata"]["project_name"]
    assert project.adapter_type == manifest["metadata"]["adapter_type"]
    assert {*project.nodes} == {key for key, entry in entries.items() if entry["resource_type"] not in OTHERS}
    for unique_id, node in project.nodes.items():
        entry = entries[unique_id]
        assert node.resource_type == entry["resource_type"]
        assert (node.database, node.schema, node.name) == (entry["database"], entry["schema"], entry["name"])
        assert node.identifier == entry.get("identifier", entry.get("alias"))
        assert node.relation_name == entry.get("relation_name")
        assert node.path == entry["original_file_path"]
        assert [column.name for column in node.columns] == [each["name"] for each in entry["columns"].values()]
        assert [column.data_type for column in node.columns] == [e.get("data_type") for e in entry["columns"].values()]
        assert node.depends_on == tuple(entry.get("depends_on", {}).get("nodes", ()))
        assert node.compiled_code == entry.get("compiled_code")
        assert node.access == entry.get("access", "protected")
        assert node.materialized == entry["config"].get("materialized")
    for unique_id, test in project.tests.items():
        entry = {**manifest["nodes"], **manifest["unit_tests"]}[unique_id]
        assert (test.name, test.compiled_code) == (entry["name"], entry.get("compiled_code"))


OTHERS = {"test", "operation", "analysis"}


@pytest.mark.parametrize("name", ["fixture_dbt_1_12", "fixture_dbt_2_0"])
def test_versions_contracts_and_tests_of_both_dbts(shared_data: Path, name: str) -> None:
    project = load_project(shared_data / name)
    customers = project.nodes["model.dbt_bouncer_test_project.customers.v3"]
    assert (customers.version, customers.latest_version, customers.access) == ("3", "3", "public")
    assert customers.contract_enforced
    assert customers.primary_key == ("customer_id_pk",)
    assert customers.constraints[0]["type"] == "primary_key"
    assert customers.meta == {"maturity": "gold"}
    assert [column.data_type for column in customers.columns][:2] == ["bigint", "string"]
    kinds = {test.kind for test in project.tests_of("model.dbt_bouncer_test_project.orders")}
    assert {"accepted_values", "not_null", "unit"} <= kinds
    spaced = "dbt_expectations.expect_compound_columns_to_be_unique"
    assert {test.kind for test in project.tests.values()} >= {"singular", spaced}
    exposure = project.exposures["exposure.dbt_bouncer_test_project.customers"]
    assert exposure.owner == {"email": "anna.anderson@example.com", "name": "Anna Anderson"}
    assert exposure.depends_on == ("model.dbt_bouncer_test_project.customers.v3",)


def test_catalog_columns_are_in_the_order_of_the_table(shared_data: Path) -> None:
    project = load_project(shared_data / "jaffle_shop")
    assert project.catalog["model.jaffle_shop.customers"][:3] == (
        ("customer_id", "VARCHAR"),
        ("customer_name", "VARCHAR"),
        ("count_lifetime_orders", "BIGINT"),
    )


def test_a_result_says_when_and_how(shared_data: Path) -> None:
    result = load_project(shared_data / "jaffle_shop").results["model.jaffle_shop.stg_customers"]
    assert result.status == "success"
    assert result.started_at == "2026-11-20T23:03:40.768196Z"
    assert result.completed_at == "2026-11-20T23:03:40.910656Z"
    assert result.relation_name == '"jaffle_shop"."main"."stg_customers"'
    assert result.invocation_id == "73584a61-d3f6-407b-aff8-6f7127004beb"
