"""Subscriptions become grants: the least there is, only ours are taken, and whatever was left half done is done."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from pathlib import Path

import pytest

from meshport.access import upkeep
from meshport.access.calendar import today
from meshport.access.principals import Actor
from meshport.access.subscriptions import approve, request, revoke, subscriptions
from meshport.errors import BlockedError, UnavailableError
from meshport.mesh import Guard
from meshport.model import Relation
from meshport.registry import Registry
from meshport.registry.book import Book
from meshport.standards import AccessRule
from tests.access.catalog import KEY, Memory, published, reading
from tests.registry.samples import url
from tests.registry.test_audit_chain import in_threads

SALES = Actor.named("sales")


@pytest.fixture
def mesh(registry: Registry) -> Registry:
    registry.record_publication(published(1, ["customers", "orders"]))
    return registry


@pytest.fixture
def catalog() -> Memory:
    return Memory()


def subscribe(registry: Registry, who: str, product: str = KEY, days: int | None = None) -> None:
    request(registry, product, who, actor=Actor.named(who), days=days)
    approve(registry, product, who, actor=SALES)


def states(registry: Registry) -> dict[str, str]:
    return {each.principal: each.state for each in subscriptions(registry)}


def test_approved_is_granted_verified_and_recorded(mesh: Registry, catalog: Memory) -> None:
    assert catalog.settle(mesh).granted == ()
    assert catalog.questions == 0, "nobody subscribes: nothing has to be asked"
    subscribe(mesh, "marketing")
    subscribe(mesh, "user:Ann@Example.com")
    assert states(mesh) == {"domain:marketing": "approved", "user:ann@example.com": "approved"}
    done = catalog.settle(mesh)
    assert catalog.texts == reading("marketing", "customers", "orders") | reading(
        "ann@example.com", "customers", "orders"
    )
    assert set(done.granted) == catalog.texts
    assert len(done.activated) == 2
    assert states(mesh) == {"domain:marketing": "active", "user:ann@example.com": "active"}
    (first, _) = subscriptions(mesh)
    assert set(first.grants) == reading("marketing", "customers", "orders")
    logged = mesh.audit_log(KEY, 2)
    assert [each.action for each in logged] == ["access.grant", "access.grant"]
    assert set(logged[1].detail["grants"]) == set(first.grants)
    before = len(catalog.calls)
    assert catalog.settle(mesh) == type(done)()
    assert len(catalog.calls) == before
    assert catalog.questions == 3, "two to grant and verify, one to see that all is well"


def test_revoking_takes_only_what_nobody_else_needs(mesh: Registry, catalog: Memory) -> None:
    mesh.record_publication(published(1, ["revenue"], "money"))
    for product in (KEY, "sales.money"):
        subscribe(mesh, "marketing", product)
    catalog.settle(mesh)
    revoke(mesh, KEY, "marketing", actor=SALES)
    done = catalog.settle(mesh)
    assert catalog.texts == reading("marketing", "revenue", schema="money")
    assert [text.split()[0] for text in done.revoked].count("SELECT") == 2
    assert "USE CATALOG on sales_published to marketing" not in done.revoked


def test_grants_of_others_are_said_and_never_taken(mesh: Registry, catalog: Memory) -> None:
    database = Relation("sales_published", "", "")
    catalog.by_hand(database, "USE CATALOG", "Marketing")
    catalog.by_hand(database, "CREATE SCHEMA", "marketing")
    catalog.by_hand(Relation("sales_published", "customer_360", "orders"), "SELECT", "auditors")
    theirs = catalog.texts
    subscribe(mesh, "marketing")
    done = catalog.settle(mesh)
    assert states(mesh) == {"domain:marketing": "active"}
    assert len(done.granted) == 3, "what was there already is not granted again"
    assert len(done.foreign) == 2
    revoke(mesh, KEY, "marketing", actor=SALES)
    catalog.settle(mesh)
    assert catalog.texts == theirs


def test_ports_that_come_are_granted_and_ports_that_retire_are_not(mesh: Registry, catalog: Memory) -> None:
    subscribe(mesh, "marketing")
    catalog.settle(mesh)
    mesh.record_publication(published(2, ["customers", "orders", "returns"]))
    assert catalog.settle(mesh).granted == ("SELECT on sales_published.customer_360.returns to marketing",)
    assert set(subscriptions(mesh)[0].grants) == reading("marketing", "customers", "orders", "returns")
    mesh.set_port_status(KEY, "orders", "retired", actor="user:ann")
    assert catalog.settle(mesh).revoked == ("SELECT on sales_published.customer_360.orders to marketing",)
    mesh.set_product_status(KEY, "retired", actor="user:ann")
    catalog.settle(mesh)
    assert catalog.texts == set()


def test_what_somebody_revoked_by_hand_is_healed(mesh: Registry, catalog: Memory) -> None:
    subscribe(mesh, "marketing")
    catalog.settle(mesh)
    catalog.held.clear()
    catalog.settle(mesh)
    assert catalog.texts == reading("marketing", "customers", "orders")
    revoke(mesh, KEY, "marketing", actor=SALES)
    catalog.settle(mesh)
    assert catalog.texts == set()


def test_a_principal_that_is_unknown_keeps_nobody_else_out(mesh: Registry, catalog: Memory) -> None:
    catalog.unknown.add("marketing")
    subscribe(mesh, "marketing")
    subscribe(mesh, "finance")
    done = catalog.settle(mesh)
    assert states(mesh) == {"domain:marketing": "approved", "domain:finance": "active"}
    assert len(done.problems) == 4
    assert "no principal marketing" in done.problems[0]
    revoke(mesh, KEY, "marketing", actor=SALES)
    assert catalog.settle(mesh).problems == ()
    catalog.unknown.clear()
    subscribe(mesh, "marketing")
    catalog.settle(mesh)
    assert states(mesh)["domain:marketing"] == "active"


def test_a_grant_that_is_not_kept_is_a_problem(
    mesh: Registry, catalog: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "grant", lambda *_: None)
    subscribe(mesh, "marketing")
    assert "the catalog did not keep it" in catalog.settle(mesh).problems[0]
    assert states(mesh) == {"domain:marketing": "approved"}
    monkeypatch.undo()
    assert len(catalog.settle(mesh).granted) == 4


def test_names_of_principals_come_from_the_standards_and_renaming_is_guarded(mesh: Registry, catalog: Memory) -> None:
    names = [f"team{number}" for number in range(4)]
    for name in names:
        subscribe(mesh, name)
    catalog.settle(mesh)
    rule = AccessRule("x", principals={"domain:*": "mesh-{name}"})
    mesh.write_access_rules("sales", {"names": rule}, actor="user:ann")
    guard = Guard(removals=0.3, beginning_with=10)
    with pytest.raises(BlockedError, match="16 of 16 grants would go, and no subscription ended: more than 30%"):
        catalog.settle(mesh, guard)
    assert len(catalog.texts) == 16, "nothing was done"
    catalog.settle(mesh, guard, allow_removals=True)
    assert catalog.texts == set().union(*(reading(f"mesh-{name}", "customers", "orders") for name in names))


def test_many_that_end_at_once_are_not_held_back(mesh: Registry, catalog: Memory) -> None:
    names = [f"team{number}" for number in range(4)]
    for name in names:
        subscribe(mesh, name)
    catalog.settle(mesh)
    for name in names:
        revoke(mesh, KEY, name, actor=SALES)
    catalog.settle(mesh, Guard(removals=0, beginning_with=0))
    assert catalog.texts == set()


def test_time_ends_subscriptions_after_telling_of_it(
    mesh: Registry, catalog: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = AccessRule("x", notice_days=7)
    mesh.write_access_rules("sales", {"told": rule}, actor="user:ann")
    subscribe(mesh, "marketing", days=30)
    subscribe(mesh, "finance")
    request(mesh, KEY, "hr", actor=Actor.named("hr"), days=5)
    catalog.settle(mesh)
    now = today()

    def later(days: int) -> upkeep.Passed:
        monkeypatch.setattr("meshport.access.calendar.today", lambda: now + timedelta(days=days))
        return upkeep.expire(mesh, actor="user:clock")

    def told(who: str) -> list[str]:
        return [each.kind for each in mesh.notices([who], unread=True)][::-1]

    for who in ("domain:sales", "domain:marketing"):
        mesh.mark_read([who])
    assert later(5) == upkeep.Passed((), (), ())
    assert [each.principal for each in later(6).denied] == ["domain:hr"]
    assert told("domain:hr") == ["decision"]
    for _ in range(2):
        assert [each.principal for each in later(23).ending] == ["domain:marketing"]
    assert told("domain:marketing") == ["expiry"]
    assert later(30).expired == ()
    catalog.settle(mesh)
    assert catalog.texts >= reading("marketing", "customers", "orders")
    # Whoever settles before `expire` ran takes the grants already.
    monkeypatch.setattr("meshport.access.calendar.today", lambda: now + timedelta(days=31))
    catalog.settle(mesh)
    assert catalog.texts == reading("finance", "customers", "orders")
    (over,) = later(31).expired
    assert (over.principal, over.state, over.decided_by) == ("domain:marketing", "expired", "user:clock")
    assert over.ended_at is not None
    assert set(over.grants) == reading("marketing", "customers", "orders"), "what it was granted is kept"
    assert told("domain:marketing") == ["expiry", "expiry"]
    assert told("domain:sales")[-2:] == ["expiry", "expiry"]
    assert later(31).expired == ()


def _approve_and_die(path: Path, place: str) -> None:
    """Approve, and be killed at some point of settling."""
    import os
    import signal

    catalog = Memory()
    kill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731
    with Registry.open(url(path)) as registry:
        approve(registry, KEY, "marketing", actor=SALES)
        if place == "before granting":
            catalog.grant = kill  # type: ignore[method-assign]
        elif place == "before recording":
            Book.forget = kill  # type: ignore[method-assign,assignment]
        else:
            registry.move_subscription = kill  # type: ignore[method-assign,assignment]
        catalog.settle(registry)


@pytest.mark.parametrize("place", ["before granting", "before recording", "before activating"])
def test_killed_anywhere_the_next_run_converges(mesh: Registry, path: Path, catalog: Memory, place: str) -> None:
    request(mesh, KEY, "marketing", actor=Actor.named("marketing"))
    spawn = multiprocessing.get_context("spawn")
    victim = spawn.Process(target=_approve_and_die, args=(path, place), daemon=True)
    victim.start()
    victim.join(60)
    assert victim.exitcode == -9
    assert states(mesh) == {"domain:marketing": "approved"}
    if place == "before recording":  # the victim's memory was the catalog: what it granted is there
        for text in sorted(reading("marketing", "customers", "orders")):
            privilege, _, rest = text.partition(" on ")
            parts = [*rest.partition(" to ")[0].split("."), "", ""]
            catalog.by_hand(Relation(parts[0], parts[1], parts[2]), privilege, "marketing")
    catalog.settle(mesh)
    assert states(mesh) == {"domain:marketing": "active"}
    assert catalog.texts == reading("marketing", "customers", "orders")
    revoke(mesh, KEY, "marketing", actor=SALES)
    catalog.settle(mesh)
    assert catalog.texts == set(), "what the victim granted is known as ours"
    assert mesh.verify_audit().broken is None


@pytest.mark.parametrize("each_url", ["sqlite", "postgresql"], indirect=True)
def test_many_approvals_at_once(each_registry: Registry, each_url: str, catalog: Memory) -> None:
    """20 on SQLite, 100 on PostgreSQL: no update is lost, nothing is granted twice, the chain holds."""
    each_registry.record_publication(published(1, ["customers"]))
    count = 20 if each_registry._engine.dialect.name == "sqlite" else 100
    names = [f"team{number}" for number in range(count)]
    for name in names:
        request(each_registry, KEY, name, actor=Actor.named(name))

    def decide(name: str) -> None:
        with Registry.open(each_url, create=False) as own:  # as many connections as there are people
            catalog.settle(own, waiting=approve(own, KEY, name, actor=SALES))

    in_threads([lambda name=name: decide(name) for name in names])  # type: ignore[misc]
    assert set(states(each_registry).values()) == {"active"}
    assert catalog.texts == set().union(*(reading(name, "customers") for name in names))
    assert len(catalog.calls) == 3 * count
    found = each_registry.verify_audit()
    assert (found.entries, found.broken) == (1 + 3 * count, None)


def test_another_workspace_is_refused(mesh: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    from meshport.access.granting import settle

    monkeypatch.setenv("DATABRICKS_HOST", "https://elsewhere")
    monkeypatch.setenv("DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/x")
    subscribe(mesh, "marketing")
    with pytest.raises(UnavailableError, match="published in the workspace somewhere, and DATABRICKS_HOST names elsew"):
        settle(mesh, "sales", actor="user:ann")
