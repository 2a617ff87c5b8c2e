"""`meshport publish` registers in Unity Catalog, and takes certifications back, as people see it."""

from __future__ import annotations

import pytest

from meshport.errors import ExitCode
from meshport.plan.certification import KEY
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks.publish.test_publishing import ALL
from tests.publish.domain import UNCHANGED

pytestmark = pytest.mark.dbt

CERTIFIED = "select table_name from sales_published.information_schema.table_tags where tag_value = 'certified'"
TABLES = "select port, certification from sales_published.meshport.ports where certification is not null"


def test_what_publishing_registers_is_seen_in_the_plan_and_in_the_catalog(native: NativeDomain) -> None:
    assert "Unity Catalog" in native.run("plan").out
    native.publish()
    assert native.sql(CERTIFIED) == [("customers_v1",)]
    assert native.sql(TABLES) == [("customers.v1", "certified")]
    assert native.sql("select count(*) from sales_published.meshport.test_results") == [(5,)]
    made_of = "select upstream_table, upstream_column, kind from sales_published.meshport.lineage where column_name = "
    assert native.sql(f"{made_of} 'revenue'") == [("sales.internal.orders", "amount", "mod")]
    to = native.double.store.documents["destinations"]["schema/sales_published.revenue"]["destinations"]
    assert [each["destination_id"] for each in to] == ["sales@example.com"]
    assert UNCHANGED in native.run("plan").out

    with native.editing("run_results.json") as data:
        (failed,) = (r for r in data["results"] if r["unique_id"].startswith("test.sales.unique_customers_v1"))
        failed |= {"status": "fail", "failures": 3}
    done = native.run("publish", "--yes")
    assert done.code == ExitCode.BLOCKED
    assert "certification withdrawn" in done.out
    assert "Not certified any more: sales_published.customer_orders.customers_v1: tests that failed" in done.err
    assert native.sql(CERTIFIED) == native.sql(TABLES) == []
    assert "certif" not in native.run("plan").out


def test_who_may_not_certify_is_told_what_it_takes_and_publishes(native: NativeDomain) -> None:
    assigners = native.double.store.documents.setdefault("tag_assigners", {})
    assigners[KEY] = {"principals": ["stewards"]}
    done = native.publish()
    said = "Not certified: sales_published.customer_orders.customers_v1: Databricks refused a statement"
    assert said in done.err, done.err
    assert f"ASSIGN on the governed tag `{KEY}`" in done.err
    assert native.seen() == ALL
    assert native.sql(CERTIFIED) == native.sql(TABLES) == []
    with native.registry() as registry:
        assert registry.unfinished("sales") == []
    plan = native.plan()
    assert [(change.name, change.drift) for product in plan.products for change in product.changes] == [(KEY, False)]
    assigners[KEY] = {"principals": ["sales"]}
    assert "Not certified" not in native.publish().err
    assert native.sql(CERTIFIED) == [("customers_v1",)]
    assert native.in_sync()
