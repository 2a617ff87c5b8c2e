"""Every way around the check that came to mind: each is refused, says why, and is in the audit log."""

from __future__ import annotations

import pytest

from meshport.access.query import query
from meshport.errors import DeniedError, InputError
from tests.query.conftest import OPEN, SECRET, Market

REACHES_FOR_THE_PORT = [
    "from {t}",
    "table {t}",
    "select (select max(text) from {t})",
    "select 1 where exists (from {t})",
    "select 1 where 'SECRET' in (select text from {t})",
    f"select * from {OPEN} o join {{t}} s on o.id = s.id",
    f"select * from {OPEN} o, {{t}} s",
    f"select * from {OPEN} o left join lateral (select text from {{t}} s where s.id = o.id) on true",
    f"select id, text from {OPEN} union all select id, text from {{t}}",
    f"select id, text from {OPEN} except select id, text from {{t}}",
    f"select id, text from {OPEN} union by name from {{t}}",
    "with t as (from {t}) from t",
    "with t as materialized (from {t}) from t",
    "with recursive t as (select 1 as n, 'a' as text union all select n + 1, s.text from t, {t} s where n < 3) from t",
    f"select * from {OPEN} order by (select max(text) from {{t}})",
    f"select * from {OPEN} limit (select max(id) from {{t}})",
    f"select * from {OPEN} offset (select max(id) from {{t}})",
    f"select count(*) from {OPEN} group by (select max(text) from {{t}})",
    f"select count(*) from {OPEN} having (select true from {{t}})",
    f"select * from {OPEN} qualify row_number() over (order by (select max(text) from {{t}})) = 1",
    f"select sum(id) over (partition by (select max(text) from {{t}})) from {OPEN}",
    f"select count(*) filter (where 'SECRET' in (select text from {{t}})) from {OPEN}",
    f"select distinct on ((select max(text) from {{t}})) * from {OPEN}",
    "select case when true then (select text from {t}) end",
    "select [text for text in (select list(text) from {t})]",
    "select list_transform([1], lambda x: (select text from {t}))",
    "select * from (values ((select text from {t})))",
    "select * from unnest((select list(text) from {t}))",
    "select * from range((select max(id) from {t}))",
    f"select * replace ((select max(text) from {{t}}) as text) from {OPEN}",
    f"select columns(lambda c: c in (select text from {{t}})) from {OPEN}",
    "select cast((select text from {t}) as varchar)",
    "select * from {t} tablesample reservoir (100)",
    "select s.text from {t} as s",
    "select * from {t} as salaries(id, text)",
    "/* */ select -- no\n * from {t}",
    "((select * from {t}))",
    "select * from (select * from (select * from {t}))",
    "select struct_pack(a := (select text from {t}))",
    "select {{'a': (select text from {t})}}",
    "select (select text from {t}) between 'a' and 'z'",
    "select (select text from {t}) collate nocase",
]
NAMES = [
    SECRET,
    '"sales_published"."secret"."salaries"',
    "SALES_PUBLISHED.Secret.SALARIES",
    "sales_published /* x */ . secret . salaries",
    "sales_published\u200b.secret\u00a0.salaries",
]
OTHER_WAYS = [
    "from query('from sales_published.secret.salaries')",
    "from query_table('sales_published.secret.salaries')",
    "from query_table(['sales_published.secret.salaries'])",
    "from json_execute_serialized_sql(json_serialize_sql('from sales_published.secret.salaries'))",
    "select json_serialize_plan('from sales_published.secret.salaries')",
    "from read_csv('/etc/passwd')",
    "from read_text('/etc/passwd')",
    "from read_blob('/etc/passwd')",
    "from read_json('/etc/passwd')",
    "from read_parquet('x.parquet')",
    "from parquet_scan('x.parquet')",
    "from glob('/*')",
    "from sniff_csv('/etc/passwd')",
    "from '/etc/passwd'",
    "from 'file.csv'",
    'from "file.parquet"',
    "from connection",
    "from market",
    "from sales_published.orders.leak()",
    "from leak()",
    "from duckdb_tables()",
    "from duckdb_columns()",
    "from duckdb_databases()",
    "from duckdb_settings()",
    "from duckdb_secrets()",
    "from duckdb_logs()",
    "from pragma_table_info('sales_published.secret.salaries')",
    "from pragma_storage_info('sales_published.secret.salaries')",
    "from pragma_database_size()",
    "from duckdb_tables",
    "from sqlite_master",
    "from pg_catalog.pg_tables",
    "from system.information_schema.tables",
    "from information_schema.tables",
    "from sales_published.information_schema.tables",
    "from sales_published.orders.orders_v1__previous",
    "from sales_published.orders.orders_v1__staged",
    "from sales_published.orders.unpublished",
    "from sales_published.secret.bonuses",
    "from sales_published.meshport.tags",
    "from orders.orders_v1",
    "from orders_v1",
    "from sales_published.orders_v1",
    f"from {OPEN} at (version => 1)",
    # A name that a WITH gave elsewhere, where DuckDB would find a view of its own.
    "with duckdb_tables as (from duckdb_tables) from duckdb_tables",
    "select * from (with duckdb_tables as (select 1) from duckdb_tables), duckdb_tables",
    "with a as (from duckdb_tables), duckdb_tables as (select 1) from a",
    "with recursive duckdb_tables as (select table_name from duckdb_tables union all select 'x' where false) "
    "from duckdb_tables",
    "select (with duckdb_tables as (select 1) select 1), (select count(*) from duckdb_tables)",
    "with t as (delete from sales_published.orders.orders_v1 returning *) from t",
    "with t as (insert into sales_published.orders.orders_v1 values (9, 'x') returning *) from t",
    "with t as (update sales_published.orders.orders_v1 set id = 9 returning *) from t",
    "describe sales_published.secret.salaries",
    "summarize sales_published.secret.salaries",
    "from (summarize sales_published.secret.salaries)",
    "from (describe sales_published.secret.salaries)",
    "show tables",
    "show all tables",
    "from (show tables)",
    "select 1; select 2",
    f"from {OPEN}; from {SECRET}",
    f"from {OPEN};; drop table x",
    "",
    ";",
    "-- nothing",
    "nonsense",
    "select",
    "attach 'other.duckdb'",
    "detach sales_published",
    "use sales_published",
    f"copy (from {OPEN}) to 'stolen.csv'",
    f"copy {SECRET} to 'stolen.csv'",
    "export database 'stolen'",
    "pragma database_list",
    "pragma table_info('x')",
    "call pragma_version()",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset lock_configuration",
    "create table x as select 1",
    "create macro m() as 1",
    "create secret s (type s3)",
    f"explain analyze from {SECRET}",
    f"prepare p as from {SECRET}",
    "execute p",
    "checkpoint",
    f"pivot {SECRET} on text using count(*)",
    f"from {SECRET} pivot (count(*) for text in ('SECRET'))",
    "import database 'x'",
    "vacuum",
    "begin",
    "select getvariable('meshport_hash_inner_default')",
    "select current_setting('secret_directory')",
    "select getenv('HOME')",
    "select nextval('s')",
    "select sleep_ms(1)",
    "select write_log('x')",
    "select pg_get_viewdef(1)",
    "select system.main.abs(1)",
    "select main.abs(1)",
    "select sales_published.orders.leak()",
    "select stats(1)",
    "select nothing_known(1)",
    "select $1",
    "select ?",
    "from ｓales_published.secret.salaries",
    "select 1 from sales_published.secret.salarıes",
    "from \ud800",
    "select 1\0; from sales_published.secret.salaries",
    "select " + "(" * 2000 + "1" + ")" * 2000,
]


