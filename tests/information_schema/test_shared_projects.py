"""Every row and value of the tables is that of the artifacts, read here a second time and in another way."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.information_schema.asking import ask

PROJECTS = ("fixture_dbt_1_12", "fixture_dbt_2_0", "jaffle_databricks", "jaffle_shop", "mattermost", "tuva")
DAG = ("model", "seed", "source", "snapshot", "analysis", "function", "test", "unit_test", "metric", "exposure")
SECTIONS = ("nodes", "sources", "exposures", "metrics", "unit_tests", "saved_queries", "semantic_models", "functions")


class Artifacts:
    """A folder of artifacts, read with the standard library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = self._read("manifest")
        self.catalog = self._read("catalog")
        self.results = self._read("run_results")

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def of(self, kind: str, section: str = "nodes") -> dict[str, dict[str, Any]]:
        entries = self.manifest.get(section) or {}
        return {key: entry for key, entry in entries.items() if key.startswith(f"{kind}.")}


@pytest.fixture(scope="module", params=PROJECTS)
def artifacts(request: pytest.FixtureRequest, shared_data: Path) -> Artifacts:
    return Artifacts(shared_data / request.param)


def index(column: dict[str, Any]) -> int:
    return int(column["index"])


def same_json(text: str | None, value: Any) -> bool:
    return (None if text is None else json.loads(text)) == value


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("models", "model"),
        ("seeds", "seed"),
        ("snapshots", "snapshot"),
        ("hooks", "operation"),
        ("analyses", "analysis"),
    ],
)
def test_nodes(artifacts: Artifacts, table: str, kind: str) -> None:
    declared = artifacts.of(kind)
    rows = ask(artifacts.folder, f"select * from dbt.{table}")
    assert {row["unique_id"] for row in rows} == declared.keys()
    assert len(rows) == len(declared)
    for row in rows:
        entry = declared[row["unique_id"]]
        config = entry.get("config") or {}
        for key in ("name", "resource_type", "package_name", "original_file_path", "alias", "description", "raw_code"):
            assert row[key] == entry.get(key), key
        for key in ("compiled_code", "compiled_path", "relation_name", "deprecation_date", "fqn"):
            assert row[key] == entry.get(key), key
        assert row["database_name"] == entry["database"]
        assert row["schema_name"] == entry["schema"]
        assert row["identifier"] == entry["alias"]
        assert row["node_language"] == entry.get("language")
        assert row["enabled"] is True
        assert row["materialized"] == config.get("materialized")
        assert row["incremental_strategy"] == config.get("incremental_strategy")
        assert row["full_refresh"] == config.get("full_refresh")
        assert row["access"] == (config.get("access") or entry.get("access"))
        assert row["group"] == (config.get("group") or entry.get("group"))
        assert row["version"] == (None if entry.get("version") is None else str(entry["version"]))
        assert row["primary_key"] == (entry.get("primary_key") or [])
        assert row["tags"] == (config.get("tags") or entry.get("tags") or [])
        assert row["properties_yml_file_path"] == entry.get("patch_path")
        assert row["contract_enforced"] == bool((entry.get("contract") or {}).get("enforced"))
        assert same_json(row["config"], entry.get("config"))
        assert same_json(row["meta"], config.get("meta", entry.get("meta")))
        assert same_json(row["constraints"], entry.get("constraints"))
        assert same_json(row["grants"], config.get("grants"))
        assert same_json(row["pre_hook"], config.get("pre-hook", config.get("pre_hook")))
        assert row["grain"] is None


def test_sources(artifacts: Artifacts) -> None:
    declared = artifacts.of("source", "sources")
    rows = ask(artifacts.folder, "select * from dbt.sources")
    assert {row["unique_id"] for row in rows} == declared.keys()
    for row in rows:
        entry = declared[row["unique_id"]]
        for key in ("name", "source_name", "source_description", "loader", "loaded_at_field", "identifier"):
            assert row[key] == entry.get(key), key
        assert same_json(row["freshness"], entry.get("freshness"))
        assert same_json(row["external"], entry.get("external"))


