"""The portal: a domain from a form to DuckDB files; who is a developer because an owner said so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from meshport.marketplace.identity import Identity, identity_of
from meshport.marketplace.settings import Groups, Provisioning, Settings, load_settings
from meshport.model import Owner
from tests.marketplace.conftest import ANN, Opened, Place, send

ITA = Identity("user:ita@example.com", "Ita", provisioner=True)


@pytest.fixture
def portal(opened: Opened, tmp_path: Path) -> TestClient[Litestar]:
    """The provisioner's browser; the central team's repository is beside the registry."""
    return opened(ITA, Settings(provisioning=Provisioning(str(tmp_path))))


def press(client: TestClient[Litestar], name: str) -> str:
    """Look at a domain's plan and press its button."""
    digest = re.search(r'name="digest" value="(\w+)"', client.get(f"/provisioning/{name}").text)
    assert digest is not None, "there is no button"
    return send(client, f"/provisioning/{name}/apply", digest=digest[1])


def test_a_domain_from_a_form_to_its_files(portal: TestClient[Litestar], place: Place, tmp_path: Path) -> None:
    form = {"platform": "duckdb", "title": "Logistics", "owner_name": "Movers", "size": "Medium"}
    shown = send(portal, "/new-domain", name="logistics", **form)
    assert "Written: domains/logistics.yml" in shown
    assert "not there yet" in shown
    assert not (tmp_path / "data").exists()
    assert "Provisioned: logistics." in press(portal, "logistics")
    assert (tmp_path / "data/logistics/logistics_published.duckdb").exists()
    assert "Nothing to do" in portal.get("/provisioning/logistics").text
    assert place.registry.domain_groups()["logistics"] == ("logistics-owners", "logistics-developers")
    actors = {entry.actor for entry in place.registry.audit_log("logistics")}
    assert actors == {"user:ita@example.com"}


def test_what_does_not_fit_is_said_beside_the_form(portal: TestClient[Litestar], tmp_path: Path) -> None:
    shown = send(portal, "/new-domain", name="Not a name", title="Kept", platform="duckdb")
    assert shown.startswith("400")
    assert "$.name" in shown
    assert 'value="Kept"' in shown
    assert not (tmp_path / "domains").exists()


def test_a_policy_refuses_and_there_is_no_button(portal: TestClient[Litestar]) -> None:
    shown = send(portal, "/new-domain", name="logistics", platform="duckdb", size="4X-Large")
    assert "warehouse_size" in shown
    assert "Apply this plan" not in shown
    plan = re.search(r"domains/logistics.yml:\d+", shown)
    assert plan is not None


def test_another_plan_than_the_one_that_was_seen_is_refused(portal: TestClient[Litestar], tmp_path: Path) -> None:
    send(portal, "/new-domain", name="logistics", platform="duckdb")
    assert send(portal, "/provisioning/logistics/apply", digest="0" * 64).startswith("409")
    assert not (tmp_path / "data").exists()


def test_without_a_repository_there_is_no_portal(opened: Opened) -> None:
    assert opened(ITA).get("/provisioning").status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "Sales", "a%00b", "nothing"])
def test_names_that_are_no_domain_lead_nowhere(portal: TestClient[Litestar], name: str) -> None:
    assert portal.get(f"/provisioning/{name}").status_code in (400, 404)


def test_an_owner_adds_a_developer_who_belongs_from_then_on(opened: Opened, place: Place) -> None:
    groups = ("sales-owners", "sales-developers")
    place.registry.enter_domain("sales", "Sales", "", Owner(), groups=groups, actor="user:it")
    dora = opened(Identity("user:dora@example.com", "Dora"))
    assert dora.get("/domains/sales/owner").status_code == 403
    ann = opened(ANN)
    shown = send(ann, "/domains/sales/developers/change", person="Dora@example.com", action="add")
    assert "user:dora@example.com" in shown
    assert dora.get("/domains/sales/owner").status_code == 200
    assert dora.get("/domains/sales/developers").status_code == 403, "a developer adds nobody"
    send(ann, "/domains/sales/developers/change", person="user:dora@example.com", action="remove")
    assert dora.get("/domains/sales/owner").status_code == 403
    assert "is no person" in send(ann, "/domains/sales/developers/change", person="domain:marketing", action="add")


def test_developers_of_a_domain_that_nobody_provisioned(opened: Opened) -> None:
    ann = opened(ANN)
    assert "not provisioned" in ann.get("/domains/sales/developers").text
    assert send(ann, "/domains/sales/developers/change", person="dora@example.com").startswith("404")


def test_groups_of_provisioned_domains_count_whatever_they_are_called() -> None:
    found = identity_of("ann@example.com", "Ann", ["movers"], Groups(), {"logistics": ("bosses", "movers")})
    assert (found.owns, found.develops) == (frozenset(), frozenset({"logistics"}))
    assert identity_of("bo@example.com", "Bo", ["bosses"], Groups(), {"logistics": ("bosses", "movers")}).owns == {
        "logistics"
    }


def test_paths_in_the_settings_start_at_their_file(tmp_path: Path) -> None:
    (tmp_path / "marketplace.yml").write_text("provisioning: {folder: central}\n", encoding="utf-8")
    found = load_settings(tmp_path / "marketplace.yml").provisioning
    assert found == Provisioning(str(tmp_path / "central"))
