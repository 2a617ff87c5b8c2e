"""SQL functions and views."""

from __future__ import annotations

from tests.databricks_double.sql_runner import Runner


def test_functions(sql: Runner) -> None:
    sql.all(
        "create function twice(n int) returns bigint comment 'x' return n * 2",
        "create or replace function twice(n int) returns bigint return n + n",
        "create function if not exists twice(n int) returns bigint return 0",
        "create function `odd name`(`a b` string) returns string return concat(`a b`, '\\'', twice(2))",
        "create table t as select 1 as n, 5 as m",
    )
    assert sql(f"select twice(m), dev.{sql.schema}.TWICE(n + 1), `odd name`('x') from t") == [(10, 4, "x'4")]
    assert sql("select twice(1)").pop() == (2,)
    assert "ALREADY_EXISTS" in sql.refused("create function twice(n int) returns int return 1")
    assert "WRONG_NUM_ARGS" in sql.refused("select twice(1, 2)")
    assert "ROUTINE_NOT_FOUND" in sql.refused("select dev.nope.f(1)")
    assert ("Returns:  BIGINT",) in sql("describe function twice")
    sql("drop function twice")
    assert "ROUTINE_NOT_FOUND" in sql.refused("drop function twice")
    sql("drop function if exists twice")


def test_a_query_inside_a_function(sql: Runner) -> None:
    """A column of the query inside comes before a parameter, and the caller's columns are not caught by it."""
    sql.all(
        "create table names as select * from values (1, 'one'), (2, 'two') as v(id, name)",
        f"create function name_of(wanted int) returns string return (select max(n.name) from dev.{sql.schema}.names n where n.id = wanted)",
        "create table t as select 2 as id",
    )
    assert sql("select name_of(id) from t") == [("two",)]
    assert sql("select x.id from names as x where name_of(x.id) = 'one'") == [(1,)]


def test_secrets(sql: Runner) -> None:
    sql.double.store.secrets["scope", "key"] = "it's \\ secret"
    assert sql("select secret('scope', 'key')") == [("it's \\ secret",)]
    assert "SECRET" in sql.refused("select secret('scope', 'other')")


def test_views(sql: Runner) -> None:
    sql.all(
        "create table t as select 1 as a, 2 as b",
        "create view v (x comment 'first', `y z`) comment 'it\\'s' as select a, b from t",
        "alter view v set tags ('k' = 'v')",
        "grant select on v to analysts",
        "comment on column v.x is 'changed'",
    )
    view = sql.double.store.relations["dev", sql.schema, "v"]
    assert sql("select `y z`, v.x from v") == [(2, 1)]
    assert view.columns["x"].comment == "changed"
    sql("alter view v as select a + 1 as x, b as other from t")
    assert sql("select * from v") == [(2, 2)]
    assert (view.grants, view.tags, view.columns["x"].comment) == ({"analysts": {"SELECT"}}, {"k": "v"}, "changed")
    sql("create or replace view v as select a from t")
    view = sql.double.store.relations["dev", sql.schema, "v"]
    assert (view.grants, view.tags) == ({}, {})
    assert "EXPECT_VIEW_NOT_TABLE" in sql.refused("create or replace view t as select 1 as a")
    assert "EXPECT_TABLE_NOT_VIEW" in sql.refused("create or replace table v as select 1 as a")
    assert "EXPECT_TABLE_NOT_VIEW" in sql.refused("insert into v values (1)")
    assert "WRONG_COMMAND" in sql.refused("drop table v")
    assert "COLUMN_ALREADY_EXISTS" in sql.refused("create view w as select a, a from t")
    sql("alter view v as select * from t")
    sql("alter table t add columns (c int)")
    assert sql("select * from v") == [(1, 2)]  # a star is what it was when the view was made
    sql("drop view v")


def test_temporary_views_are_the_sessions_own(sql: Runner) -> None:
    sql.all(
        "create table t as select 1 as a", "create or replace temporary view t as select 7 as a, current_catalog() as c"
    )
    assert sql("select * from t") == [(7, "dev")]
    assert sql(f"select * from dev.{sql.schema}.t") == [(1,)]
    other = Runner(sql.double, "dev", sql.schema)
    assert other("select * from t") == [(1,)]
    assert sql("describe table extended t as json")[0][0].count('"name": "a"') == 1
    sql("drop view t")
    assert sql("select * from t") == [(1,)]


def test_what_leads_to_itself(sql: Runner) -> None:
    sql.all("create view v as select 1 as a", "alter view v as select * from v")
    assert "RECURSIVE_VIEW" in sql.refused("select * from v")
    sql.all("create temporary view w as select 1 as a", "create or replace temporary view w as select * from w")
    assert "RECURSIVE_VIEW" in sql.refused("select * from w")
    sql("create function f(a int) returns int return f(a)")
    assert "RECURSIVE_VIEW" in sql.refused("select f(1)")


def test_use(sql: Runner) -> None:
    sql.all("create table t as select 1 as a", "use catalog other", f"use dev.{sql.schema}")
    assert sql("select a, current_schema() from t") == [(1, sql.schema)]
    assert "SCHEMA_NOT_FOUND" in sql.refused("use schema nope")
    assert sql("set timezone = 'UTC'") == [("timezone", "UTC")]
