"""However a query is put together: who is denied a port gets no row of it, and the same query runs for who is not."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshport.access.query import query
from meshport.errors import DeniedError
from tests.query.conftest import OPEN, SECRET, Market

# Each takes a query with the columns id and text, and gives another one.
WRAPPERS = (
    "select id, text from ({0}) as inner_query",
    "with t as ({0}) select id, text from t",
    "with t as (select 1 as n), salaries as ({0}) select id, text from salaries, t",
    "with orders_v1 as materialized ({0}) select id, text from orders_v1",
    "select id, text from ({0}) union all select 0, 'x'",
    "select 0 as id, 'x' as text union all (select id, text from ({0}))",
    "select 1 as id, (select max(text) from ({0})) as text",
    "select * from (values (1, (select max(text) from ({0})))) as v(id, text)",
    "select o.id, o.text from (select 1 as id, 'x' as text) o where exists (select 1 from ({0}))",
    "select o.id, s.text from range(3) as o(id) "
    "left join lateral (select text from ({0}) q where q.id >= o.id) s on 1 = 1",
    "select id, max(text) over (partition by id) as text from ({0})",
    "select id, string_agg(text, ',' order by text) as text from ({0}) group by id having count(*) > 0",
    "select id, text from ({0}) order by (select count(*) from ({0})) limit 5",
    "select id, case when true then (select min(text) from ({0})) end as text from range(2) as r(id)",
    "with recursive r as (select id, text from ({0}) union all select r.id + 1, r.text from r where r.id < 3) from r",
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wrappers=st.lists(st.sampled_from(WRAPPERS), max_size=4), upper=st.booleans())
def test_a_denied_principal_never_gets_a_row(market: Market, wrappers: list[str], upper: bool) -> None:
    def built(table: str) -> str:
        sql = f"select id, text from {table.upper() if upper else table}"
        for wrapper in wrappers:
            sql = wrapper.format(sql)
        return sql

    with pytest.raises(DeniedError):
        query(market.registry, "marketing", built(SECRET), actor="user:ann", max_rows=10)
    allowed = query(market.registry, "marketing", built(OPEN), actor="user:ann", max_rows=10)
    assert "SECRET" not in str(allowed.rows)
    assert [name for name, _ in allowed.columns] == ["id", "text"]
