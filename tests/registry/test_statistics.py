"""What many products come to, on both databases."""

from __future__ import annotations

from datetime import datetime, timezone

from meshport.registry import Registry
from meshport.registry.statistics import since
from meshport.registry.types import PortLineage, Scope
from tests.registry.samples import product, record


def test_every_statistic_is_of_the_products_in_scope(each_registry: Registry) -> None:
    registry = each_registry
    lineage = {"customers.v1": PortLineage("p", {}, (), {"email": "lower(email)"})}
    for domain in ("sales", "hr"):
        made = record(product(domain=domain), plan_digest=domain, lineage=lineage)
        registry.record_publication(made)
        key = made.product.key
        registry.audit("user:bob", "query", key, {})
        registry.audit("user:bob", "query", key, {})
        registry.rate(key, "user:bob", 4, "")
        registry.set_port_status(key, "customers.v1", "deprecated", actor="user:ann", deprecation_date="2027-01-31")
    for scope, keys in (
        (Scope(), ["hr.customer_360", "sales.customer_360"]),
        (Scope(domain="hr"), ["hr.customer_360"]),
        (Scope(product="sales.customer_360"), ["sales.customer_360"]),
    ):
        assert [(each.product, each.number, each.passed) for each in registry.publication_counts(scope)] == [
            (key, 1, 1) for key in keys
        ]
        assert sorted(registry.newest_results(scope)) == keys
        assert [each.product for each in registry.ratings_of(scope)] == keys
        assert sorted(registry.port_states(scope)) == keys
        assert sorted(registry.column_lineages(scope)) == keys
        today = datetime.now(timezone.utc).date().isoformat()
        assert [
            (each.product, each.day, each.queries, each.people) for each in registry.query_days(scope, since())
        ] == [(key, today, 2, 1) for key in keys]


def test_notices_and_entries_are_counted(each_registry: Registry) -> None:
    registry = each_registry
    assert registry.newest_entry(["sales.customer_360"]) == 0
    registry.record_publication(record())
    first = registry.newest_entry(["sales.customer_360", "sales.customer_360.customers.v1"])
    assert first > 0
    registry.audit("user:ann", "port.status", "sales.customer_360.customers.v1", {})
    assert registry.newest_entry(["sales.customer_360", "sales.customer_360.customers.v1"]) > first
    assert registry.unread_notices(["user:nobody"]) == 0
