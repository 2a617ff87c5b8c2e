"""dbt's habits, old and new, and files that are not what their name says."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest

from meshport.artifacts import DbtColumn, Node, load_project
from meshport.errors import InputError
from tests.artifacts.builders import MODEL, Write, manifest, model, run_results, schema


def customers(write: Write, **changes: Any) -> Node:
    return load_project(write(manifest=manifest(nodes={MODEL: model(**changes)}))).nodes[MODEL]


def column(write: Write, **changes: Any) -> DbtColumn:
    return customers(write, columns={"email": {"name": "email", **changes}}).columns[0]


def test_config_meta_wins_over_meta(write: Write) -> None:
    old_and_new = {"meta": {"a": 1, "b": 1}, "config": {"meta": {"b": 2}}}
    assert customers(write, **old_and_new).meta == {"a": 1, "b": 2}
    assert column(write, meta={"a": 1}, config={}).meta == {"a": 1}
    assert column(write, meta=None, config={"meta": {"b": 2}}).meta == {"b": 2}
    assert column(write).meta == {}


def test_a_columns_config_meta_is_all_of_its_meta(write: Write) -> None:
    """dbt 2 copies what the model's meta says to the top level of its columns: it is not theirs."""
    assert column(write, meta={"classification": "pii.email"}, config={"meta": {}}).meta == {}
    assert column(write, meta={"a": 1, "b": 1}, config={"meta": {"b": 2}}).meta == {"b": 2}


def test_nulls_everywhere(write: Write) -> None:
    keys = ("description", "columns", "constraints", "meta", "tags", "config", "group", "access", "contract", "version")
    keys += ("depends_on", "checksum", "compiled_code", "fqn", "primary_key", "patch_path", "relation_name", "database")
    assert customers(write, **dict.fromkeys(keys)) == Node(
        unique_id=MODEL,
        resource_type="model",
        name="customers",
        package_name="shop",
        path="",
        schema="main",
        identifier="customers",
    )
    assert column(
        write, **dict.fromkeys(("description", "meta", "config", "tags", "constraints", "quote"))
    ) == DbtColumn("email")


def test_versions_are_text(write: Write) -> None:
    found = customers(write, version=1, latest_version=2.5)
    assert (found.version, found.latest_version) == ("1", "2.5")


def test_group_and_access_from_config(write: Write) -> None:
    found = customers(write, group=None, config={"group": "crm", "access": "public", "contract": {"enforced": True}})
    assert (found.group, found.access, found.contract_enforced) == ("crm", "public", True)


def test_compiled_sql_of_dbt_1_0(write: Write) -> None:
    nodes = {MODEL: model(compiled_sql="select 1")}
    assert load_project(write(manifest=manifest(version=4, nodes=nodes))).nodes[MODEL].compiled_code == "select 1"


def test_groups(write: Write) -> None:
    groups = {
        "group.shop.crm": {"name": "crm", "package_name": "shop", "owner": {"email": ["a@x.org", "b@x.org"]}}
        | {"config": {"meta": {"data_product": {"title": "CRM"}}}, "original_file_path": "models/_groups.yml"},
        "group.shop.ops": {"name": "ops", "owner": "Operations"},
    }
    found = load_project(write(manifest=manifest(groups=groups))).groups
    assert found["group.shop.crm"].meta == {"data_product": {"title": "CRM"}}
    assert found["group.shop.crm"].owner == {"email": ["a@x.org", "b@x.org"]}
    assert found["group.shop.crm"].path == "models/_groups.yml"
    assert found["group.shop.ops"].owner == {"name": "Operations"}


def test_a_test_belongs_to_what_dbt_attached_it_to_or_to_all_that_it_reads(write: Write) -> None:
    parents = {"depends_on": {"nodes": [MODEL, "model.shop.orders"]}}
    nodes = {
        MODEL: model(),
        "test.shop.attached.1": {"name": "attached", "attached_node": MODEL, **parents},
        "test.shop.single.2": {"name": "single", "depends_on": {"nodes": [MODEL]}},
        "test.shop.many.3": {"name": "many", **parents},
    }
    units = {"unit_test.shop.customers.sums": {"name": "sums", **parents, "checksum": "ab"}}
    project = load_project(write(manifest=manifest(nodes=nodes, unit_tests=units)))
    assert [test.name for test in project.tests_of(MODEL)] == ["attached", "many", "single", "sums"]
    assert [test.name for test in project.tests_of("model.shop.orders")] == ["many"]


@pytest.mark.parametrize("collecting", [True, False])
def test_the_garbage_collector_is_left_as_it_was(write: Write, collecting: bool) -> None:
    was_on = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        load_project(write())
        assert gc.isenabled() is collecting
        with pytest.raises(InputError):
            load_project(write(manifest="{"))
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"metadata": {"dbt_schema_version": schema("manifest", 13), "dbt_version": "3.0.0"}, "nodes": []}, "v13"),
        (manifest(version=2), "v2"),
        (run_results(), "run-results/v6"),
        ({"name": "left-pad", "version": "1.3.0"}, "dbt_schema_version"),
        ({"metadata": {"dbt_schema_version": 12}}, "Expected `str"),
        ([], "Expected `object`"),
        ("{", "not complete JSON"),
        ("", "not complete JSON"),
        ('{"nodes": {"model.a.b": {"name": "b", "meta": {"c": ' + "[" * 100_000, "not complete JSON"),
        (manifest(nodes={MODEL: {}}), "missing required field `name`"),
    ],
)
def test_what_is_not_a_manifest_is_said_with_what_is_read_and_what_to_do(write: Write, content: Any, said: str) -> None:
    folder = write(manifest=content)
    with pytest.raises(InputError) as caught:
        load_project(folder)
    assert said in caught.value.message
    assert caught.value.where == str(folder / "manifest.json")
    assert caught.value.hint


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no manifest\.json"):
        load_project(tmp_path / "absent")


def test_bytes_that_are_no_text(write: Write) -> None:
    folder = write()
    (folder / "manifest.json").write_bytes(b'{"metadata": {"dbt_version": "\xff\xfe"}}')
    with pytest.raises(InputError):
        load_project(folder)
