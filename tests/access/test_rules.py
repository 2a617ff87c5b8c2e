"""The standards' rules of access: who is approved without asking, where two people decide, for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from meshport.access.calendar import day_after, today
from meshport.access.principals import Actor, Principal, parse_principal
from meshport.access.rules import Rules, Terms, catalog_name, terms_of
from meshport.access.subscriptions import approve, deny, may_read, request
from meshport.errors import BlockedError, DeniedError, InputError
from meshport.model import Column, Contract, Product
from meshport.registry import Registry
from meshport.standards import AccessRule
from tests.registry.samples import port, product, record

KEY = "sales.customer_360"
MARKETING = Actor.named("domain:marketing")
OPEN = AccessRule("Open.", classifications=("public",), auto_approve=("domain:*", "user:*@example.com"))
TWO = AccessRule("Two people.", classifications=("pii",), approvers=2)


def holding(*classifications: str | None) -> Product:
    columns = tuple(Column(f"c{number}", classification=held) for number, held in enumerate(classifications))
    return product(ports=(port(contract=Contract(True, columns)),))


def terms(rules: Rules, who: str, *classifications: str | None) -> Terms:
    return terms_of(rules, holding(*classifications), parse_principal(who))


def test_all_of_a_product_must_be_covered_to_be_approved_without_asking() -> None:
    rules = {"open": OPEN, "two": TWO}
    assert terms(rules, "domain:finance", "public").approved_by == ("open",)
    assert terms(rules, "user:ann@example.com", "public").approved_by == ("open",)
    assert terms(rules, "user:ann@elsewhere.org", "public").approved_by == ()
    assert terms(rules, "domain:finance", "public", None).approved_by == ()
    assert terms(rules, "domain:finance", "public", "internal").approved_by == ()
    assert terms(rules, "domain:finance").approved_by == ()
    silent = {"open": AccessRule("x", classifications=("public", "unclassified"), auto_approve=("domain:*",))}
    assert terms(silent, "domain:finance", "public", None).approved_by == ("open",)


def test_the_strictest_of_all_rules_that_speak_counts() -> None:
    rules = {
        "everything": AccessRule("x", longest_days=365, notice_days=7),
        "personal": AccessRule("x", classifications=("pii",), approvers=2, longest_days=30, notice_days=3),
        "open": AccessRule("x", classifications=("pii", "public"), auto_approve=("domain:*",)),
    }
    found = terms(rules, "domain:finance", "public", "pii.email")
    assert (found.approvers, found.approved_by, found.longest_days, found.notice_days) == (2, (), 30, 7)
    found = terms(rules, "domain:finance", "public")
    assert (found.approvers, found.approved_by, found.longest_days) == (1, ("open",), 365)


def test_names_in_unity_catalog() -> None:
    finance, ann = Principal("domain", "finance"), Principal("user", "ann@example.com")
    assert (catalog_name({}, finance), catalog_name({}, ann)) == ("finance", "ann@example.com")
    rules = {"names": AccessRule("x", principals={"domain:*": "mesh-{name}", "domain:finance": "Finance readers"})}
    assert catalog_name(rules, finance) == "Finance readers"
    assert catalog_name(rules, Principal("domain", "hr")) == "mesh-hr"
    rules["more"] = AccessRule("x", principals={"domain:h*": "hr-{name}"})
    with pytest.raises(InputError, match="several names: hr-hr, mesh-hr"):
        catalog_name(rules, Principal("domain", "hr"))


@pytest.fixture
def mesh(registry: Registry) -> Registry:
    registry.record_publication(record())
    return registry


def test_two_people_approve_personal_data(mesh: Registry) -> None:
    assert mesh.write_access_rules("sales", {"two": TWO}, actor="user:ann")
    assert not mesh.write_access_rules("sales", {"two": TWO}, actor="user:ann")
    request(mesh, KEY, "marketing", actor=MARKETING)
    with pytest.raises(DeniedError, match="two people have to approve this, and domain:sales is none"):
        approve(mesh, KEY, "marketing", actor=Actor.named("sales"))
    bob, cay = Actor.named("user:bob"), Actor.named("user:cay")
    half = approve(mesh, KEY, "marketing", actor=bob, reason="fine")
    assert (half.state, [(each.by, each.reason) for each in half.approvals]) == ("requested", [("user:bob", "fine")])
    with pytest.raises(DeniedError, match="has approved it already"):
        approve(mesh, KEY, "marketing", actor=Actor.named("user:BOB"))
    with pytest.raises(DeniedError, match="is none"):
        approve(mesh, KEY, "marketing", actor=Actor.named("sales"))
    assert not may_read(mesh, "marketing", KEY)
    whole = approve(mesh, KEY, "marketing", actor=cay)
    assert (whole.state, [each.by for each in whole.approvals]) == ("active", ["user:bob", "user:cay"])
    assert may_read(mesh, "marketing", KEY)


def test_what_the_standards_approve_is_active_at_once(registry: Registry) -> None:
    registry.record_publication(record(holding("public")))
    registry.write_access_rules("sales", {"open": OPEN}, actor="user:ann")
    made = request(registry, KEY, "marketing", actor=MARKETING)
    assert (made.state, made.decided_by) == ("active", "rule:open")
    assert registry.audit_log(KEY, 1)[0].action == "access.approve"


def test_a_limit_is_the_end_where_none_is_asked_for(mesh: Registry) -> None:
    mesh.write_access_rules("sales", {"short": AccessRule("x", longest_days=30)}, actor="user:ann")
    with pytest.raises(BlockedError, match="is given for 30 days at most, and 31 were asked for"):
        request(mesh, KEY, "marketing", actor=MARKETING, days=31)
    assert request(mesh, KEY, "marketing", actor=MARKETING).until == day_after(30)
    assert request(mesh, KEY, "finance", actor=MARKETING, days=7, purpose="the books").until == day_after(7)
    with pytest.raises(BlockedError, match="has passed"):
        request(mesh, KEY, "hr", actor=MARKETING, until="2020-01-01")
    with pytest.raises(InputError, match="beyond every calendar"):
        request(mesh, KEY, "hr", actor=MARKETING, days=10**9)
    with pytest.raises(InputError, match="zero character"):
        request(mesh, KEY, "hr", actor=MARKETING, purpose="a\0b")


def test_a_subscription_that_is_over_reads_nothing_and_cannot_be_approved(
    mesh: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("marketing", "finance"):
        request(mesh, KEY, name, actor=MARKETING, days=3)
    approve(mesh, KEY, "finance", actor=Actor.named("sales"))
    now = today()
    monkeypatch.setattr("meshport.access.calendar.today", lambda: now + timedelta(days=3))
    assert may_read(mesh, "finance", KEY)
    monkeypatch.setattr("meshport.access.calendar.today", lambda: now + timedelta(days=4))
    assert not may_read(mesh, "finance", KEY)
    with pytest.raises(BlockedError, match="which has passed"):
        approve(mesh, KEY, "marketing", actor=Actor.named("sales"))
    assert deny(mesh, KEY, "marketing", actor=Actor.named("sales")).state == "denied"


def test_rules_of_a_domain_that_nobody_knows_are_kept_nowhere(registry: Registry) -> None:
    assert not registry.write_access_rules("nobody", {"open": OPEN}, actor="user:ann")
    assert registry.access_rules("nobody") == {}
