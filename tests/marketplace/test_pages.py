"""What people see and do, through the pages."""

from __future__ import annotations

from tests.marketplace.conftest import ANN, BOB, Opened, Place, send


def test_a_consumer_finds_judges_and_reads_a_product(opened: Opened) -> None:
    bob = opened(BOB)
    assert "Orders" in bob.get("/search?q=order").text
    page = bob.get("/products/sales.orders").text
    for said in ("pii.email", "domain:marketing", "promised 24h", "Connect", "sales_published.orders.orders"):
        assert said in page
    rows = bob.get("/products/sales.orders/sample/orders").text
    assert "***@example.com" in rows
    assert "domain:marketing" in rows
    assert "kind: DataContract" in bob.get("/products/sales.orders/contracts/orders").text
    assert "kind: DataProduct" in bob.get("/products/sales.orders/descriptor").text


def test_a_search_forgives_and_is_narrowed_down(opened: Opened) -> None:
    bob = opened(BOB)
    assert "come near" in bob.get("/search?q=ordres").text
    narrowed = bob.get("/search?q=orders&domain=sales&column=email").text
    assert "Orders" in narrowed
    assert "domain sales: remove" in narrowed
    assert "Nothing is found" in bob.get("/search?q=orders&domain=finance").text
    assert bob.get("/search?page=0").status_code == 400


def test_what_somebody_does_not_read_is_not_shown(opened: Opened) -> None:
    answer = opened(BOB).get("/products/sales.secret/sample/salaries")
    assert "SECRET" not in answer.text
    assert "you do not read sales.secret yet" in answer.text


def test_a_request_is_decided_by_the_owner_and_by_nobody_else(opened: Opened, place: Place) -> None:
    bob, ann = opened(BOB), opened(ANN)
    said = send(bob, "/products/sales.secret/ask", principal="domain:marketing", purpose="to plan")
    assert "domain:marketing asked for sales.secret" in said
    refused = send(bob, "/products/sales.secret/decide", principal="domain:marketing", action="approve")
    assert refused.startswith("403")
    assert "to plan" in ann.get("/decisions").text
    assert "is approved" in send(ann, "/products/sales.secret/decide", principal="domain:marketing", action="approve")
    assert "SECRET" in bob.get("/products/sales.secret/sample/salaries").text
    assert "is revoked" in send(ann, "/products/sales.secret/decide", principal="domain:marketing", action="revoke")
    assert "SECRET" not in bob.get("/products/sales.secret/sample/salaries").text


def test_nobody_asks_for_a_domain_that_they_do_not_speak_for(opened: Opened) -> None:
    said = send(opened(BOB), "/products/sales.secret/ask", principal="domain:finance", purpose="curious")
    assert said.startswith("403")
    assert "you do not speak for domain:finance" in said


def test_bookmarks_visits_and_ratings_are_kept(opened: Opened, place: Place) -> None:
    bob = opened(BOB)
    bob.get("/products/sales.orders")
    assert "★ Bookmarked" in send(bob, "/products/sales.orders/bookmark", on="true")
    assert "good enough" in send(bob, "/products/sales.orders/rating", stars="4", comment="good enough")
    assert send(opened(ANN), "/products/sales.orders/rating", stars="5").startswith("403")
    home = bob.get("/").text
    assert "Bookmarks" in home
    assert "Recently viewed" in home
    assert place.registry.likings()["sales.orders"].mean == 4.0


def test_what_does_not_fit_is_told_from_what_is_not_there(opened: Opened) -> None:
    ann = opened(ANN)
    unfit = send(ann, "/products/sales.orders/decide", principal="user:a\u200bb", action="approve")
    assert unfit.startswith("400")
    assert "is no principal" in unfit
    late = send(ann, "/products/sales.orders/decide", principal="user:zoe", action="revoke")
    assert late.startswith("409")
    assert "There is no such thing" in ann.get("/products/sales.nothing").text
    assert send(ann, "/persona", user="a b").startswith("400")


def test_a_retired_product_is_its_own_domains_alone(opened: Opened, place: Place) -> None:
    place.registry.set_product_status("sales.secret", "retired", actor="user:ann@example.com")
    assert opened(BOB).get("/products/sales.secret").status_code == 404
    assert opened(ANN).get("/products/sales.secret").status_code == 200


def test_a_form_without_its_token_changes_nothing(opened: Opened, place: Place) -> None:
    bob = opened(BOB)
    assert bob.post("/products/sales.orders/bookmark", data={"on": "true"}).status_code == 403
    assert place.registry.bookmarks(BOB.person) == []


def test_a_machine_s_marketplace_answers_to_its_own_names_alone(opened: Opened) -> None:
    assert opened(BOB).get("/", headers={"host": "evil.example.com"}).status_code == 400


def test_every_answer_carries_the_headers(opened: Opened) -> None:
    bob = opened(BOB)
    for path in ("/", "/nothing", "/products/no.such", "/static/site.css"):
        answer = bob.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["x-content-type-options"] == "nosniff", path
