"""The API for programs: what the pages show and do, as JSON."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import duckdb
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from meshport.registry.types import ColumnOrigin, PortLineage
from tests.marketplace.conftest import ANN, BOB, Opened, Place
from tests.registry.samples import product, record

V1 = "/api/v1"
HEADERS = {"x-meshport": "1"}


def get(client: TestClient[Litestar], path: str, **parameters: Any) -> Any:
    answer = client.get(V1 + path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_program_finds_and_judges_a_product(opened: Opened, place: Place) -> None:
    bob = opened(BOB)
    found = get(bob, "/products", q="order")
    assert [item["key"] for item in found["items"]] == ["sales.orders"]
    assert get(bob, "/products", limit=1, offset=1)["total"] == 2
    shown = get(bob, "/products/sales.orders")
    assert shown["owner"] == {"name": "Ann", "email": "ann@example.com"}
    assert (shown["readable"], shown["may_decide"]) == (True, False)
    port = shown["ports"][0]
    assert port["relation"] == "sales_published.orders.orders"
    assert [(each["name"], each["classification"], each["mask"]) for each in port["columns"]] == [
        ("id", None, None),
        ("email", "pii.email", "email"),
    ]
    assert str(place.folder) not in str(shown)  # where the file is, is nobody's business
    versions = get(bob, "/products/sales.orders/versions")
    assert [(each["version"], each["severity"]) for each in versions["items"]] == [("1.0.0", "first")]
    contract = get(bob, "/products/sales.orders/ports/orders/contract")
    assert (contract["kind"], contract["apiVersion"]) == ("DataContract", "v3.1.0")
    quality = get(bob, "/products/sales.orders/quality")
    assert {level["name"] for level in quality["levels"]} == {"freshness", "quality"}
    assert bob.get(f"{V1}/products/sales.orders/ports/orders/lineage").status_code == 404
    edge = ColumnOrigin("model.sales.orders", "email", "seed.sales.raw", "mail", "copy")
    head = place.registry.require("sales.orders")
    traced = {"orders": PortLineage("model.sales.orders", {}, (edge,))}
    place.registry.record_publication(
        record(head.product, digest=head.digest, plan_digest="traced", catalog=head.catalog, lineage=traced)
    )
    lineage = get(bob, "/products/sales.orders/ports/orders/lineage")
    expected = {"to": "model.sales.orders", "to_column": "email", "node": "seed.sales.raw", "column": "mail"}
    assert lineage["edges"] == [{**expected, "kind": "copy"}]


def test_a_version_says_what_it_changed(opened: Opened, place: Place) -> None:
    head = place.registry.require("sales.orders")
    port = head.product.ports[0]
    fewer = replace(port, contract=replace(port.contract, columns=port.contract.columns[:1]))
    changed = replace(head.product, ports=(fewer,))
    place.registry.record_publication(
        record(changed, version="2.0.0", digest="other", plan_digest="other", catalog=head.catalog)
    )
    newest = get(opened(BOB), "/products/sales.orders/versions", limit=1)["items"][0]
    assert (newest["version"], newest["severity"]) == ("2.0.0", "breaking")
    assert {"port": "orders", "subject": "email"}.items() <= newest["changes"][0].items()


def test_rows_are_seen_through_the_caller_s_eyes(opened: Opened) -> None:
    bob = opened(BOB)
    sample = get(bob, "/products/sales.orders/ports/orders/sample")
    assert sample["rows"] == [[1, "***@example.com"]]
    assert sample["reader"] == "domain:marketing"
    refused = bob.get(f"{V1}/products/sales.secret/ports/salaries/sample")
    assert refused.status_code == 403
    assert "SECRET" not in refused.text


def test_values_that_json_would_round_are_text(opened: Opened, place: Place) -> None:
    with duckdb.connect(str(place.folder / "sales_published.duckdb")) as connection:
        connection.execute(
            "create or replace table orders.orders as select 170141183460469231731687303715884105727::hugeint as id, "
            "'NaN'::double as email, '\\x00\\xff'::blob as b, interval 1 day as i, map {1: 'x'} as m, 1.10::decimal(9,2) as d"
        )
    (row,) = get(opened(BOB), "/products/sales.orders/ports/orders/sample")["rows"]
    assert row == ["170141183460469231731687303715884105727", "nan", "00ff", "1 day, 0:00:00", {"1": "x"}, "1.10"]


def test_a_request_is_made_and_decided(opened: Opened) -> None:
    bob, ann = opened(BOB), opened(ANN)
    path = f"{V1}/products/sales.secret/subscriptions"
    body = {"principal": "domain:marketing", "purpose": "to plan", "days": 30}
    asked = bob.post(path, json=body, headers=HEADERS)
    assert (asked.status_code, asked.json()["state"]) == (201, "requested")
    assert bob.post(path, json=body, headers=HEADERS).status_code == 409
    assert bob.post(path, json={"principal": "domain:finance"}, headers=HEADERS).status_code == 403
    assert get(bob, "/subscriptions", state="requested")["items"][0]["purpose"] == "to plan"
    decision = {"principal": "domain:marketing", "reason": "for a month"}
    assert bob.post(f"{path}/approve", json=decision, headers=HEADERS).status_code == 403
    assert get(ann, "/products/sales.secret/subscriptions")["total"] == 1
    assert ann.post(f"{path}/approve", json=decision, headers=HEADERS).json()["state"] == "active"
    notice = get(bob, "/notices", unread=True)["items"][0]
    assert "domain:marketing may read sales.secret" in notice["text"]
    assert bob.post(f"{V1}/notices/read", json={"ids": [notice["id"]]}, headers=HEADERS).json() == {"read": 1}
    assert notice["id"] not in [each["id"] for each in get(bob, "/notices", unread=True)["items"]]
    assert ann.post(f"{path}/revoke", json=decision, headers=HEADERS).json()["state"] == "revoked"
    assert ann.post(f"{path}/deny", json=decision, headers=HEADERS).status_code == 409


def test_nobody_approves_their_own_request(opened: Opened) -> None:
    ann = opened(ANN)
    path = f"{V1}/products/sales.secret/subscriptions"
    assert ann.post(path, json={"principal": ANN.person}, headers=HEADERS).status_code == 201
    refused = ann.post(f"{path}/approve", json={"principal": ANN.person}, headers=HEADERS)
    assert refused.status_code == 403
    assert "cannot approve its own request" in refused.json()["detail"]


def test_ratings_and_bookmarks(opened: Opened) -> None:
    bob = opened(BOB)
    rated = bob.put(f"{V1}/products/sales.orders/rating", json={"stars": 4, "comment": "good"}, headers=HEADERS)
    assert rated.status_code == 204
    assert get(bob, "/products/sales.orders/ratings")["items"][0]["comment"] == "good"
    assert bob.put(f"{V1}/products/sales.secret/rating", json={"stars": 4}, headers=HEADERS).status_code == 403
    assert bob.put(f"{V1}/bookmarks/sales.orders", headers=HEADERS).status_code == 204
    assert [each["key"] for each in get(bob, "/bookmarks")["items"]] == ["sales.orders"]
    assert bob.delete(f"{V1}/bookmarks/sales.orders", headers=HEADERS).status_code == 204
    assert get(bob, "/bookmarks")["total"] == 0


def test_a_retired_product_is_hidden_from_others(opened: Opened, place: Place) -> None:
    place.registry.set_product_status("sales.secret", "retired", actor="user:ann@example.com")
    bob, ann = opened(BOB), opened(ANN)
    for part in ("", "/versions", "/quality", "/ratings", "/ports/salaries/contract", "/ports/salaries/sample"):
        assert bob.get(f"{V1}/products/sales.secret{part}").status_code == 404, part
    assert bob.put(f"{V1}/bookmarks/sales.secret", headers=HEADERS).status_code == 404
    assert get(ann, "/products/sales.secret")["status"] == "retired"
    assert get(bob, "/products")["total"] == 1


def test_pages_of_results_join(opened: Opened, place: Place) -> None:
    for number in range(9):
        one = product(f"extra_{number}")
        place.registry.record_publication(record(one, digest=f"extra {number}", plan_digest=f"extra {number}"))
    bob = opened(BOB)
    whole = [item["key"] for item in get(bob, "/products", limit=100)["items"]]
    assert len(whole) == 11
    for limit, offset in ((4, 0), (4, 3), (4, 8), (3, 10), (5, 11)):
        part = get(bob, "/products", limit=limit, offset=offset)
        assert [item["key"] for item in part["items"]] == whole[offset : offset + limit], (limit, offset)
        assert part["total"] == 11


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/products?limit=0", None, 400),
        ("GET", "/products?limit=many", None, 400),
        ("GET", "/products/no.such", None, 404),
        ("GET", "/products/sales.orders/ports/none/contract", None, 404),
        ("GET", "/subscriptions?state=dancing", None, 400),
        ("PUT", "/products/sales.orders/rating", {"stars": 6}, 400),
        ("PUT", "/products/sales.orders/rating", {"stars": 5, "comment": "x" * 2001}, 400),
        ("PUT", "/products/sales.orders/rating", {"stars": 5, "comment": "a\0b"}, 400),
        ("PUT", "/products/sales.orders/rating", {"stars": 5, "person": "user:ann@example.com"}, 400),
        ("POST", "/products/sales.secret/subscriptions", {"principal": 1}, 400),
        ("POST", "/products/sales.secret/subscriptions", {"principal": "team:sales"}, 400),
        ("POST", "/products/sales.secret/subscriptions", {"principal": "user:bob@example.com", "days": 0}, 400),
        ("POST", "/products/no.such/subscriptions", {"principal": "user:bob@example.com"}, 404),
        ("PUT", "/bookmarks/no.such", None, 404),
        ("POST", "/products", {}, 405),
    ],
)
def test_what_does_not_fit_is_explained(opened: Opened, method: str, path: str, body: Any, status: int) -> None:
    answer = opened(BOB).request(method, V1 + path, json=body, headers=HEADERS)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"]


def test_what_an_owner_sends_that_does_not_fit_is_no_missing_product(opened: Opened) -> None:
    ann = opened(ANN)
    path = f"{V1}/products/sales.orders/subscriptions/approve"
    for principal, status in (("user:a\u200bb", 400), ("user:nobody", 409), ("domain:marketing", 409)):
        answer = ann.post(path, json={"principal": principal}, headers=HEADERS)
        assert (answer.status_code, answer.json()["status"]) == (status, status), principal
    gone = ann.post(f"{V1}/products/sales.gone/subscriptions/approve", json={"principal": "x"}, headers=HEADERS)
    assert (gone.status_code, "no product 'sales.gone' is published" in gone.text) == (404, True)


def test_a_sample_that_cannot_be_read_is_nobody_s_fault_who_asks(opened: Opened, place: Place) -> None:
    with duckdb.connect(str(place.folder / "sales_published.duckdb")) as connection:
        connection.execute("drop table orders.orders")
    bob = opened(BOB)
    assert bob.get(f"{V1}/products/sales.orders/ports/orders/sample").status_code == 503
    assert bob.get("/products/sales.orders/sample/orders").status_code == 503
    place.registry.set_port_status("sales.orders", "orders", "retired", actor=ANN.person)
    assert bob.get(f"{V1}/products/sales.orders/ports/orders/sample").status_code == 404


@pytest.mark.parametrize("decision", ["approve", "deny", "revoke"])
def test_decisions_are_told_in_the_words_of_the_command_line(opened: Opened, decision: str) -> None:
    described = opened(ANN).get("/api/openapi.json").json()
    route = described["paths"][f"{V1}/products/{{product}}/subscriptions/{decision}"]["post"]
    command = importlib.import_module("meshport.cli.access_decide").__dict__[decision]
    first = inspect.cleandoc(command.help).splitlines()[0]
    assert route["description"].startswith(first)


def test_the_description_names_every_route(opened: Opened) -> None:
    bob = opened(BOB)
    described = bob.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    served = {route.path_format for route in bob.app.routes if route.path_format.startswith(V1)}
    assert set(described["paths"]) == served
