"""A domain on Databricks, through the commands and the real SDK against the double: provisioned, drifted, destroyed."""

from __future__ import annotations

import json

import pytest
import yaml

from meshport.domains import apply as applying
from meshport.errors import ExitCode
from tests.databricks_double.faults import Cut, ServerError
from tests.databricks_double.store import Catalog, Relation, Schema
from tests.domains.workspace import Workspace


def test_all_of_it_is_made_and_then_nothing_is_to_do(workspace: Workspace) -> None:
    planned = workspace.run("plan", "sales")
    assert workspace.writes() == []
    workspace.run("apply", "sales", "--yes")
    assert {name for (name,) in workspace.store.catalogs} == {"sales", "sales_dev", "sales_published"}
    published, dev = workspace.store.catalogs["sales_published",], workspace.store.catalogs["sales_dev",]
    assert published.storage_root == "abfss://sales@lake.example.com/mesh"
    assert published.tags == {"domain_sales": ""}
    assert {"MANAGE", "USE_CATALOG", "CREATE_SCHEMA"} == published.grants[workspace.robot()]
    assert published.grants["sales-developers"] == {"USE_CATALOG", "USE_SCHEMA", "SELECT"}
    assert "MANAGE" in dev.grants["sales-owners"]
    assert "CREATE_TABLE" in workspace.store.schemas["sales_dev", "internal"].grants["sales-developers"]
    assert workspace.store.schemas["sales", "internal"].grants["sales-developers"] == {"USE_SCHEMA", "SELECT"}
    assert sorted(workspace.documents("groups")) == ["sales-developers", "sales-owners"]
    warehouse = workspace.named("warehouses", "sales_sql")
    assert (warehouse["cluster_size"], warehouse["auto_stop_mins"]) == ("Small", 10)
    assert json.loads(workspace.named("cluster_policies", "sales_jobs")["definition"])["num_workers"]["maxValue"] == 4
    assert [each["tag_key"] for each in workspace.documents("domains").values()] == ["domain_sales"]
    used = workspace.state()["used"]["warehouses", "sales_sql"]
    assert used == {"sales-owners": "CAN_MANAGE", "sales-developers": "CAN_USE", "sales-ci": "CAN_USE"}
    assert workspace.state()["metastore"] == {"sales-ci": ["CREATE_EXTERNAL_METADATA"]}
    assert "create" in planned.out
    before = len(workspace.writes())
    again = workspace.run("apply", "sales", "--yes")
    assert "Nothing to do." in again.out
    assert len(workspace.writes()) == before


def test_its_project_connects_to_what_was_made(workspace: Workspace) -> None:
    done = workspace.run("apply", "sales", "--yes", "--project", str(workspace.path / "project"))
    (warehouse,) = [key for key, each in workspace.documents("warehouses").items() if each["name"] == "sales_sql"]
    assert f"export DATABRICKS_HTTP_PATH=/sql/1.0/warehouses/{warehouse}" in done.err
    assert "export DATABRICKS_CATALOG=sales_dev" in done.err
    profile = (workspace.path / "project/profiles.yml").read_text(encoding="utf-8")
    assert f"env_var('DATABRICKS_HTTP_PATH', '/sql/1.0/warehouses/{warehouse}')" in profile
    assert "env_var('DATABRICKS_CATALOG', 'sales_dev')" in profile
    mesh = yaml.safe_load((workspace.path / "project/mesh.yml").read_text(encoding="utf-8"))
    assert (mesh["published"], mesh["warehouses"]["sales_sql"]["budget"]) == ({"database": "sales_published"}, 500.0)
    assert mesh["deploy"] == {
        "environments": {
            "prod": {"catalog": "sales", "schema": "internal", "paused": False},
            "dev": {"catalog": "sales_dev", "schema": "internal", "paused": True},
        },
        "run_as": "sales-ci",
        "warehouse": "sales_sql",
        "cluster_policy": "sales_jobs",
    }


