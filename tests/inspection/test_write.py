"""`inspect --write` changes what it says, all or nothing, and nothing the second time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.artifacts.builders import manifest, model, schema
from tests.inspection.conftest import Run

OWNER = ("--owner", "Shop team <shop@example.com>")
ORDERS_YML = """# written by hand
models:
- name: orders  # all orders
  description: >
    One row per
    order.
  meta: {team: shop}
  columns:
  - name: id
    data_type: bigint
  - name: email
    meta: {source: web}
"""


def shop_model(name: str, *columns: str, yml: str | None = None, **changes: Any) -> dict[str, Any]:
    return model(
        name=name,
        alias=name,
        original_file_path=f"models/marts/{name}.sql",
        fqn=["shop", "marts", name],
        patch_path=yml and f"shop://{yml}",
        columns={column: {"name": column} for column in columns},
        **{"config": {"materialized": "table"}, **changes},
    )


def put(project: Path, nodes: dict[str, Any], **sections: Any) -> None:
    """Write artifacts in which every model has the columns id and email."""
    table = {"columns": {name: {"name": name, "type": "VARCHAR", "index": i} for i, name in enumerate(("id", "email"))}}
    catalog = {"metadata": {"dbt_schema_version": schema("catalog", 1)}, "nodes": dict.fromkeys(nodes, table)}
    (project / "target").mkdir(exist_ok=True)
    (project / "target" / "manifest.json").write_text(json.dumps(manifest(nodes=nodes, **sections)), encoding="utf-8")
    (project / "target" / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with one model that YAML describes, and one that it does not."""
    (tmp_path / "dbt_project.yml").write_text("name: shop\n", encoding="utf-8")
    (tmp_path / "models" / "marts").mkdir(parents=True)
    (tmp_path / "models" / "marts" / "orders.yml").write_text(ORDERS_YML, encoding="utf-8")
    put(
        tmp_path,
        {
            "model.shop.orders": shop_model("orders", "id", "email", yml="models/marts/orders.yml"),
            "model.shop.visits": shop_model("visits"),
        },
    )
    return tmp_path


def files(project: Path) -> dict[str, str]:
    return {str(path.relative_to(project)): path.read_text(encoding="utf-8") for path in project.rglob("*.yml")}


def test_what_is_missing_is_written_into_the_files_that_are_there(inspect: Run, shop: Path) -> None:
    ran = inspect("--project-dir", shop, "--write", *OWNER)
    assert (ran.code, ran.out) == (0, "")
    assert "+++ b/models/marts/orders.yml" in ran.err
    written = files(shop)
    assert (
        written["models/marts/orders.yml"]
        == """# written by hand
models:
- name: orders  # all orders
  description: >
    One row per
    order.
  config:
    group: shop
    access: public
    contract:
      enforced: true
  meta: {team: shop}
  columns:
  - name: id
    data_type: bigint
  - name: email
    data_type: VARCHAR
    meta: {source: web, classification: pii.email}
"""
    )
    assert yaml.safe_load(written["models/_groups.yml"])["groups"] == [
        {
            "name": "shop",
            "owner": {"name": "Shop team", "email": "shop@example.com"},
            "config": {"meta": {"data_product": {"title": "Shop"}}},
        }
    ]
    [visits] = yaml.safe_load(written["models/marts/_marts__products.yml"])["models"]
    assert visits["config"] == {"group": "shop", "access": "public", "contract": {"enforced": True}}
    assert [column["name"] for column in visits["columns"]] == ["id", "email"]


def test_the_second_time_nothing_is_left_to_write(inspect: Run, shop: Path) -> None:
    inspect("--project-dir", shop, "--write", *OWNER)
    first = files(shop)
    ran = inspect("--project-dir", shop, "--write", *OWNER)
    assert ran.err == "Nothing to write.\n"
    assert files(shop) == first


def test_diff_writes_nothing(inspect: Run, shop: Path) -> None:
    before = files(shop)
    ran = inspect("--project-dir", shop, "--diff", *OWNER)
    assert "+    group: shop" in ran.out
    assert files(shop) == before


def test_without_an_owner_nothing_is_written_and_it_says_why(inspect: Run, shop: Path) -> None:
    before = files(shop)
    ran = inspect("--project-dir", shop, "--write")
    assert ran.code == 0
    assert "needs an owner, so --write leaves these out: shop" in ran.err
    assert files(shop) == before


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("Ann Lee <ann@example.com>", {"name": "Ann Lee", "email": "ann@example.com"}),
        ("ann@example.com", {"email": "ann@example.com"}),
        ("Ann: \"the\" 'boss' # 1", {"name": "Ann: \"the\" 'boss' # 1"}),
    ],
)
def test_owners(inspect: Run, shop: Path, owner: str, expected: dict[str, str]) -> None:
    inspect("--project-dir", shop, "--write", "--owner", owner)
    assert yaml.safe_load(files(shop)["models/_groups.yml"])["groups"][0]["owner"] == expected


def test_an_empty_owner_is_a_usage_error(inspect: Run, shop: Path) -> None:
    assert inspect("--project-dir", shop, "--write", "--owner", " <> ").code == 2


