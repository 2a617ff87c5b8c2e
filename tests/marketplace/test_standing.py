"""How products stand, on pages: for consumers, for owners, for the central team; and notices."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import msgspec

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.insights.characteristics import NAMES
from meshport.marketplace.identity import Identity
from meshport.registry.types import INCIDENT_KINDS, Announcement, Charge, Trouble
from tests.marketplace.conftest import ANN, BOB, Opened, Place, send

EVE = Identity("user:eve@example.com", "Eve", auditor=True)


def announce(place: Place) -> None:
    change = Announcement(
        product="sales.orders",
        port="orders",
        digest="x",
        replaced_by=None,
        goes_on="2027-03-01",
        changes=("email goes",),
    )
    place.registry.announce(change, ANN.person)


def test_a_product_shows_its_characteristics_with_evidence(opened: Opened) -> None:
    page = opened(BOB).get("/products/sales.orders").text
    for name in NAMES:
        assert f'aria-label="{name}: ' in page
    assert "hidden by a mask" in page
    assert "<td>freshness 24h</td><td>99.0%</td>" in page
    assert "nobody recorded it: meshport ops cost --record" in page
    assert "style=" not in page


def test_what_is_wrong_now_is_said_at_the_top(opened: Opened, place: Place) -> None:
    troubles = [Trouble("tests", "hard", "its tests failed"), Trouble("quality", "soft", "90 % promised, 50 %")]
    place.registry.keep_incidents("sales.orders", INCIDENT_KINDS, troubles, actor=ANN.person)
    bob = opened(BOB)
    page = bob.get("/products/sales.orders").text
    assert "its tests failed. What is published stays as it is." in page
    assert "90 % promised, 50 %.</p>" in page
    told = bob.get("/api/v1/products/sales.orders").json()["incidents"]
    assert [(each["kind"], each["severity"]) for each in told] == [("quality", "soft"), ("tests", "hard")]
    place.registry.keep_incidents("sales.orders", INCIDENT_KINDS, [], actor=ANN.person)
    assert "its tests failed" not in bob.get("/products/sales.orders").text


def test_what_it_costs_is_shown_to_owners_and_those_who_govern(opened: Opened, place: Place) -> None:
    today = datetime.now(timezone.utc).date().isoformat()
    built = Charge(
        day=today,
        payer="sales",
        domain="sales",
        product="sales.orders",
        kind="build",
        model="orders",
        consumer=None,
        amount=Decimal("1234.5"),
        currency="USD",
        seconds=1.0,
    )
    reader = {"kind": "read", "model": None, "consumer": "bob@example.com", "amount": Decimal("0.126")}
    place.registry.record_costs(
        "runs", today, today, [built, msgspec.structs.replace(built, **reader)], actor=ANN.person
    )
    place.registry.keep_incidents("sales.orders", ["cost"], [Trouble("cost", "soft", "over budget")], actor=ANN.person)
    for viewer in (ANN, EVE):
        page = opened(viewer).get("/products/sales.orders").text
        assert "1\u202f234.63\u00a0USD since" in page
        assert '<th scope="row">bob@example.com</th><td>0.13\u00a0USD</td>' in page
        assert "over budget" in page
        (told,) = opened(viewer).get("/api/v1/products/sales.orders/costs").json()
        assert told["total"] == "1234.626"
        assert told["consumers"] == [{"consumer": "bob@example.com", "amount": "0.126"}]
    bob = opened(BOB)
    page = bob.get("/products/sales.orders").text
    assert "known for 1 of the last 30 days" in page
    assert "USD" not in page
    assert "over budget" not in page
    assert bob.get("/api/v1/products/sales.orders").json()["incidents"] == []
    assert "over budget" not in bob.get("/notices").text
    assert "over budget" in opened(ANN).get("/notices").text
    assert "meshport ops cost --record" in opened(ANN).get("/products/sales.secret").text


def test_evidence_is_today_s_however_often_it_was_looked_at(opened: Opened, place: Place) -> None:
    bob = opened(BOB)
    assert "nobody rated it" in bob.get("/products/sales.orders").text
    send(bob, "/products/sales.orders/rating", stars="5")
    page = bob.get("/products/sales.orders").text
    assert "nobody rated it" not in page
    assert "stars: 5" in page
    place.registry.set_port_status("sales.orders", "orders", "deprecated", actor=ANN.person)
    assert "a day on which it goes" in bob.get("/products/sales.orders").text


def test_owners_see_what_waits_and_what_is_missing(opened: Opened, place: Place) -> None:
    asked = Actor.named("user:zoe")
    subscriptions.request(place.registry, "sales.orders", "user:zoe", actor=asked, purpose="to plan")
    announce(place)
    ann = opened(ANN)
    page = ann.get("/domains/sales/owner").text
    for said in (
        "to plan",
        "Approve",
        "email goes",
        "domain:marketing",
        "not certified",
        "promised 24h",
        "Error budget left",
        "queries of Orders",
    ):
        assert said in page, said
    place.registry.acknowledge(place.registry.announcements()[0], "domain:marketing", BOB.person)
    assert "email goes" not in ann.get("/domains/sales/owner").text


def test_an_auditor_looks_and_does_not_decide(opened: Opened, place: Place) -> None:
    subscriptions.request(place.registry, "sales.orders", "user:zoe", actor=Actor.named("user:zoe"))
    eve = opened(EVE)
    page = eve.get("/domains/sales/owner").text
    assert "user:zoe" in page
    assert "Approve" not in page
    assert eve.get("/domains/nowhere/owner").status_code == 404


def test_the_central_team_sees_the_mesh_by_domain(opened: Opened) -> None:
    page = opened(EVE).get("/governance").text
    for said in ("Characteristics by domain", "pii.email", "not recorded", "sales.secret", 'aria-label="2026-'):
        assert said in page, said
    assert "sales.orders" not in page.partition("Products that nobody uses")[2]


def test_notices_are_counted_until_they_are_read(opened: Opened, place: Place) -> None:
    bob = opened(BOB)
    read = send(bob, "/notices/read")
    assert "> unread" not in read
    announce(place)
    page = bob.get("/notices").text
    assert '1<span class="unseen"> unread' in page
    assert "email goes" in page
    assert '1<span class="unseen"> unread' in bob.get("/").text
    number = str(place.registry.notices(BOB.principals)[0].id)
    send(opened(ANN), "/notices/read", number=number)
    assert '1<span class="unseen"> unread' in bob.get("/notices").text
    assert "> unread" not in send(bob, "/notices/read", number=number).partition("<main")[0]