@pytest.mark.parametrize(
    "sql", [*(sql.format(t=SECRET) for sql in REACHES_FOR_THE_PORT), *(f"from {name}" for name in NAMES)]
)
def test_a_port_without_a_subscription_is_denied_wherever_it_stands(market: Market, sql: str) -> None:
    with pytest.raises(DeniedError, match=r"domain:marketing may not read sales\.secret"):
        query(market.registry, "marketing", sql, actor="user:ann", max_rows=10)
    entry = market.registry.audit_log("sales.secret", 1)[0]
    assert (entry.action, entry.actor, entry.detail["as"]) == ("query.refused", "user:ann", "marketing")


@pytest.mark.parametrize("sql", REACHES_FOR_THE_PORT)
def test_the_same_queries_are_sql_that_runs_where_there_is_a_subscription(market: Market, sql: str) -> None:
    """Otherwise the refusals above might be refusals of broken SQL. Lambdas DuckDB itself keeps free of queries."""
    if "lambda" in sql:
        with pytest.raises(InputError, match=r"subqueries in lambda|cannot contain subqueries"):
            query(market.registry, "sales", sql.format(t=SECRET), actor="user:ann", max_rows=10)
    else:
        query(market.registry, "sales", sql.format(t=SECRET), actor="user:ann", max_rows=10)


@pytest.mark.parametrize("sql", OTHER_WAYS)
def test_nothing_but_a_select_over_ports_is_run(market: Market, sql: str) -> None:
    """Not even for the domain that owns everything in the file."""
    before = market.registry.audit_log(None, 1)[0].id
    with pytest.raises(InputError):
        query(market.registry, "sales", sql, actor="user:ann", max_rows=10)
    written = [entry for entry in market.registry.audit_log(None, 5) if entry.id > before]
    assert [entry.action for entry in written] == ["query.refused"]


@pytest.mark.parametrize("principal", ["finance", "user:marketing", "domain:Marketing", "domain:sale"])
def test_only_the_subscriber_reads(market: Market, principal: str) -> None:
    with pytest.raises(DeniedError, match="may not read"):
        query(market.registry, principal, f"from {OPEN}", actor="user:ann", max_rows=10)


@pytest.mark.parametrize(
    "principal", ["", "' or '1'='1", "domain:", "group:x", "marketing; drop table subscription", "domain:a b", "\ud800"]
)
def test_what_is_no_principal_reads_nothing(market: Market, principal: str) -> None:
    with pytest.raises(InputError, match="is no principal"):
        query(market.registry, principal, f"from {OPEN}", actor="user:ann", max_rows=10)
    assert market.registry.audit_log("-", 1)[0].action == "query.refused"


def test_unquoted_principals_are_data_not_sql(market: Market) -> None:
    with pytest.raises(DeniedError, match="may not read"):
        query(market.registry, "x'or'1'='1", f"from {OPEN}", actor="user:ann", max_rows=10)