def test_a_group_that_is_there_becomes_a_product_where_it_is(inspect: Run, shop: Path) -> None:
    crm = {"name": "crm", "package_name": "shop", "owner": {"name": "CRM"}, "original_file_path": "models/teams.yml"}
    put(shop, {"model.shop.visits": shop_model("visits", group="crm")}, groups={"group.shop.crm": crm})
    (shop / "models" / "teams.yml").write_text("groups:\n  - name: crm\n    owner: {name: CRM}\n", encoding="utf-8")
    inspect("--project-dir", shop, "--write")
    assert files(shop)["models/teams.yml"] == (
        "groups:\n  - name: crm\n    config:\n      meta:\n        data_product:\n          title: Crm\n"
        "    owner: {name: CRM}\n"
    )
    [visits] = yaml.safe_load(files(shop)["models/marts/_marts__products.yml"])["models"]
    assert "group" not in visits["config"]


def test_access_stays_where_it_was_said(inspect: Run, shop: Path) -> None:
    text = "models:\n  - name: orders\n    access: protected\n    config: {tags: [a]}\n    columns: [{name: id}]\n"
    (shop / "models" / "marts" / "orders.yml").write_text(text, encoding="utf-8")
    inspect("--project-dir", shop, "--write", *OWNER)
    [orders] = yaml.safe_load(files(shop)["models/marts/orders.yml"])["models"]
    assert orders["access"] == "public"
    assert orders["config"] == {"tags": ["a"], "group": "shop", "contract": {"enforced": True}}


def test_a_versioned_model_gets_no_columns_it_does_not_list(inspect: Run, shop: Path) -> None:
    changes = {"version": 1, "latest_version": 1, "fqn": ["shop", "marts", "orders", "v1"]}
    versioned = shop_model("orders", "email", yml="models/marts/orders.yml") | changes
    put(shop, {"model.shop.orders.v1": versioned})
    text = "models:\n  - name: orders\n    versions:\n      - v: 1\n    columns:\n      - name: email\n"
    (shop / "models" / "marts" / "orders.yml").write_text(text, encoding="utf-8")
    inspect("--project-dir", shop, "--write", *OWNER)
    [orders] = yaml.safe_load(files(shop)["models/marts/orders.yml"])["models"]
    assert [column["name"] for column in orders["columns"]] == ["email"]
    assert orders["config"] == {"group": "shop", "access": "public"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "the artifacts say that `orders` is described in it"),
        ("models:\n  - name: other\n", "the artifacts say that `orders` is described in it"),
        ("models: {orders: {}}\n", "no list"),
        ("models: [\n", "not YAML"),
        ("models:\n  - name: orders\n    config: {group: other}\n", "is in the group `other`"),
        ("x: &c [{name: orders}]\ny: *c\nmodels: *c\n", "anchors"),
    ],
)
def test_files_that_do_not_fit_the_artifacts_are_refused_and_all_stay(
    inspect: Run, shop: Path, text: str | None, said: str
) -> None:
    path = shop / "models" / "marts" / "orders.yml"
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    before = files(shop)
    ran = inspect("--project-dir", shop, "--write", *OWNER)
    assert ran.code == 4
    assert said in ran.err
    assert "fix:" in ran.err
    assert files(shop) == before


def test_a_path_out_of_the_project_is_refused(
    inspect: Run, shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.yml"
    outside.write_text("models: [{name: orders}]\n", encoding="utf-8")
    relative = os.path.relpath(outside, shop)
    put(shop, {"model.shop.orders": shop_model("orders", yml=relative)})
    ran = inspect("--project-dir", shop, "--write", *OWNER)
    assert ran.code == 4
    assert outside.read_text(encoding="utf-8") == "models: [{name: orders}]\n"


@pytest.mark.parametrize(("text", "said"), [(None, "no dbt project"), ("name: other\n", "of the project `shop`")])
def test_another_folder_is_refused(inspect: Run, shop: Path, text: str | None, said: str) -> None:
    path = shop / "dbt_project.yml"
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    ran = inspect("--project-dir", shop, "--write", *OWNER)
    assert ran.code == 4
    assert said in ran.err


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "été", "x; drop table y; --", "a: b", "yes", "*x", "# no"])
def test_bad_names_are_quoted(inspect: Run, shop: Path, name: str) -> None:
    put(shop, {f"model.shop.{name}": shop_model(name, name)})
    for output_format in ("text", "json", "markdown"):
        assert inspect("--project-dir", shop, "--format", output_format).code == 0
    assert inspect("--project-dir", shop, "--write", *OWNER).code == 0
    [written] = yaml.safe_load(files(shop)["models/marts/_marts__products.yml"])["models"]
    assert written["name"] == name


def test_the_mode_of_a_file_stays_and_no_other_file_is_left(inspect: Run, shop: Path) -> None:
    path = shop / "models" / "marts" / "orders.yml"
    path.chmod(0o640)
    inspect("--project-dir", shop, "--write", *OWNER)
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["_marts__products.yml", "orders.yml"]
