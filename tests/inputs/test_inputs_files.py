"""What `meshport inputs` writes, keeps and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml

from meshport.access import subscriptions
from meshport.access.principals import Actor
from tests.inputs.conftest import KEY, V1, V2, Mesh, deprecated, files
from tests.query.running import Ran
from tests.registry.samples import port

Inputs = Callable[..., Ran]
HERE = "mesh_inputs/sales"
SQL = f"{HERE}/models/customer_orders/customer_orders_v1.sql"


def test_a_product_becomes_a_package(mesh: Mesh, inputs: Inputs, deps: list[Path]) -> None:
    mesh.publish("1.0.0", V1)
    ran = inputs("add", KEY)
    assert ran.code == 0
    assert "sales.customer_orders 1.0.0: added" in ran.err
    assert deps == [mesh.marketing]
    written = json.loads((mesh.marketing / HERE / "meshport_input.json").read_text())
    assert (written["database"], written["path"]) == ("sales_published", "../sales/sales_published.duckdb")
    assert written["products"] == {KEY: "1.0.0"}
    assert (mesh.marketing / "packages.yml").read_text() == "packages:\n  - local: mesh_inputs/sales\n"
    generated = files(mesh.marketing / HERE)
    assert set(generated) == {*written["files"], "meshport_input.json"}
    assert all(b"meshport inputs add sales." in generated[name].splitlines()[0] for name in written["files"])


def test_models_say_what_the_contract_says(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", deprecated(V1), V2)
    mesh.registry.set_port_status(
        KEY, "customer_orders.v1", "deprecated", actor="user:a", deprecation_date="2027-02-28"
    )
    inputs("add", KEY)
    document = yaml.safe_load((mesh.marketing / HERE / "models/customer_orders/_customer_orders.yml").read_text())
    (model,) = document["models"]
    assert (model["name"], model["latest_version"]) == ("customer_orders", 2)
    assert model["config"] == {"materialized": "ephemeral", "access": "protected"}
    first, second = model["versions"]
    assert str(first["deprecation_date"]) == "2027-02-28"  # the registry's word comes before dbt's
    assert "deprecation_date" not in second
    assert first["config"]["meta"]["meshport_input"] == KEY
    assert [column["name"] for column in second["columns"]] == ["id", "e mail", "select", "added"]
    assert second["columns"][1]["config"]["meta"]["classification"] == "pii.email"


def test_adding_again_changes_nothing(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    inputs("add", KEY)
    before = files(mesh.marketing)
    ran = inputs("add", KEY)
    assert "sales.customer_orders 1.0.0: unchanged" in ran.err
    assert files(mesh.marketing) == before


def test_a_newer_version_is_brought_in(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    inputs("add", KEY)
    mesh.publish("1.1.0", V1, V2)
    assert "sales.customer_orders: 1.0.0 → 1.1.0" in inputs("add", KEY).err
    assert (mesh.marketing / SQL.replace("v1", "v2")).is_file()


def test_retired_ports_go(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1, V2)
    inputs("add", KEY)
    mesh.registry.set_port_status(KEY, "customer_orders.v1", "retired", actor="user:a")
    assert "refreshed" in inputs("add", KEY).err
    assert not (mesh.marketing / SQL).exists()
    assert (mesh.marketing / SQL.replace("v1", "v2")).is_file()


def test_a_retired_product_is_refused(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    mesh.registry.set_product_status(KEY, "retired", actor="user:a")
    ran = inputs("add", KEY)
    assert ran.code == 3
    assert "is retired" in ran.err
    assert not (mesh.marketing / "mesh_inputs").exists()


@pytest.mark.parametrize(
    "edit", [SQL, f"{HERE}/dbt_project.yml", f"{HERE}/models/customer_orders/_customer_orders.yml"]
)
def test_an_edited_file_is_not_overwritten_without_force(mesh: Mesh, inputs: Inputs, edit: str) -> None:
    mesh.publish("1.0.0", V1)
    inputs("add", KEY)
    original = (mesh.marketing / edit).read_bytes()
    (mesh.marketing / edit).write_text("-- mine\n")
    mesh.publish("1.1.0", V1, V2)
    before = files(mesh.marketing)
    for command in ("add", "remove"):
        ran = inputs(command, KEY)
        assert ran.code == 3
        assert str(mesh.marketing / edit) in ran.err
        assert "--force" in ran.err
        assert files(mesh.marketing) == before
    assert inputs("add", KEY, "--force").code == 0
    assert (mesh.marketing / edit).read_bytes() != b"-- mine\n"
    assert original[:20] == (mesh.marketing / edit).read_bytes()[:20]


def test_a_file_that_is_in_the_way_is_not_overwritten(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    (mesh.marketing / SQL).parent.mkdir(parents=True)
    (mesh.marketing / SQL).write_text("select 1\n")
    assert inputs("add", KEY).code == 3
    assert (mesh.marketing / SQL).read_text() == "select 1\n"


def test_a_run_that_was_killed_is_finished_by_the_next(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    inputs("add", KEY)
    whole = files(mesh.marketing)
    (mesh.marketing / HERE / "meshport_input.json").unlink()
    (mesh.marketing / HERE / "models/customer_orders/_customer_orders.yml").unlink()
    assert inputs("add", KEY).code == 0
    assert files(mesh.marketing) == whole


def test_products_of_one_domain_share_a_package(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    mesh.publish("2.0.0", port("invoices", None, contract=V1.contract), name="invoices")
    inputs("add", KEY, "sales.invoices")
    both = files(mesh.marketing / HERE)
    assert json.loads(both["meshport_input.json"])["products"] == {KEY: "1.0.0", "sales.invoices": "2.0.0"}
    assert inputs("remove", "sales.invoices").code == 0
    left = files(mesh.marketing / HERE)
    assert not [name for name in left if "invoices" in name]
    assert {name: both[name] for name in left if name != "meshport_input.json"}.items() <= both.items()
    assert json.loads(left["meshport_input.json"])["products"] == {KEY: "1.0.0"}


def test_removing_the_last_product_removes_the_package(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    (mesh.marketing / "packages.yml").write_text("# ours\npackages:\n  - local: vendor/x # keep\n")
    before = files(mesh.marketing)
    inputs("add", KEY)
    assert "- local: vendor/x # keep" in (mesh.marketing / "packages.yml").read_text()
    assert inputs("remove", KEY).code == 0
    assert files(mesh.marketing) == before
    assert not (mesh.marketing / "mesh_inputs" / "sales").exists()
    assert "is no input of this project" in inputs("remove", KEY).err


def test_files_of_others_in_the_folder_stay(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    inputs("add", KEY)
    mine = mesh.marketing / HERE / "models/customer_orders/NOTES.md"
    mine.write_text("mine")
    inputs("add", KEY, "--force")
    inputs("remove", KEY)
    assert files(mesh.marketing / HERE) == {"models/customer_orders/NOTES.md": b"mine"}


def test_a_subscription_is_asked_for_once(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    assert "meshport access approve sales.customer_orders marketing" in inputs("add", KEY).err
    assert "still waits" in inputs("add", KEY).err
    (made,) = mesh.registry.subscriptions(KEY)
    assert (made.principal, made.state, made.requested_by) == ("domain:marketing", "requested", "domain:marketing")
    subscriptions.approve(mesh.registry, KEY, "marketing", actor=Actor.named("sales"))
    assert "subscription" not in inputs("add", KEY).err


def test_names_that_cannot_be(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    own = inputs("add", "marketing.campaigns")
    near = inputs("add", "sales.customer_order")
    assert (own.code, near.code) == (4, 4)
    assert "did you mean sales.customer_orders" in near.err
    (mesh.marketing / "mesh.yml").write_text("domain: sales\n")
    assert "is this domain's own product" in inputs("add", KEY).err
    (mesh.marketing / "mesh.yml").write_text("domain: marketing\n")
    (mesh.marketing / "dbt_project.yml").write_text("name: sales\n")
    assert "has the name of the domain sales" in inputs("add", KEY).err
    assert not (mesh.marketing / "mesh_inputs").exists()


@pytest.mark.parametrize(
    "name", ["../../../outside", "..", "/etc/x", "a/b", "a\\b", ".hidden", "{{ x }}", "ü ö", "a'b\nc"]
)
def test_a_name_does_not_lead_out_of_the_folder(mesh: Mesh, inputs: Inputs, name: str) -> None:
    made = port("fine", None, contract=V1.contract)
    mesh.publish("1.0.0", made, name=name)
    before = {path for path in mesh.root.rglob("*") if mesh.marketing / HERE not in (path, *path.parents)}
    assert inputs("add", f"sales.{name}").code == 0
    after = {path for path in mesh.root.rglob("*") if mesh.marketing / HERE not in (path, *path.parents)}
    assert after - before == {mesh.marketing / "mesh_inputs", mesh.marketing / "packages.yml"}
    assert inputs("remove", f"sales.{name}").code == 0


@pytest.mark.parametrize("name", ["../outside", "a/b", ".hidden"])
def test_a_port_that_is_no_file_name_is_refused(mesh: Mesh, inputs: Inputs, name: str) -> None:
    mesh.publish("1.0.0", port(name, None, contract=V1.contract))
    ran = inputs("add", KEY)
    assert ran.code == 4
    assert "cannot be a file" in ran.err
    assert not (mesh.marketing / "mesh_inputs").exists()


def test_a_published_file_far_away_is_named_absolutely(mesh: Mesh, inputs: Inputs, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    far = tmp_path_factory.mktemp("far") / "p.duckdb"
    duckdb.connect(str(far)).close()
    mesh.publish("1.0.0", V1)
    with mesh.registry._write() as connection:
        connection.exec_driver_sql("update product set catalog = ?", (str(far),))
    inputs("add", KEY)
    assert json.loads((mesh.marketing / HERE / "meshport_input.json").read_text())["path"] == str(far)


def test_the_list_says_what_is_behind(mesh: Mesh, inputs: Inputs) -> None:
    assert inputs("list").out == "This project reads nothing.\n"
    mesh.publish("1.0.0", V1)
    inputs("add", KEY)
    mesh.publish("1.1.0", deprecated(V1), V2)
    (row,) = json.loads(inputs("list", "--format", "json").out)
    assert row == {
        "product": KEY,
        "version": "1.0.0",
        "published": "1.1.0",
        "status": "deprecated",
        "goes": "2027-01-31",
        "subscription": "requested",
    }
    assert "| sales.customer_orders | 1.0.0 | 1.1.0 |" in inputs("list", "--format", "markdown").out


@pytest.mark.parametrize("text", ["", "{", "[]", '{"database": 1}'])
def test_a_damaged_description_is_named(mesh: Mesh, inputs: Inputs, text: str) -> None:
    mesh.publish("1.0.0", V1)
    inputs("add", KEY)
    (mesh.marketing / HERE / "meshport_input.json").write_text(text)
    for command in (("add", KEY), ("list",), ("remove", KEY)):
        ran = inputs(*command)
        assert ran.code == 4
        assert "meshport_input.json" in ran.err


def test_a_packages_file_that_is_none_is_left_alone(mesh: Mesh, inputs: Inputs) -> None:
    mesh.publish("1.0.0", V1)
    (mesh.marketing / "packages.yml").write_text("packages: {oops")
    assert inputs("add", KEY).code == 4
    assert (mesh.marketing / "packages.yml").read_text() == "packages: {oops"
