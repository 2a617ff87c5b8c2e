"""Manifests of every kind and in every state."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meshport.errors import InputError
from tests.artifacts.builders import MODEL, Write, manifest, model, schema
from tests.information_schema.asking import ask, sources

STAMP = "2026-11-20T10:00:00.123456789Z"


def test_a_value_that_is_missing_is_null_and_a_list_is_empty(write: Write) -> None:
    (row,) = ask(write(), "select * from dbt.models")
    assert {name: value for name, value in row.items() if value is not None} == {
        "unique_id": MODEL,
        "name": "customers",
        "resource_type": "model",
        "package_name": "shop",
        "alias": "customers",
        "database_name": "shop",
        "schema_name": "main",
        "identifier": "customers",
        "enabled": True,
        "contract_enforced": False,
        "primary_key": [],
        "docs_show": True,
        "tags": [],
        "classifiers": [],
    }


def test_what_config_says_comes_before_the_older_place(write: Write) -> None:
    config = {"access": "public", "group": "new", "tags": ["c"], "meta": {"a": 1}, "contract": {"enforced": True}}
    node = model(access="private", group="old", tags=["n"], meta={"b": 2}, config=config)
    (row,) = ask(write(manifest=manifest(nodes={MODEL: node})), "select * from dbt.models")
    assert (row["access"], row["group"], row["tags"], row["meta"]) == ("public", "new", ["c"], '{"a":1}')
    assert row["contract_enforced"] is True


@pytest.mark.parametrize("version", [1, 1.5, "2024-01"])
def test_a_version_is_text(write: Write, version: Any) -> None:
    folder = write(manifest=manifest(nodes={MODEL: model(version=version, latest_version=version)}))
    (row,) = ask(folder, "select version, latest_version from dbt.models")
    assert set(row.values()) == {str(version)}


def test_a_manifest_on_many_lines(write: Write) -> None:
    config = {"meta": {"a": [1, 2]}}
    content = manifest(nodes={MODEL: model(config=config, raw_code="select 1\n-- é", columns={"a": {"name": "a"}})})
    folder = write(manifest=json.dumps(content, indent=2, ensure_ascii=False))
    (row,) = ask(folder, "select config, raw_code from dbt.models")
    assert (json.loads(row["config"]), row["raw_code"]) == (config, "select 1\n-- é")
    assert ask(folder, "select column_name from dbt.node_columns") == [{"column_name": "a"}]


def test_code_of_twenty_megabytes(write: Write) -> None:
    code = "select 'ä'\n" * 1_800_000
    folder = write(manifest=manifest(nodes={MODEL: model(compiled_code=code)}))
    (row,) = ask(folder, "select compiled_code from dbt.models")
    assert row["compiled_code"] == code


def test_when_the_manifest_was_written(write: Write) -> None:
    content = manifest()
    content["metadata"]["generated_at"] = STAMP
    (row,) = ask(write(manifest=content), "select strftime(ingested_at, '%Y-%m-%d %H:%M:%S.%f') as at from dbt.models")
    assert row["at"] == "2026-11-20 10:00:00.123456"


def test_hooks_and_packages_of_dbt_itself(write: Write) -> None:
    content = manifest(
        macros={f"macro.{name}.m": {"name": "m"} for name in ("dbt", "dbt_spark", "dbt_databricks", "utils")}
    )
    content["metadata"]["adapter_type"] = "databricks"
    rows = ask(write(manifest=content), "select package_name from dbt.packages order by 1")
    assert [row["package_name"] for row in rows] == ["shop", "utils"]


def test_where_a_package_comes_from(write: Write) -> None:
    folder = write(manifest=manifest(macros={f"macro.{name}.m": {"name": "m"} for name in ("utils", "other")}))
    (folder / "package-lock.yml").write_text(
        "packages:\n"
        "  - {name: utils, package: dbt-labs/dbt_utils, version: 1.3.0}\n"
        "  - {name: other, git: 'https://example.com/o.git', revision: abc}\n"
    )
    rows = {row.pop("package_name"): row for row in ask(folder, "select * exclude (ingested_at) from dbt.packages")}
    nothing = dict.fromkeys(("package_source", "version", "git_url", "git_revision", "local_path"))
    assert rows == {
        "shop": nothing,
        "utils": {**nothing, "package_source": "package", "version": "1.3.0"},
        "other": {**nothing, "package_source": "git", "git_url": "https://example.com/o.git", "git_revision": "abc"},
    }


def test_variables_and_flags(write: Write) -> None:
    folder = write(manifest=manifest(macros={"macro.utils.m": {"name": "m"}}))
    (folder / "dbt_project.yml").write_text(
        "name: shop\n"
        "vars: {days: 7, name: a b, utils: {days: 9, own: true}, mapping: {x: 1}}\n"
        "flags: {use_materialization_v2: true, strict: 'no'}\n"
    )
    rows = ask(folder, "select project_name, var_name, var_value from dbt.project_vars")
    assert {tuple(row.values()) for row in rows} == {
        ("shop", "days", "7"),
        ("shop", "name", "a b"),
        ("shop", "mapping", '{"x":1}'),
        ("utils", "days", "9"),
        ("utils", "own", "true"),
        ("utils", "name", "a b"),
        ("utils", "mapping", '{"x":1}'),
    }
    flags = ask(folder, "select * from mesh.project_flags order by name")
    assert [tuple(row.values()) for row in flags] == [("strict", "no"), ("use_materialization_v2", "true")]


def test_a_time_spine_of_either_dbt(write: Write) -> None:
    old = {"standard_granularity_column": "day", "custom_granularities": []}
    new = {"primary_column": {"name": "hour", "time_granularity": "hour"}, "custom_granularities": None}
    nodes = {
        MODEL: model(time_spine=old),
        "model.shop.new": model(time_spine=new),
        "model.shop.no": model(time_spine=None),
    }
    rows = ask(write(manifest=manifest(nodes=nodes)), "select * exclude (ingested_at) from dbt.time_spines order by 1")
    assert [tuple(row.values()) for row in rows] == [
        (MODEL, "day", None, "[]", None),
        ("model.shop.new", "hour", "hour", None, None),
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fqn", {"not": "a list"}),
        ("name", ["n"]),
        ("depends_on", "x"),
        ("config", "text"),
        ("tags", 1),
        ("columns", {"a": 1}),
    ],
)
def test_an_entry_of_another_shape_is_read_or_an_input_error(write: Write, key: str, value: Any) -> None:
    folder = write(manifest=manifest(nodes={MODEL: model(**{key: value})}))
    errors = []
    for table in ("dbt.models", "dbt.node_columns", "dbt.dag_nodes"):
        try:
            ask(folder, f"select * from {table}")
        except InputError as error:
            errors.append(error)
    assert all(error.message.startswith("manifest.json is not as dbt writes it") for error in errors)
    assert {error.where for error in errors} <= {str(folder / "manifest.json")}


def test_a_list_that_is_none_is_an_input_error_that_names_the_file(write: Write) -> None:
    folder = write(manifest=manifest(nodes={MODEL: model(fqn={"not": "a list"})}))
    with pytest.raises(InputError, match=r"^manifest\.json is not as dbt writes it") as error:
        ask(folder, "select fqn from dbt.models")
    assert error.value.where == str(folder / "manifest.json")


def test_no_manifest(write: Write) -> None:
    folder = write()
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"^manifest\.json cannot be read"):
        ask(folder, "select * from dbt.models")
    assert ask(folder, "select * from dbt_rt.run_results") == []


def test_a_truncated_manifest(write: Write) -> None:
    folder = write(manifest=json.dumps(manifest())[:-20])
    with pytest.raises(InputError, match="not complete JSON"):
        ask(folder, "select * from dbt.models")


def test_dbt_project_yml_that_is_no_yaml(write: Write) -> None:
    folder = write()
    (folder / "dbt_project.yml").write_text("flags: [")
    with pytest.raises(InputError, match=r"dbt_project\.yml is no YAML"):
        ask(folder, "select * from mesh.project_flags")
    assert len(ask(folder, "select * from dbt.models")) == 1


def test_another_folder_holds_the_project(write: Write, tmp_path: Any) -> None:
    folder = write()
    project = folder / "project"
    project.mkdir()
    (project / "dbt_project.yml").write_text("name: shop\nflags: {a: b}\n")
    assert ask(sources(folder, project_dir=project), "select name from mesh.project_flags") == [{"name": "a"}]


def test_a_schema_version_that_is_not_read(write: Write) -> None:
    folder = write(manifest={"metadata": {"dbt_schema_version": schema("manifest", 99)}, "nodes": {}})
    with pytest.raises(InputError, match="v99"):
        ask(folder, "select * from dbt.models")