def test_drift_is_shown_old_to_new_and_healed_and_what_others_did_stays(workspace: Workspace) -> None:
    workspace.run("apply", "sales", "--yes")
    wanted = workspace.state()
    warehouse = workspace.named("warehouses", "sales_sql")
    warehouse |= {"cluster_size": "2X-Large", "auto_stop_mins": 0}
    warehouse["tags"]["custom_tags"].append({"key": "theirs", "value": "yes"})
    sales = workspace.store.catalogs["sales",]
    sales.grants["sales-owners"].discard("MANAGE")
    sales.grants["marketing"] = {"USE_CATALOG"}
    sales.tags |= {"theirs": "yes"}
    sales.comment = "mine"
    policy = workspace.named("cluster_policies", "sales_jobs")
    policy["definition"] = "{}"
    done = workspace.run("apply", "sales", "--yes")
    for text in ("size: 2x-large → small", "auto_stop_minutes: 0 → 10", "drift: changed by somebody else", "mine"):
        assert text in done.out
    assert "USE CATALOG to marketing" in done.out
    assert "drift: removed by somebody else" in done.out
    found = workspace.state()
    assert found["catalogs"]["sales",][3].pop("marketing") == ["USE_CATALOG"]
    assert found["catalogs"]["sales",][2].pop("theirs") == "yes"
    assert found["warehouses"]["sales_sql"][2]["custom_tags"].pop() == {"key": "theirs", "value": "yes"}
    wanted["warehouses"]["sales_sql"][2]["custom_tags"] = [
        each for each in wanted["warehouses"]["sales_sql"][2]["custom_tags"] if each["key"] != "theirs"
    ]
    wanted["catalogs"]["sales",][2].pop("theirs", None)
    assert {key: found[key] for key in found if key != "warehouses"} == {
        key: wanted[key] for key in wanted if key != "warehouses"
    }


def test_a_change_of_the_file_is_made_and_what_it_no_longer_says_goes(workspace: Workspace) -> None:
    workspace.run("apply", "sales", "--yes")
    said = workspace.said()
    said["environments"]["prod"]["developers"] = "none"
    warehouse = {**said["warehouses"]["sales_sql"], "size": "Medium"}
    workspace.edit(environments=said["environments"], warehouses={"sales_sql": warehouse}, cluster_policies=None)
    shown = workspace.run("plan", "sales")
    assert "the file changed it" in shown.out
    workspace.run("apply", "sales", "--yes")
    assert workspace.named("warehouses", "sales_sql")["cluster_size"] == "Medium"
    assert workspace.documents("cluster_policies") == {}
    assert "sales-developers" not in workspace.store.catalogs["sales",].grants
    assert "sales-developers" in workspace.store.catalogs["sales_published",].grants
    assert "Nothing to do." in workspace.run("plan", "sales").out


def test_a_plan_that_takes_away_a_lot_is_refused_until_somebody_says_so(workspace: Workspace) -> None:
    workspace.run("apply", "sales", "--yes")
    said = workspace.said()["environments"]
    environments = {name: {**each, "developers": "none"} for name, each in said.items()}
    workspace.edit(environments=environments, ci=None)
    done = workspace.run("apply", "sales", "--yes", code=ExitCode.BLOCKED)
    assert "grants: more than 30%" in done.err
    workspace.run("apply", "sales", "--yes", "--allow-removals")
    assert workspace.documents("service_principals") == {}


def test_what_somebody_else_made_is_not_taken(workspace: Workspace) -> None:
    workspace.store.catalogs["sales",] = Catalog("eve@x.org")
    done = workspace.run("apply", "sales", "--yes", code=ExitCode.BLOCKED)
    assert "there is a catalog of that name that meshport did not make" in done.out
    assert workspace.writes() == []


def test_groups_that_have_to_exist(workspace: Workspace) -> None:
    workspace.edit(groups="existing")
    done = workspace.run("apply", "sales", "--yes", code=ExitCode.BLOCKED)
    assert "there is no group of that name" in done.out
    for name in ("sales-owners", "sales-developers"):
        workspace.store.documents.setdefault("groups", {})[name] = {"members": []}
    workspace.run("apply", "sales", "--yes")
    workspace.run("destroy", "sales", "--yes", "sales")
    assert sorted(workspace.documents("groups")) == ["sales-developers", "sales-owners"]


def test_a_managed_location_cannot_be_moved(workspace: Workspace) -> None:
    workspace.run("apply", "sales", "--yes")
    environments = workspace.said()["environments"]
    environments["dev"]["storage"] = "abfss://elsewhere@lake.example.com/mesh"
    workspace.edit(environments=environments)
    done = workspace.run("apply", "sales", "--yes", code=ExitCode.BLOCKED)
    assert "cannot be moved" in done.out


