"""Tables and their rows: create, replace, write, constrain, alter."""

from __future__ import annotations

import pytest

from tests.databricks_double.sql_runner import Runner


def test_create_and_write(sql: Runner) -> None:
    sql.all(
        "create table t (a int, b string, c decimal(10,2))",
        "insert into t values ('1', 'x', 1.5)",
        "insert into t (b, a) values ('y', 2)",
        "insert into t by name select 'z' as B, 3 as a",
    )
    assert [(a, b, c and float(c)) for a, b, c in sql("select * from t order by a")] == [
        (1, "x", 1.5),
        (2, "y", None),
        (3, "z", None),
    ]
    sql("insert overwrite t select 9, 'n', null")
    assert sql("select a from t") == [(9,)]
    assert "ARITY_MISMATCH" in sql.refused("insert into t values (1)")
    assert "EXTRA_COLUMNS" in sql.refused("insert into t by name select 1 as a, 2 as d")
    assert "CAST_INVALID_INPUT" in sql.refused("insert into t values ('q', 'x', 1)")
    assert "ALREADY_EXISTS" in sql.refused("create table t (a int)")
    sql("create table if not exists t as select 1 as other")
    sql("truncate table t")
    assert sql("select count(*) from t") == [(0,)]
    sql("drop table t")
    assert "TABLE_OR_VIEW_NOT_FOUND" in sql.refused("select * from t")
    sql("drop table if exists t")
    assert "SCHEMA_NOT_FOUND" in sql.refused("create table dev.nowhere.t (a int)")
    assert "NO_SUCH_CATALOG" in sql.refused("create schema nowhere.s")


def test_replace_where_and_on(sql: Runner) -> None:
    sql.all("create table t as select * from values (1, 'a'), (2, 'b'), (3, null) as v(id, x)")
    sql("insert into t replace where id > 1 select 4, 'd'")
    assert sql("select id from t order by id") == [(1,), (4,)]
    assert "REPLACE_WHERE_MISMATCH" in sql.refused("insert into t replace where id > 1 select 0, 'd'")
    sql(
        "insert into table t as target replace on (target.id <=> fresh.id) (select 4 as id, 'new' as x union all select 5, 'e') as fresh"
    )
    assert sql("select id, x from t order by id") == [(1, "a"), (4, "new"), (5, "e")]


def test_merge_update_delete(sql: Runner) -> None:
    sql.all(
        "create table t as select * from values (1, 'a'), (2, 'b'), (3, 'c') as v(id, x)",
        "create view s as select * from values (2, 'two'), (4, 'four') as v(id, x)",
        "merge into t using s on t.id = s.id when matched then update set * when not matched then insert * "
        "when not matched by source and t.id = 3 then delete",
    )
    assert sql("select * from t order by id") == [(1, "a"), (2, "two"), (4, "four")]
    sql("update t set x = upper(x) where t.id in (2, 4)")
    sql("delete from t as gone where gone.id in (select id from s where x = 'four')")
    assert sql("select * from t order by id") == [(1, "a"), (2, "TWO")]
    sql("delete from t where id = 1")
    assert sql("select * from t") == [(2, "TWO")]
    sql(
        "merge with schema evolution into t using (select 2 as id, 'z' as x, 7 as more) as s on s.id = t.id when matched then update set *"
    )
    assert sql("select id, x, more from t") == [(2, "z", 7)]
    assert sql("describe history t limit 1")[0][-1] == "MERGE"


def test_constraints(sql: Runner) -> None:
    sql.all(
        "create table parent (id int not null, constraint pk_parent primary key (id))",
        "create table t (id int, n int not null, p int, constraint few check (n < 10), "
        "constraint to_parent foreign key (p) references parent)",
    )
    assert "NOT_NULL_CONSTRAINT" in sql.refused("insert into t (id) values (1)")
    assert "VIOLATE_CONSTRAINT" in sql.refused("insert into t (id, n) values (1, 10)")
    sql("insert into t (id, n, p) values (1, 2, 77)")  # keys are not enforced there either
    assert "NULLABLE" in sql.refused("alter table t add constraint pk primary key (id)")
    sql.all("alter table t alter column id set not null", "alter table t add constraint pk primary key (id)")
    assert "PRIMARY_KEY_ALREADY" in sql.refused("alter table t add primary key (n)")
    assert "VIOLATION" in sql.refused("alter table t add constraint more check (n > 5)")
    sql.all("alter table t drop constraint few", "insert into t (id, n) values (2, 100)")
    assert "DOES_NOT_EXIST" in sql.refused("alter table t drop constraint few")
    assert sql("select constraint_name, constraint_type from information_schema.table_constraints where table_name = 't' "
               f"and table_schema = '{sql.schema}' order by 1") == [("pk", "PRIMARY KEY"), ("to_parent", "FOREIGN KEY")]  # fmt: skip
    sql("alter table t alter column id drop not null")


