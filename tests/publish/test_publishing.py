"""Publishing, and publishing again."""

from __future__ import annotations

import io
import json

import msgspec
import pytest
from sqlalchemy import Engine, event

from meshport.errors import ExitCode
from meshport.plan.types import Plan
from tests.publish import toy
from tests.publish.domain import UNCHANGED, Domain

pytestmark = pytest.mark.dbt


def test_the_first_publish_shows_its_plan_and_writes_masked_filtered_tagged_ports(domain: Domain) -> None:
    done = domain.publish()
    assert "sales.customer_orders (new, 1.0.0)" in done.out
    assert "Published: sales.customer_orders, sales.revenue" in done.err
    assert "is an ordinary file" in done.err
    assert domain.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert domain.ask("from customer_orders.orders order by 1") == [
        (10, 1, "9.50"),
        (11, 2, "20.00"),
        (12, None, "1.25"),
    ]
    assert domain.ask("from revenue.revenue_by_country order by 1") == [("BE", "20.00"), ("NL", "9.50")]
    assert domain.tags("customers_v1") == {
        "data_product": "customer_orders",
        "domain": "sales",
        "owner": "sales@example.com",
        "port_version": "1",
        "retention": "2y",
        "tier": "gold",
    }
    assert domain.tags("customers_v1", "email") == {"classification": "pii.email"}
    assert domain.tags("orders", "amount") == {"business_term": "amount"}
    assert domain.comments("customers_v1") == {
        "": "One row a customer, it's good.",
        "customer_id": "The key.",
        "email": "Their mail.",
        "country": "Where they live.",
    }


def test_the_first_publish_is_in_the_registry(published: Domain) -> None:
    with published.registry() as registry:
        heads = registry.heads("sales")
        assert {key: head.version for key, head in heads.items()} == dict.fromkeys(toy.PRODUCTS, "1.0.0")
        (first,) = registry.publications("sales.customer_orders")
        evidence = registry.evidence("sales.customer_orders", first.number)
    assert (first.kind, first.passed, first.warned, first.failed) == ("publish", 4, 1, 0)
    assert {item.rule.kind for item in evidence["customers.v1"]} == {"unit", "unique", "not_null"}
    assert [item.status for item in evidence["orders"]] == ["warn", "pass"]
    assert published.in_sync()


def test_the_registry_knows_where_the_columns_of_a_published_port_come_from(published: Domain) -> None:
    with published.registry() as registry:
        found = registry.column_lineage("sales.revenue")["revenue_by_country"]
    assert "SUM" in found.formulas["revenue"].upper()
    named = {(found.nodes[edge.node], edge.column, found.nodes[edge.to], edge.name) for edge in found.edges}
    assert ("orders", "amount", "revenue_by_country", "revenue") in named
    assert ("stg_customers", "country", "customers.v1", "country") in named
    assert not found.unknown


def test_publishing_again_says_so_and_writes_nothing(published: Domain) -> None:
    before = published.published.read_bytes(), published.published.stat().st_mtime_ns
    written: list[str] = []

    def remember(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "BEGIN", "PRAGMA")):
            written.append(statement)

    event.listen(Engine, "before_cursor_execute", remember)
    try:
        done = published.publish()
        assert written == []
        with published.registry() as registry:
            registry.audit("user:ann", "x", "y", {})
        assert written != []  # the listener does see writes
    finally:
        event.remove(Engine, "before_cursor_execute", remember)
    assert UNCHANGED in done.out
    assert "Published" not in done.err
    assert (published.published.read_bytes(), published.published.stat().st_mtime_ns) == before
    assert len(published.publications("sales.revenue")) == 1


def test_a_new_build_is_published_and_the_one_before_is_kept_beside_it(published: Domain) -> None:
    published.rebuild("update customers_v1 set country = 'DE' where customer_id = 1")
    plan = published.plan()
    assert {(change.subject, change.reason) for product in plan.products for change in product.changes} == {
        ("customers_v1", "the project changed it"),
        ("orders", "the project changed it"),
        ("revenue_by_country", "the project changed it"),
    }
    published.publish()
    assert published.ask("select country from customer_orders.customers_v1 order by 1") == [("BE",), ("DE",)]
    assert published.ask("select country from customer_orders.customers_v1__previous order by 1") == [("BE",), ("NL",)]
    assert [entry.version for entry in published.publications("sales.customer_orders")] == ["1.0.0", "1.0.0"]
    assert published.in_sync()


def test_the_plan_as_json_is_the_plan(domain: Domain) -> None:
    done = domain.run("plan", "--format", "json")
    plan = msgspec.json.decode(done.out, type=Plan)
    assert json.loads(msgspec.json.encode(plan)) == json.loads(done.out)
    assert plan.actionable
    assert not plan.blocked
    assert [product.product.key for product in plan.products] == list(toy.PRODUCTS)
    assert domain.plan().digest == plan.digest
    assert domain.publish("--format", "json").out == done.out


def test_planning_writes_nothing_in_the_catalog(domain: Domain) -> None:
    assert domain.run("plan").code == ExitCode.OK
    assert not domain.published.exists()


def test_nothing_is_published_without_a_yes(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    done = domain.run("publish")
    assert done.code == 130
    assert "Plan: 2 products" in done.out
    assert not domain.published.exists()
    assert domain.publications("sales.revenue") == []