def test_developers_that_an_owner_added_are_in_the_group(workspace: Workspace) -> None:
    workspace.run("apply", "sales", "--yes")
    with workspace.registry() as registry:
        assert registry.add_member("sales", "user:eve@x.org", actor="user:ann")
        assert not registry.add_member("sales", "user:eve@x.org", actor="user:ann")
    assert "member" in workspace.run("apply", "sales", "--yes").out
    assert workspace.documents("groups")["sales-developers"]["members"] == ["eve@x.org"]
    workspace.documents("groups")["sales-developers"]["members"].append("admin@x.org")
    with workspace.registry() as registry:
        registry.remove_member("sales", "user:eve@x.org", actor="user:ann")
        registry.add_member("sales", "user:nobody@x.org", actor="user:ann")
    done = workspace.run("apply", "sales", "--yes", code=ExitCode.UNAVAILABLE)
    assert "the account has no user nobody@x.org" in done.err
    with workspace.registry() as registry:
        registry.remove_member("sales", "user:nobody@x.org", actor="user:ann")
    workspace.run("apply", "sales", "--yes")
    assert workspace.documents("groups")["sales-developers"]["members"] == ["admin@x.org"], "theirs stays"
    workspace.edit(developers="sales-analysts")
    kept = workspace.run("apply", "sales", "--yes", "--allow-removals")
    assert "the group sales-developers stays: it holds admin@x.org" in kept.out
    assert "sales-developers" in workspace.documents("groups")


def test_destroy_takes_what_was_made_and_nothing_else(workspace: Workspace) -> None:
    untouched = workspace.state()
    workspace.run("apply", "sales", "--yes")
    workspace.store.schemas["sales_published", "meshport"] = Schema("admin@x.org")
    workspace.store.relations["sales_published", "meshport", "products"] = Relation("admin@x.org")
    workspace.run("destroy", "sales", "--yes", "sales")
    found = workspace.state()
    assert found.pop("tags") == ["domain_sales"], "a governed tag is the account's"
    assert found == {key: value for key, value in untouched.items() if key != "tags"}
    with workspace.registry() as registry:
        assert registry.ledger("databricks:double#domain", "sales") == {}


def test_destroy_refuses_what_holds_tables(workspace: Workspace) -> None:
    workspace.run("apply", "sales", "--yes")
    workspace.store.relations["sales", "internal", "orders"] = Relation("eve@x.org")
    done = workspace.run("destroy", "sales", "--yes", "sales", code=ExitCode.BLOCKED)
    assert "internal.orders" in done.out
    assert ("sales",) in workspace.store.catalogs
    workspace.run("destroy", "sales", "--yes", "sales", "--force")
    assert workspace.store.catalogs == {}


def test_who_may_not_provision_is_told_what_is_needed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = workspace.store.principals["t-admin"]
    workspace.store.principals["t-admin"] = type(admin)(admin.name, admin.token)
    done = workspace.run("apply", "sales", "--yes", code=ExitCode.UNAVAILABLE)
    assert "it needs to be an admin" in done.err
    workspace.store.principals["t-admin"] = admin
    workspace.run("apply", "sales", "--yes")


def test_what_was_refused_and_somebody_made_then_is_theirs(workspace: Workspace) -> None:
    workspace.served.faults.add(ServerError(), method="POST", path="unity-catalog/catalogs", skip=1)
    workspace.run("apply", "sales", "--yes", code=ExitCode.UNAVAILABLE)
    workspace.store.catalogs["sales",] = Catalog("eve@x.org")
    done = workspace.run("apply", "sales", "--yes", code=ExitCode.BLOCKED)
    assert "there is a catalog of that name that meshport did not make" in done.out
    del workspace.store.catalogs["sales",]
    assert "drift" not in workspace.run("apply", "sales", "--yes").out
    assert "Nothing to do." in workspace.run("plan", "sales").out


def test_a_call_that_was_sent_twice_makes_one_service_principal(workspace: Workspace) -> None:
    workspace.served.faults.add(Cut(after=True), method="POST", path="ServicePrincipals")
    workspace.run("apply", "sales", "--yes")
    assert len(workspace.documents("service_principals")) == 1


@pytest.mark.parametrize("at", [3, 17])
def test_killed_half_way_the_next_one_converges(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    real, done = applying._do, []

    def killed(*arguments: object, **more: object) -> None:
        real(*arguments, **more)  # type: ignore[arg-type]
        done.append(arguments)
        if len(done) == at + 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(applying, "_do", killed)
    assert workspace.run("apply", "sales", "--yes", code=None).code == 130
    monkeypatch.setattr(applying, "_do", real)
    assert "drift" not in workspace.run("plan", "sales").out
    workspace.run("apply", "sales", "--yes")
    assert "Nothing to do." in workspace.run("plan", "sales").out