def test_data_tests(artifacts: Artifacts) -> None:
    declared = artifacts.of("test")
    rows = ask(artifacts.folder, "select * from dbt.data_tests")
    assert {row["unique_id"] for row in rows} == declared.keys()
    for row in rows:
        entry = declared[row["unique_id"]]
        generic = entry.get("test_metadata") or {}
        kwargs = generic.get("kwargs") or {}
        assert row["test_name"] == generic.get("name")
        assert row["test_definition_package"] == generic.get("namespace")
        assert same_json(row["arguments"], generic.get("kwargs"))
        assert row["column_name"] == (entry.get("column_name") or kwargs.get("column_name"))
        assert row["node_unique_id"] == entry.get("attached_node")
        for key in ("severity", "warn_if", "error_if", "fail_calc", "where"):
            assert row[key] == entry["config"].get(key), key
        assert row["limit"] == entry["config"].get("limit")


def test_other_resources(artifacts: Artifacts) -> None:
    for table, section, kind in (
        ("unit_tests", "unit_tests", "unit_test"),
        ("macros", "macros", "macro"),
        ("groups", "groups", "group"),
        ("exposures", "exposures", "exposure"),
        ("metrics", "metrics", "metric"),
        ("docs_blocks", "docs", "doc"),
        ("saved_queries", "saved_queries", "saved_query"),
        ("semantic_models", "semantic_models", "semantic_model"),
    ):
        declared = artifacts.of(kind, section)
        rows = ask(artifacts.folder, f"select * from dbt.{table}")
        assert {row["unique_id"] for row in rows} == declared.keys()
        for row in rows:
            entry = declared[row["unique_id"]]
            assert row["name"] == entry["name"]
            assert row.get("description") == (None if table == "docs_blocks" else entry.get("description"))
            assert row["original_file_path"] == entry["original_file_path"]
            if "depends_on" in row:
                assert row["depends_on"] == entry["depends_on"]["nodes"]
            if "config" in row:
                assert same_json(row["config"], entry.get("config"))
            if table == "macros":
                assert (row["macro_sql"], row["depends_on_macros"]) == (
                    entry["macro_sql"],
                    entry["depends_on"]["macros"],
                )
            if table == "docs_blocks":
                assert row["content"] == entry["block_contents"]


def test_the_semantic_layer(artifacts: Artifacts) -> None:
    for table, key in (("entities", "entities"), ("measures", "measures"), ("dimensions", "dimensions")):
        declared = [
            (model, each["name"], each.get("description"), each.get("expr"))
            for model, entry in (artifacts.manifest.get("semantic_models") or {}).items()
            for each in entry.get(key) or ()
        ]
        rows = ask(artifacts.folder, f"select unique_id, name, description, expr from dbt.semantic_{table}")
        assert sorted(map(str, declared)) == sorted(str(tuple(row.values())) for row in rows)


def test_the_graph(artifacts: Artifacts) -> None:
    ids = [key for section in SECTIONS for key in artifacts.manifest.get(section) or {} if key.split(".")[0] in DAG]
    nodes = ask(artifacts.folder, "select unique_id, resource_type from dbt.dag_nodes")
    assert sorted(row["unique_id"] for row in nodes) == sorted(ids)
    assert all(row["unique_id"].startswith(f"{row['resource_type']}.") for row in nodes)
    declared = {
        (parent, child)
        for section in SECTIONS
        for child, entry in (artifacts.manifest.get(section) or {}).items()
        for parent in (entry.get("depends_on") or {}).get("nodes") or ()
    }
    edges = ask(artifacts.folder, "select parent_unique_id, child_unique_id from dbt.edges")
    assert {tuple(row.values()) for row in edges} == declared
    assert len(edges) == len(declared)


