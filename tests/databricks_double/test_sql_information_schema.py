"""The information schema and the system tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.databricks_double.sql.information_schema import COLUMNS
from tests.databricks_double.sql.system_tables import COLUMNS as SYSTEM
from tests.databricks_double.sql_runner import Runner


@pytest.fixture
def filled(sql: Runner) -> Runner:
    sql.all(
        "create table p (id int not null, constraint pk primary key (id))",
        "create function hide(v string) returns string return '*'",
        "create function some(v int) returns boolean return true",
        "create table t (id int not null comment 'c', x varchar(10) mask hide, d decimal(10,2), p int, "
        "constraint fk foreign key (p) references p (id), check (id > 0)) comment 'about' with row filter some on (id)",
        "create view v as select id from t",
        "grant select on t to ann",
    )
    sql.open_to()
    return sql


@pytest.mark.parametrize("name", COLUMNS)
def test_every_table_answers_in_each_catalog(filled: Runner, name: str) -> None:
    here = filled.double.execute(f"select * from dev.information_schema.{name}", filled.session("admin"))
    everywhere = filled.double.execute(f"select * from system.information_schema.{name}", filled.session("admin"))
    assert all(row in everywhere for row in here)
    wanted = [column.partition(":")[0] for column in COLUMNS[name].split()]
    assert all(list(row) == wanted for row in here)
    assert len(here) > 0 or name.endswith("tags")


def test_what_is_there(filled: Runner) -> None:
    where = f"table_schema = '{filled.schema}'"
    assert filled(
        f"select table_name, table_type, comment from information_schema.tables where {where} order by 1"
    ) == [
        ("p", "MANAGED", None),
        ("t", "MANAGED", "about"),
        ("v", "VIEW", None),
    ]
    assert filled(
        "select column_name, full_data_type, data_type, is_nullable, character_maximum_length, numeric_scale "
        f"from information_schema.columns where {where} and table_name = 't' order by ordinal_position"
    ) == [
        ("id", "int", "INT", "NO", None, None),
        ("x", "varchar(10)", "VARCHAR", "YES", 10, None),
        ("d", "decimal(10,2)", "DECIMAL", "YES", None, 2),
        ("p", "int", "INT", "YES", None, None),
    ]
    assert filled(f"select mask_name from information_schema.column_masks where {where}") == [
        (f"dev.{filled.schema}.hide",)
    ]
    assert filled(f"select filter_name, target_columns from information_schema.row_filters where {where}") == [
        (f"dev.{filled.schema}.some", "id")
    ]
    assert filled(f"select grantee, privilege_type, inherited_from from information_schema.table_privileges where {where} and table_name = 't'"
                  " and inherited_from = 'NONE'") == [("ann", "SELECT", "NONE")]  # fmt: skip
    assert filled("select r.routine_name, p.parameter_name, p.full_data_type from information_schema.routines r join "
                  f"information_schema.parameters p using (specific_schema, specific_name) where specific_schema = '{filled.schema}' order by 1") == [
        ("hide", "v", "string"), ("some", "v", "int")]  # fmt: skip


@pytest.mark.parametrize(
    "where",
    [
        "table_schema = '{0}' and table_name = 't'",
        "table_name = lower('T') and (table_schema = lower('{0}')) and column_name <> 'nope'",
        "table_name = 't' and table_schema in ('{0}')",
        "table_schema = '{0}' and not (table_name <> 't')",
        "'t' = table_name and table_schema = '{0}'",
    ],
)
def test_what_is_asked_of_one_table_is_answered_as_if_asked_of_all(filled: Runner, where: str) -> None:
    """Rows of one table alone are made where the conditions say that no others matter."""
    said = where.format(filled.schema)
    asked = f"select column_name, repeat(column_name, 1) from information_schema.columns where {said}"
    of_all = f"select * from (select * from information_schema.columns) as i where {said}"
    assert {name for name, _ in filled(asked)} == {row[3] for row in filled(of_all)} != set()
    elsewhere = f"table_schema = '{filled.schema}' or table_name = 't'"
    assert len(filled(f"select column_name from information_schema.columns where {elsewhere}")) > len(filled(asked))


def test_one_sees_what_one_may(filled: Runner) -> None:
    where = f"where table_schema = '{filled.schema}'"
    assert filled(f"select table_name from information_schema.tables {where}", "ann") == [("t",)]
    assert filled(f"select table_name from system.information_schema.tables {where}", "eve") == []
    grants = "select distinct grantee from information_schema.table_privileges"
    assert filled(f"{grants} {where} and privilege_type = 'SELECT'", "eve") == []


def test_it_can_be_joined_and_kept(filled: Runner) -> None:
    filled("insert into p values (1)")
    assert filled(f"select i.table_name from information_schema.tables i join p on true where i.table_schema = '{filled.schema}' order by 1") == [
        ("p",), ("t",), ("v",)]  # fmt: skip
    filled(
        f"create table kept as select table_name from information_schema.tables where table_schema = '{filled.schema}'"
    )
    assert filled("select count(*) from kept") == [(3,)]
    assert "TABLE_OR_VIEW_NOT_FOUND" in filled.refused("select * from information_schema.nope")
    assert "TABLE_OR_VIEW_NOT_FOUND" in filled.refused("select * from nowhere.information_schema.tables")
    assert "42703" in filled.refused("select nope from information_schema.tables")


def test_functions_are_sparks_there_too(sql: Runner) -> None:
    sql("create table t as select 1 as a")
    assert sql(
        "with declared (c, k) as (select stack(2, 'a', typeof(cast(null as int)), 'b', 'x')) select d.c, i.full_data_type = d.k from declared d "
        f"left join information_schema.columns i on i.table_schema = '{sql.schema}' and i.column_name = d.c order by 1"
    ) == [("a", True), ("b", None)]


def test_system_tables(sql: Runner) -> None:
    sql.double.add_system_rows(
        "access.table_lineage", [{"source_table_full_name": "a.b.c", "target_table_full_name": "a.b.d"}]
    )
    sql.double.add_system_rows(
        "query.history",
        [{"statement_id": "1", "query_tags": {"@@dbt_model_name": "m"}, "start_time": 1_700_000_000_000}],
    )
    sql.double.add_system_rows("billing.usage", [{"usage_quantity": Decimal("1.5"), "sku_name": "S"}])
    sql.double.add_system_rows("billing.list_prices", [{"sku_name": "S", "pricing": {"default": "0.5"}}])
    with pytest.raises(KeyError, match="nope"):
        sql.double.add_system_rows("query.history", [{"nope": 1}])
    assert ("a.b.c", "a.b.d") in sql(
        "select source_table_full_name, target_table_full_name from system.access.table_lineage"
    )
    assert ("m",) in sql(
        "select query_tags['@@dbt_model_name'] from system.query.history where start_time < current_timestamp()"
    )
    assert (Decimal("0.75"),) in sql(
        "select cast(u.usage_quantity * cast(p.pricing['default'] as decimal(10, 2)) as decimal(10, 2)) "
        "from system.billing.usage u join system.billing.list_prices p on u.sku_name = p.sku_name"
    )
    assert "SELECT" in sql.refused("select * from system.query.history", "ann")
    for schema, name in SYSTEM:
        sql(f"select * from system.{schema}.{name}")
