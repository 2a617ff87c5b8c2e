"""Versions, clones, and writers beside each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.databricks_double.sql_runner import Runner


def test_time_travel(sql: Runner) -> None:
    sql.all(
        "create table t as select 1 as a",
        "insert into t values (2)",
        "alter table t add columns (b int)",
        "delete from t where a = 1",
    )
    assert sql("select * from t version as of 0") == [(1,)]
    assert sorted(sql("select * from t version as of 1")) == [(1,), (2,)]
    assert sql("select x.a, y.b from t version as of 3 as x join t y on x.a = y.a") == [(2, None)]
    assert "DELTA_VERSION_NOT_FOUND" in sql.refused("select * from t version as of 4")
    assert [(row[0], row[4]) for row in sql("describe history t")] == [
        (3, "DELETE"),
        (2, "ADD COLUMNS"),
        (1, "WRITE"),
        (0, "CREATE TABLE AS SELECT"),
    ]
    sql.all("restore table t to version as of 2")
    assert sorted(sql("select a from t")) == [(1,), (2,)]
    assert "TIMESTAMP" in sql.refused("select * from t timestamp as of '2024-01-01'")


def test_a_vacuum_that_retains_nothing_takes_what_one_could_go_back_to(sql: Runner) -> None:
    sql.all("create table t as select 1 as a", "insert into t values (2)", "vacuum t retain 168 hours")
    assert sql("select * from t version as of 0") == [(1,)]
    sql.all(
        "vacuum t retain 0 hours dry run", "create table at shallow clone t version as of 0", "vacuum t retain 0 hours"
    )
    assert "BEYOND_DELETED_FILE_RETENTION" in sql.refused("select * from t version as of 0")
    assert "BEYOND_DELETED_FILE_RETENTION" in sql.refused("create or replace table at shallow clone t version as of 0")
    assert (sorted(sql("select * from t")), sql("select * from at")) == ([(1,), (2,)], [(1,)])


def test_clones(sql: Runner) -> None:
    sql.all(
        "create table t (a int comment 'x', check (a < 5))",
        "insert into t values (1)",
        "alter table t set tags ('k' = 'v')",
    )
    sql.all(
        "insert into t values (2)",
        "create table pinned shallow clone t version as of 1",
        "create table deep deep clone t",
    )
    assert sql("select * from pinned") == [(1,)]
    sql.all("insert into pinned values (3)", "drop table t")
    assert sorted(sql("select * from pinned")) == [(1,), (3,)]
    assert sorted(sql("select * from deep")) == [(1,), (2,)]
    assert "VIOLATE_CONSTRAINT" in sql.refused("insert into deep values (9)")
    assert sql.double.store.relations["dev", sql.schema, "deep"].tags == {}
    assert "CANNOT_SHALLOW_CLONE_NESTED" in sql.refused("create table twice shallow clone pinned")
    sql("create table from_deep shallow clone deep")
    kinds = sql(
        f"select table_name, table_type from information_schema.tables where table_schema = '{sql.schema}' order by 1"
    )
    assert kinds == [("deep", "MANAGED"), ("from_deep", "MANAGED_SHALLOW_CLONE"), ("pinned", "MANAGED_SHALLOW_CLONE")]


def test_what_cannot_be_cloned(sql: Runner) -> None:
    sql.all(
        "create function hide(v int) returns int return 0",
        "create table t as select 1 as a",
        "create view v as select 1 as a",
        "alter table t alter column a set mask hide",
    )
    assert "CLONE_WITH_POLICIES" in sql.refused("create table u shallow clone t")
    assert "TIME_TRAVEL_WITH_POLICIES" in sql.refused("select * from t version as of 0")
    assert "DELTA_CLONE_UNSUPPORTED_SOURCE" in sql.refused("create table u shallow clone v")


def test_writers_of_one_table_wait_for_each_other(sql: Runner) -> None:
    sql("create table t (a int)")

    def write(number: int) -> None:
        session = sql.double.session("admin", "dev", sql.schema)
        sql.double.execute(f"insert into t values ({number})", session)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    assert sorted(sql("select * from t")) == [(i,) for i in range(8)]
    assert [at.number for at in sql.double.store.relations["dev", sql.schema, "t"].history] == list(range(9))