def test_replace_keeps_what_the_vendor_says(sql: Runner) -> None:
    sql.all(
        "create function hide(v string) returns string return 'hidden'",
        "create function some(v int) returns boolean return v < 2",
        "create table t (id int, x string mask hide comment 'c', constraint few check (id < 9)) with row filter some on (id)",
        "alter table t set tags ('k' = 'v')",
        "alter table t alter column x set tags ('c' = 'd')",
        "grant select on t to analysts",
        "create or replace table t as select 1 as id, 'secret' as x union all select 99, 'other'",
    )
    relation = sql.double.store.relations["dev", sql.schema, "t"]
    assert sql("select * from t") == [(1, "hidden")]
    assert (relation.tags, relation.columns["x"].tags, relation.grants) == (
        {"k": "v"},
        {"c": "d"},
        {"analysts": {"SELECT"}},
    )
    assert relation.constraints == {}
    assert [at.number for at in relation.history] == [0, 1]
    sql("insert overwrite t by name select 'more' as x, 0 as id")
    assert sql("select * from t") == [(0, "hidden")]
    sql("create table source as select 0 as id, 'clone' as x")
    assert "UPDATE_TABLE_TYPE" in sql.refused("create or replace table t shallow clone source")
    assert sql("select * from t") == [(0, "hidden")]
    assert (relation.tags, relation.grants) == ({"k": "v"}, {"analysts": {"SELECT"}})
    assert "ROW_FILTER_COLUMN_MISSING" in sql.refused("create or replace table t as select 'y' as x")


def test_columns_change(sql: Runner) -> None:
    sql.all("create table t as select 1 as a", "alter table t add columns (b string comment 'x', `C` decimal(5, 1))")
    assert sql("select * from t") == [(1, None, None)]
    assert "DELTA_UNSUPPORTED_DROP_COLUMN" in sql.refused("alter table t drop column b")
    sql.all(
        "alter table t set tblproperties ('delta.columnMapping.mode' = 'name')",
        "alter table t rename column b to `new name`",
        "insert into t values (2, 'n', 1)",
        "alter table t drop columns (c)",
        "alter table t alter column a type bigint",
        "alter table t alter column a comment 'it\\'s'",
        "alter table t rename to u",
    )
    assert sql("select `new name`, a from u order by a") == [(None, 1), ("n", 2)]
    assert sql("describe table u") == [("a", "bigint", "it's"), ("new name", "string", "x")]
    assert "FIELD_ALREADY_EXISTS" in sql.refused("alter table u add column a int")
    assert "42703" in sql.refused("alter table u drop column nope")
    assert sql("show tblproperties u") == [("delta.columnMapping.mode", "name")]
    sql("alter table u unset tblproperties ('delta.columnMapping.mode')")
    assert "UNSET_NONEXISTENT" in sql.refused("alter table u unset tblproperties ('x')")


@pytest.mark.parametrize("kind", ["materialized view", "streaming table"])
def test_materialized(sql: Runner, kind: str) -> None:
    sql("create table t as select 1 as a")
    source = "stream t" if kind == "streaming table" else "t"
    sql(f"create or replace {kind} m (a int comment 'x') as select a from {source}")
    sql("insert into t values (2)")
    assert sql("select count(*) from m") == [(1,)]
    sql(f"refresh {kind} m")
    assert sql("select count(*) from m") == [(2,)]
    sql(f"drop {kind} m")


def test_no_operations(sql: Runner) -> None:
    sql("create table t (a int) cluster by (a)")
    sql.all(
        "optimize t zorder by (a)", "analyze table t compute statistics for all columns", "vacuum t retain 168 hours"
    )
    sql("alter table t cluster by none")
    assert "TABLE_OR_VIEW_NOT_FOUND" in sql.refused("optimize nope")


def test_what_the_engine_lacks(sql: Runner) -> None:
    sql("create table t as select * from values (1, 'a', 1), (2, 'a', 2), (3, 'b', 3) as v(id, g, n)")
    assert sorted(sql("select g, count(*) as c from t group by all")) == [("a", 2), ("b", 1)]
    assert sql("select * except (n, G) from t where id = 1") == [(1,)]
    assert sql("select x.* except (n) from t as x join t as y on x.id = y.id where y.id = 3") == [(3, "b")]
    assert sql("with w as (select * except (id) from t) select * from w where n = 3") == [("b", 3)]
    assert sorted(sql("select * from t qualify row_number() over (partition by g order by n desc) = 1")) == [
        (2, "a", 2),
        (3, "b", 3),
    ]
    assert sql("select id, rank() over (order by n desc) as r from t qualify r <= 2 and g = 'a' order by id") == [
        (2, 2)
    ]
    assert "42703" in sql.refused("select * except (nope) from t")


def test_describe(sql: Runner) -> None:
    import json

    sql(
        "create table t (a array<struct<x: int>> not null, b decimal(10, 2) comment 'c') comment 'about' tblproperties ('k' = 'v')"
    )
    [[text]] = sql("describe table extended t as json")
    found = json.loads(text)
    assert found["comment"] == "about"
    assert found["table_properties"] == {"k": "v"}
    assert found["columns"][0] == {
        "name": "a",
        "type": {
            "name": "array",
            "element_type": {"name": "struct", "fields": [{"name": "x", "type": {"name": "int"}, "nullable": True}]},
            "element_nullable": True,
        },
        "nullable": False,
    }
    assert ("Type", "MANAGED", "") in sql("describe extended t")
    assert sql("show tables") == [(sql.schema, "t", False)]
    assert sql(f"show table extended in dev.{sql.schema} like 't|u'")[0][1] == "t"
    assert (sql.schema,) in sql("show schemas in dev")
    assert sql("describe query select 1 as a") == [("a", "int", None)]
