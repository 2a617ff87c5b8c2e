"""Many products: what is kept of them is true for as long as it is shown, lists come in pages, and no more is read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.contracts import diff_products
from meshport.discovery import Discovery
from meshport.errors import UnavailableError
from meshport.marketplace.identity import Identity
from meshport.marketplace.views import history
from meshport.registry import Registry
from meshport.registry.types import Asked
from tests.marketplace.conftest import ANN, BOB, Opened, Place, send
from tests.registry.samples import product, record

ZOE = Identity("user:zoe@example.com", "Zoe")


def publish(place: Place, *names: str, **changes: Any) -> None:
    for name in names:
        one = product(name, title=f"Thing {name}", **changes)
        place.registry.record_publication(record(one, digest=name, plan_digest=f"{name} {changes}"))


def part(page: str, title: str) -> str:
    """Return a part of the first page, empty where it is not there."""
    return page.partition(f"<h2>{title}</h2>")[2].partition("</section>")[0]


def test_the_first_page_is_of_this_moment(opened: Opened, place: Place) -> None:
    zoe = opened(ZOE)
    first = zoe.get("/").text
    assert "2 products" in first
    assert "sales.later" not in first
    publish(place, "later")
    assert "3 products" in (page := zoe.get("/").text)
    assert "sales.later" in part(page, "New")
    assert "sales.later" not in part(page, "Most used")
    asked = Actor.named("user:zoe@example.com")
    subscriptions.request(place.registry, "sales.later", ZOE.person, actor=asked, reason="x")
    assert "sales.later" not in part(zoe.get("/").text, "Most used")
    subscriptions.approve(place.registry, "sales.later", ZOE.person, actor=ANN.actor)
    assert "sales.later" in part(zoe.get("/").text, "Most used")
    subscriptions.revoke(place.registry, "sales.later", ZOE.person, actor=ANN.actor, reason="x")
    assert "sales.later" not in part(zoe.get("/").text, "Most used")
    place.registry.set_product_status("sales.later", "retired", actor=ANN.person)
    assert "2 products" in (page := zoe.get("/").text)
    assert "sales.later" not in part(page, "New")


def test_what_is_kept_for_all_shows_nobody_what_they_may_not_know_of(opened: Opened, place: Place) -> None:
    place.registry.set_product_status("sales.orders", "retired", actor=ANN.person)
    one = opened(ZOE)  # one process serves them all
    for domain, seen in (("sales", True), ("marketing", False), ("sales", True)):
        send(one, "/persona", user="somebody", domain=domain, role="developer")
        assert ("sales.orders" in part(one.get("/").text, "Most used")) is seen, domain
        assert ("sales.orders" in one.get("/domains/sales").text) is seen, domain
        found = one.get("/search").text
        assert ("retired <span>1</span>" in found) is seen, domain
        assert ("2 products" in found) is seen, domain


def test_a_domain_and_its_decisions_come_in_pages(opened: Opened, place: Place) -> None:
    publish(place, *(f"p{number:02}" for number in range(40)))
    ann, bob = opened(ANN), opened(BOB)
    pages = [bob.get("/domains/sales", params={"page": number}).text for number in (1, 2, 3)]
    assert [page.count('<li class="card">') for page in pages] == [24, 18, 0]
    assert "1 of 2" in pages[0]
    assert 'rel="next" href="/domains/sales?page=2"' in pages[0]
    for number in range(60):
        asked = Asked(product="sales.secret", principal=f"user:p{number}", by="user:p")
        assert place.registry.add_subscription(asked) is not None
    for number in range(5):
        subscriptions.deny(place.registry, "sales.secret", f"user:p{number}", actor=ANN.actor, reason="no")
    page = ann.get("/decisions").text
    assert page.count('<article class="request">') == 50
    assert "These are the oldest of 55." in page
    assert page.count("user:p4<") == 1


def test_the_api_and_a_comparison_read_no_more_than_they_show(
    opened: Opened, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nobody asked for that")

    for name in ("versions", "ratings", "also_used", "newest_entry", "visit"):
        monkeypatch.setattr(Registry, name, refuse)
    bob = opened(BOB)
    compared = bob.get("/compare?a=sales.orders&b=sales.secret")
    assert compared.status_code == 200
    assert "promised" not in compared.text
    assert "freshness 24h" in compared.text
    monkeypatch.setattr(Registry, "tested", refuse)
    assert bob.get("/api/v1/products/sales.orders").json()["readable"]


def test_results_between_two_pages_are_searched_once(
    opened: Opened, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(place, *(f"p{number}" for number in range(9)))
    bob, asked = opened(BOB), []
    whole = Discovery.search

    def counting(self: Discovery, *given: Any) -> Any:
        asked.append(given)
        return whole(self, *given)

    monkeypatch.setattr(Discovery, "search", counting)
    found = bob.get("/api/v1/products?q=thing&limit=4&offset=3").json()
    assert (len(found["items"]), found["total"], len(asked)) == (4, 9, 1)


def test_a_look_is_remembered_after_the_answer_or_not_at_all(opened: Opened, place: Place) -> None:
    bob, file = opened(BOB), place.folder / "registry.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("begin immediate")
        assert bob.get("/products/sales.orders").status_code == 200
        with pytest.raises(UnavailableError, match="in use"):
            place.registry.visit("sales.orders", BOB.person)
        other.rollback()
    assert place.registry.visits(BOB.person) == []
    assert bob.get("/products/sales.orders").status_code == 200
    assert place.registry.visits(BOB.person) == ["sales.orders"]


def test_what_a_version_changed_is_worked_out_once(
    opened: Opened, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, asked = opened(BOB), []

    def counting(*given: Any) -> Any:
        asked.append(given)
        return diff_products(*given)

    monkeypatch.setattr(history, "diff_products", counting)
    for number in (1, 2, 3):
        one = product("told", description=f"{number}.")
        made = record(one, digest=str(number), version=f"{number}.0.0", plan_digest=str(number))
        place.registry.record_publication(made)
        for _ in range(2):
            found = bob.get("/api/v1/products/sales.told/versions").json()["items"]
            assert bob.get("/products/sales.told").status_code == 200
        assert [each["version"] for each in found] == [f"{n}.0.0" for n in range(number, 0, -1)]
        assert found[0]["severity"] == ("first" if number == 1 else "patch")
        assert len(asked) == number


def test_bookmarks_are_read_as_far_as_they_are_shown(
    opened: Opened, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"p{number}" for number in range(5)]
    publish(place, *names)
    for name in names:
        place.registry.bookmark(f"sales.{name}", BOB.person, on=True)
    place.registry.set_product_status("sales.p2", "retired", actor=ANN.person)
    bob, read = opened(BOB), []
    whole = Registry.heads_of

    def counting(self: Registry, keys: Any) -> Any:
        read.extend(keys)
        return whole(self, keys)

    monkeypatch.setattr(Registry, "heads_of", counting)
    found = bob.get("/api/v1/bookmarks?limit=2&offset=1").json()
    assert ([each["key"] for each in found["items"]], found["total"]) == (["sales.p3", "sales.p1"], 4)
    assert read == ["sales.p3", "sales.p1"]
