"""Subscriptions become grants: the least that reading takes, and only ours are ever removed."""

from __future__ import annotations

import pytest

from meshport.errors import ExitCode
from tests.publish.domain import Domain
from tests.unity.conftest import configured
from tests.unity.faults import proxying
from tests.unity.registered import UNCHANGED, Registered
from tests.unity.server import Running

pytestmark = pytest.mark.dbt

ANN, FINANCE = "ann@example.com", "finance@example.com"


def held(mesh: Registered) -> dict[str, dict[str, set[str]]]:
    """Return who may do what, by what it is on; what nobody may do anything with is left out."""
    places = [("catalog", mesh.catalog)]
    places += [("schema", f"{mesh.catalog}.{name}") for name in ("customer_orders", "revenue")]
    places += [("table", f"{mesh.catalog}.{name}") for name in sorted(mesh.tables())]
    found = {name.partition(".")[2]: mesh.server.granted(kind, name) for kind, name in places}
    return {name: granted for name, granted in found.items() if granted}


def reading(*users: str) -> dict[str, dict[str, set[str]]]:
    return {
        "": {user: {"USE CATALOG"} for user in users},
        "customer_orders": {user: {"USE SCHEMA"} for user in users},
        "customer_orders.customers_v1": {user: {"SELECT"} for user in users},
        "customer_orders.orders": {user: {"SELECT"} for user in users},
    }


def test_an_active_subscription_is_granted_and_a_revoked_one_is_not(mesh: Registered) -> None:
    mesh.server.add_user("Bea@example.com")  # addresses have no case, and the server compares them exactly
    mesh.server.add_user(FINANCE)
    mesh.apply()
    assert held(mesh) == {}
    mesh.subscribe("sales.customer_orders", "finance")
    mesh.subscribe("sales.customer_orders", "user:bea@example.com")
    assert {change[:2] for change in mesh.changes()} == {("create", "grant")}
    mesh.apply()
    assert held(mesh) == reading(FINANCE, "Bea@example.com")
    mesh.in_sync()
    mesh.revoke("sales.customer_orders", "finance")
    mesh.apply()
    assert held(mesh) == reading("Bea@example.com")
    mesh.in_sync()


def test_grants_come_back_with_a_table_that_is_made_anew(mesh: Registered) -> None:
    mesh.server.add_user(FINANCE)
    mesh.subscribe("sales.customer_orders", "finance")
    mesh.apply()
    said = ("--port", "orders", "--on", "2030-01-31")
    assert mesh.domain.run("product", "deprecate", "customer_orders", *said).code == 0
    assert "the registration is made anew" in mesh.domain.run("unity", "plan").out
    mesh.apply()
    assert held(mesh) == reading(FINANCE)
    mesh.in_sync()


def test_grants_of_others_are_listed_and_stay(mesh: Registered) -> None:
    mesh.server.add_user(ANN)
    mesh.server.add_user(FINANCE)
    mesh.apply()
    theirs = f"{mesh.catalog}.customer_orders.orders"
    mesh.server.grant("table", theirs, ANN, "SELECT")
    mesh.server.grant("catalog", mesh.catalog, FINANCE, "USE CATALOG", "CREATE SCHEMA")
    mesh.subscribe("sales.customer_orders", "finance")
    mesh.apply()
    assert f"SELECT to {ANN} on {theirs}" in mesh.plan()["foreign"]
    mesh.revoke("sales.customer_orders", "finance")
    mesh.apply()
    # What finance had before it subscribed was not ours to take.
    assert held(mesh) == {"": {FINANCE: {"USE CATALOG", "CREATE SCHEMA"}}, "customer_orders.orders": {ANN: {"SELECT"}}}
    mesh.in_sync()


def test_a_grant_removed_by_hand_is_drift(mesh: Registered) -> None:
    mesh.server.add_user(FINANCE)
    mesh.subscribe("sales.customer_orders", "finance")
    mesh.apply()
    name = f"{mesh.catalog}.customer_orders.orders"
    changes = [{"principal": FINANCE, "add": [], "remove": ["SELECT"]}]
    mesh.server.must("PATCH", f"/permissions/table/{name}", {"changes": changes})
    (change,) = mesh.plan()["changes"]
    assert (change["action"], change["name"], change["drift"]) == ("create", f"SELECT to {FINANCE}", True)
    mesh.apply()
    assert held(mesh) == reading(FINANCE)


def test_who_cannot_be_granted_anything_is_said(mesh: Registered) -> None:
    mesh.subscribe("sales.customer_orders", "marketing")
    mesh.subscribe("sales.customer_orders", "user:nobody@example.com")
    done = mesh.apply()
    assert "domain:marketing reads sales.customer_orders, but `unity.principals` names no user for it" in done.out
    assert (
        "user:nobody@example.com reads sales.customer_orders, but the server knows no user nobody@example.com"
        in done.out
    )
    assert held(mesh) == {}


def test_a_server_that_authorises_nobody_keeps_no_grants_and_it_is_said(
    published: Domain, open_server: Running, catalog: str
) -> None:
    with proxying(open_server.url) as proxy:
        mesh = configured(published, open_server, proxy, catalog)
        mesh.server.add_user(FINANCE)
        mesh.subscribe("sales.customer_orders", "finance")
        done = mesh.apply()
        assert "Note: this server authorises nobody" in done.out
        assert not any("permissions" in request.path for request in proxy.requests)
        before = len(proxy.writes)
        assert UNCHANGED in mesh.apply().out
        assert len(proxy.writes) == before


def test_without_a_token_or_with_a_wrong_one_nothing_is_read(mesh: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    for token, hint in (("", "export UNITY_TOKEN=..."), ("wrong-secret", "the token in UNITY_TOKEN may not do this")):
        monkeypatch.setenv("UNITY_TOKEN", token)
        done = mesh.apply(code=ExitCode.DENIED)
        assert hint in done.err
        assert "wrong-secret" not in done.err + done.out
    assert mesh.proxy.writes == []
