"""Who is told what: once for each occasion, until they have read it; on both databases."""

from __future__ import annotations

import pytest

from meshport.access.principals import Actor
from meshport.access.subscriptions import approve, deny, request, revoke
from meshport.registry import Registry
from meshport.registry.types import Announcement, Told
from tests.registry.samples import port, product, record

KEY = "sales.customer_360"
SALES, MARKETING = "domain:sales", "domain:marketing"


@pytest.fixture
def mesh(each_registry: Registry) -> Registry:
    each_registry.record_publication(record())
    return each_registry


def told(registry: Registry, who: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in registry.notices([who], unread=True)][::-1]


def test_owners_hear_of_requests_and_subscribers_and_subscribers_of_decisions(mesh: Registry) -> None:
    asked = Actor.named("user:mia")
    request(mesh, KEY, "marketing", actor=asked, purpose="campaigns", until="2099-12-31")
    assert told(mesh, SALES) == [
        ("request", f"{MARKETING} asks for {KEY} (campaigns): meshport access approve {KEY} {MARKETING}")
    ]
    approve(mesh, KEY, "marketing", actor=Actor.named("user:bob"))
    assert told(mesh, SALES)[1:] == [("subscriber", f"user:bob let {MARKETING} read {KEY} until 2099-12-31")]
    for who in (MARKETING, "user:mia"):
        assert told(mesh, who) == [("decision", f"{MARKETING} may read {KEY} until 2099-12-31")]
    revoke(mesh, KEY, "marketing", actor=Actor.named("sales"), reason="over")
    assert told(mesh, MARKETING)[1:] == [("decision", f"{MARKETING}, {KEY}: revoked (over)")]
    request(mesh, KEY, "marketing", actor=asked)
    deny(mesh, KEY, "marketing", actor=Actor.named("sales"))
    assert told(mesh, MARKETING)[2:] == [("decision", f"{MARKETING}, {KEY}: denied")]


def test_subscribers_hear_of_versions_changes_deprecations_and_retirements(mesh: Registry) -> None:
    for name in ("marketing", "finance"):
        request(mesh, KEY, name, actor=Actor.named(name))
    approve(mesh, KEY, "marketing", actor=Actor.named("sales"))
    mesh.mark_read([MARKETING])
    more = product(ports=(port(), port("orders", "1")))
    mesh.record_publication(record(more, version="1.1.0", digest="definition 2", plan_digest="plan 2"))
    mesh.record_publication(record(more, version="1.1.0", digest="definition 2", plan_digest="plan 3"))
    broken = Announcement(
        product=KEY, port="customers.v1", digest="d", replaced_by=None, goes_on=None, changes=("email goes",)
    )
    mesh.announce(broken, "user:ann")
    mesh.announce(broken, "user:ann")
    for _ in range(2):
        mesh.set_port_status(
            KEY,
            "customers.v1",
            "deprecated",
            actor="user:ann",
            deprecation_date="2027-01-31",
            replaced_by="customers.v2",
        )
    mesh.set_port_status(KEY, "customers.v1", "retired", actor="user:ann", note="nobody reads it")
    mesh.set_product_status(KEY, "retired", actor="user:ann")
    name = f"{KEY}.customers.v1"
    assert told(mesh, MARKETING) == [
        ("version", f"{KEY} is at version 1.1.0: meshport show {KEY}"),
        ("change", f"{name} is about to break: email goes: meshport contract acknowledge {name}"),
        ("deprecation", f"the port customers.v1 of {KEY} goes on 2027-01-31; use customers.v2"),
        ("retirement", f"the port customers.v1 of {KEY} is retired (nobody reads it)"),
        ("retirement", f"{KEY} is retired: `meshport search` finds what is not"),
    ]
    assert told(mesh, "domain:finance") == []


def test_notices_are_read_once(mesh: Registry) -> None:
    notices = [Told("user:ann", f"occasion {number}", "decision", KEY, f"text {number}") for number in range(3)]
    mesh.tell(notices)
    mesh.tell(notices[:2])
    found = mesh.notices(["user:ann", "user:bob"])
    assert sorted(each.text for each in found) == ["text 0", "text 1", "text 2"]
    assert mesh.mark_read(["user:bob"], [found[0].id]) == 0
    assert mesh.mark_read(["user:ann"], [found[0].id]) == 1
    assert len(mesh.notices(["user:ann"], unread=True)) == 2
    assert mesh.mark_read(["user:ann"]) == 2
    assert mesh.notices(["user:ann"], unread=True) == []
    assert len(mesh.notices(["user:ann"], limit=2)) == 2