def test_columns(artifacts: Artifacts) -> None:
    nodes = {**artifacts.manifest["nodes"], **artifacts.manifest["sources"]}
    declared = {
        (key, name.lower()): column
        for key, entry in nodes.items()
        if not key.startswith("test.")
        for name, column in (entry.get("columns") or {}).items()
    }
    tables = {**artifacts.catalog.get("nodes", {}), **artifacts.catalog.get("sources", {})}
    real = {(key, name.lower()): column for key, table in tables.items() for name, column in table["columns"].items()}
    rows = ask(artifacts.folder, "select * from dbt.node_columns")
    found = {(row["node_unique_id"], row["column_name"].lower()): row for row in rows}
    assert found.keys() == declared.keys() | real.keys()
    assert len(rows) == len(found)
    for place, row in found.items():
        column, actual = declared.get(place, {}), real.get(place, {})
        config = column.get("config") or {}
        assert row["data_type_declared"] == column.get("data_type")
        assert row["data_type_actual"] == actual.get("type")
        assert row["data_type"] == (actual.get("type") or column.get("data_type"))
        assert row["comment"] == actual.get("comment")
        ordered = (
            sorted(tables[place[0]]["columns"].values(), key=index) if actual else nodes[place[0]]["columns"].values()
        )
        assert row["column_index"] == [each["name"].lower() for each in ordered].index(place[1]) + 1
        assert row["description"] == column.get("description")
        assert row["tags"] == (config.get("tags") or column.get("tags") or [])
        assert same_json(row["meta"], config.get("meta", column.get("meta")))
        assert same_json(row["constraints"], column.get("constraints"))


def test_runs(artifacts: Artifacts) -> None:
    results = artifacts.results.get("results", [])
    rows = ask(artifacts.folder, "select * from dbt_rt.run_results")
    assert sorted(row["unique_id"] for row in rows) == sorted(result["unique_id"] for result in results)
    by_id = {result["unique_id"]: result for result in results}
    for row in rows:
        result = by_id[row["unique_id"]]
        for key in ("status", "execution_time", "thread_id", "message", "failures", "compiled", "relation_name"):
            assert row[key] == result.get(key), key
        assert same_json(row["timing"], result["timing"])
        assert same_json(row["adapter_response"], result["adapter_response"])
        if result["timing"]:
            ended = result["timing"][-1]["completed_at"].replace("Z", "+00:00")
            assert row["created_at"] == datetime.fromisoformat(ended[:26] + "+00:00")
    invocations = ask(artifacts.folder, "select invocation_id, command, node_count from dbt_rt.invocations")
    assert [row["node_count"] for row in invocations] == ([len(results)] if results else [])


def test_relations(artifacts: Artifacts) -> None:
    tables = {**artifacts.catalog.get("nodes", {}), **artifacts.catalog.get("sources", {})}
    rows = ask(artifacts.folder, "select * from dbt_rt.relations")
    assert {row["unique_id"] for row in rows} == tables.keys()
    for row in rows:
        metadata = tables[row["unique_id"]]["metadata"]
        assert row["table_name"] == metadata["name"]
        assert row["schema_name"] == metadata["schema"]
        assert row["table_type"] == metadata["type"]
        stats = tables[row["unique_id"]]["stats"]
        assert row["bytes"] == (int(stats["bytes"]["value"]) if "bytes" in stats else None)


def test_the_project(artifacts: Artifacts) -> None:
    (row,) = ask(artifacts.folder, "select * from dbt.project")
    metadata = artifacts.manifest["metadata"]
    assert row["project_name"] == metadata["project_name"]
    assert row["dbt_version"] == metadata["dbt_version"]
    assert row["adapter_type"] == metadata["adapter_type"]
    assert row["schema_version"] == 1
    packages = {row["package_name"] for row in ask(artifacts.folder, "select package_name from dbt.packages")}
    assert metadata["project_name"] in packages
    assert "dbt" not in packages
