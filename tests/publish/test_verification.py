"""What fails while it is published leaves every port of its product as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshport.dbt_command import Dbt
from meshport.errors import ExitCode
from tests.publish import toy
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

pytestmark = pytest.mark.dbt

ORDERS = [(10, 1, "9.50"), (11, 2, "20.00"), (12, None, "1.25")]
BROKEN = {
    "a null where none may be": (
        "create or replace table orders as select case order_id when 10 then null else order_id end as order_id, "
        "customer_id, amount from orders",
        "order_id: null values (expected 0, found 1)",
    ),
    "a column that is gone": ("alter table orders drop column amount", "amount"),
    "a value of another type": (
        "create or replace table orders as select order_id, customer_id, 'much' as amount from orders",
        "amount: data type (expected DECIMAL(4,2), found VARCHAR)",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_contract_changes_no_port_of_the_product(published: Domain, case: str) -> None:
    statement, message = BROKEN[case]
    # dbt tested other rows than those that are there now: somebody changed the table after the build.
    published.rebuild("update customers_v1 set country = 'DE'", statement)
    done = published.run("publish", "--yes")
    assert done.code in (ExitCode.BLOCKED, ExitCode.UNAVAILABLE), done
    assert message in done.err
    assert published.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert published.ask("from customer_orders.orders order by 1") == ORDERS
    assert [entry.number for entry in published.publications("sales.customer_orders")] == [1]

    published.rebuild(
        "create or replace table orders as select 10 as order_id, 1 as customer_id, 9.5::decimal(4, 2) as amount"
    )
    published.publish()
    assert published.ask("from customer_orders.orders") == [(10, 1, "9.50")]
    assert published.in_sync()


def test_a_product_before_the_broken_one_is_published_whole(published: Domain) -> None:
    """Products are published by name: `customer_orders` is done when `revenue` fails, and the registry says so."""
    published.rebuild("update customers_v1 set country = 'DE'", "drop table revenue_by_country")
    done = published.run("publish", "--yes")
    assert done.code == ExitCode.UNAVAILABLE, done
    assert "revenue_by_country" in done.err
    assert published.ask("select distinct country from customer_orders.customers_v1") == [("DE",)]
    assert len(published.publications("sales.customer_orders")) == 2
    assert len(published.publications("sales.revenue")) == 1
    assert published.ask("select count(*) from revenue.revenue_by_country") == [(2,)]
    left = {item.product.name: item.actionable for item in published.plan().products}
    assert left == {"customer_orders": False, "revenue": True}


def test_values_that_do_not_look_masked_are_never_swapped_in(
    published: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A domain overrides how a port is staged, the dbt way, and forgets the masks."""
    project = published.path / "dbt_project.yml"
    project.write_text(
        project.read_text() + "dispatch: [{macro_namespace: meshport, search_order: [sales, meshport]}]\n"
    )
    (published.path / "macros").mkdir()
    (published.path / "macros" / "stage_port.sql").write_text(
        "{% macro duckdb__stage_port(port) %}\n"
        "  {{ return(meshport.statements([['write the copy', 'create or replace table '\n"
        "    ~ meshport.duckdb__relation_name(port.staged) ~ ' as select * from '\n"
        "    ~ meshport.duckdb__filtered_rows(port)]])) }}\n"
        "{% endmacro %}\n"
    )
    (tmp_path / "overridden").mkdir()
    monkeypatch.setattr(Dbt, "render", Memory(tmp_path / "overridden").as_method())
    published.rebuild("update customers_v1 set country = 'DE'")
    done = published.publish(code=ExitCode.BLOCKED)
    assert "verify masks failed" in done.err
    assert "email: unmasked values" in done.err
    assert "ann@example.com" not in done.err + done.out
    assert published.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert (
        published.ask("from duckdb_tables() select table_name where table_name like '%\\_\\_staged' escape '\\'") == []
    )
