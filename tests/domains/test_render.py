"""A domain as a Databricks bundle: valid, and what it describes is what `domain apply` makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import yaml
from databricks.sdk import WorkspaceClient  # noqa: TID251 - a bundle is deployed through the real SDK

from meshport.domains.bundle import is_covered
from meshport.domains.types import DomainPlan
from meshport.errors import ExitCode
from meshport.resources import Resource
from tests.databricks.registration.conftest import Hurried
from tests.databricks_double.store import Metastore
from tests.deployment import bundle_schema
from tests.deployment.bundle import Bundle
from tests.domains.central import Central
from tests.domains.workspace import Workspace, people

COVERED = ("catalogs", "schemas", "warehouses", "policies", "used")


def test_what_it_describes_is_what_apply_makes(
    workspace: Workspace, client: Callable[..., WorkspaceClient], tmp_path: Path
) -> None:
    workspace.edit(tags={"cost_center": "4711"})
    workspace.run("apply", "sales", "--yes")
    wanted = workspace.state()
    out = tmp_path / "bundle"
    rendered(workspace, out)
    workspace.served.reset(Metastore(principals=people()))
    admin = client("admin", clock=Hurried())
    for name in ("sales-owners", "sales-developers"):  # what no bundle makes
        admin.api_client.do("POST", "/api/2.0/account/scim/v2/Groups", body={"displayName": name})
    admin.service_principals.create(display_name="sales-ci")
    Bundle(out, admin, "default").deploy()
    found = workspace.state()
    for state in (wanted, found):  # tags of catalogs are none of a bundle's
        state["catalogs"] = {name: (each[0], each[1], each[3]) for name, each in state["catalogs"].items()}
    assert {kind: found[kind] for kind in COVERED} == {kind: wanted[kind] for kind in COVERED}
    plan = msgspec.convert(workspace.plan(), DomainPlan)
    left = [Resource.at(change.key, {}) for change in plan.changes]
    assert left
    assert [each.kind for each in left if is_covered(each)] == []
    listed = (out / "databricks.yml").read_text(encoding="utf-8")
    for text in ("group sales-owners", "service principal sales-ci", "tag domain_sales on sales_dev", "the metastore"):
        assert text in listed


def rendered(central: Central, out: Path) -> None:
    """Render a domain as a bundle, and check it."""
    central.run("render", "sales", "--out", str(out))
    assert bundle_schema.problems_on_top(yaml.safe_load((out / "databricks.yml").read_text())) == []
    assert bundle_schema.problems(yaml.safe_load((out / "resources/sales.domain.yml").read_text())) == []


def test_a_service_principal_that_is_there_is_named_by_its_id(workspace: Workspace, tmp_path: Path) -> None:
    known = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    workspace.edit(ci={"name": "sales-ci", "application_id": known})
    rendered(workspace, tmp_path / "bundle")
    assert known in (tmp_path / "bundle/resources/sales.domain.yml").read_text()
    assert "variables" not in yaml.safe_load((tmp_path / "bundle/databricks.yml").read_text())


def test_a_domain_on_the_laptop_is_none(tmp_path: Path) -> None:
    central = Central(tmp_path)
    central.run("new", "sales", "--no-input", "--platform", "duckdb")
    done = central.run("render", "sales", "--out", str(tmp_path / "bundle"), code=ExitCode.INPUT)
    assert "is on duckdb" in done.err


@pytest.mark.parametrize("kind", ["catalogs", "schemas", "sql_warehouses", "cluster_policies"])
def test_the_check_finds_what_is_damaged(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    rendered(workspace, tmp_path / "bundle")
    content = yaml.safe_load((tmp_path / "bundle/resources/sales.domain.yml").read_text())
    next(iter(content["resources"][kind].values()))["colour"] = "blue"
    assert bundle_schema.problems(content) != []
