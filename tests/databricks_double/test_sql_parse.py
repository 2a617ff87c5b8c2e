"""What is read as what; what is not known is refused, by name."""

from __future__ import annotations

import pytest

from tests.databricks_double.sql import actions as act
from tests.databricks_double.sql import clauses as cl
from tests.databricks_double.sql import statements as st
from tests.databricks_double.sql.dialect import parse_query
from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.sql.parse import parse
from tests.databricks_double.store import Constraint


@pytest.mark.parametrize(
    "statement",
    [
        "explain select 1",
        "create table t (a int) location 's3://x'",
        "create table t (a int generated always as identity)",
        "create table t (a int) using parquet",
        "create function f(a int) returns int language python as $$ return a $$",
        "alter table t set location 'x'",
        "alter table t frobnicate",
        "grant on table t to x",
        "drop table",
        "select 1; select 2",
        "copy into t from 'x'",
        "execute immediate 'select 1'",
        "optimize t somehow",
        "create or replace schema s",
        "create materialized view m schedule every 1 hour as select 1",
        "insert t values (1)",
        "set tag on table t",
    ],
)
def test_what_is_not_known_is_refused(statement: str) -> None:
    # A query's own text is read later, by sqlglot: both count.
    with pytest.raises(SqlError, match="PARSE_SYNTAX_ERROR") as caught:
        parse_query(parse(statement).text)  # type: ignore[attr-defined]
    assert statement.split()[0] in str(caught.value)


def test_a_table_with_everything() -> None:
    found = parse(
        """/* a comment */ create or replace table a.`B`.c (
          a int not null comment 'x' mask m.s.f using columns (b), -- another
          b struct<x: array<map<string, int>>, y: decimal(10, 2)>,
          constraint p primary key (a), check (a > (1 + 2))
        ) using delta comment 'c' with row filter m.s.g on (a, b)
        tblproperties ('a' = 'b', delta.x = true) cluster by (a);"""
    )
    assert found == st.CreateTable(
        ("a", "b", "c"),
        or_replace=True,
        columns=(
            cl.ColumnClause("a", "int", False, "x", mask=cl.MaskClause(("m", "s", "f"), ("b",))),
            cl.ColumnClause("b", "struct<x:array<map<string,int>>,y:decimal(10,2)>"),
        ),
        constraints=(Constraint("p", "PRIMARY KEY", ("a",)), Constraint("", "CHECK", expression="a > (1 + 2)")),
        comment="c",
        properties=(("a", "b"), ("delta.x", "true")),
        row_filter=cl.FilterClause(("m", "s", "g"), ("a", "b")),
    )


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "create or replace table p shallow clone s.t version as of 3",
            st.CloneTable(("p",), ("s", "t"), True, 3, or_replace=True),
        ),
        (
            "alter table t alter column c set mask a.b.f",
            st.Alter("TABLE", ("t",), act.SetMask("c", cl.MaskClause(("a", "b", "f")))),
        ),
        (
            "alter table t alter column a comment 'x', `b` comment ''",
            st.Alter("TABLE", ("t",), act.SetComments((("a", "x"), ("b", "")))),
        ),
        (
            "alter table t set row filter f on ()",
            st.Alter("TABLE", ("t",), act.SetRowFilter(cl.FilterClause(("f",)))),
        ),
        ("alter view v as select 1", st.Alter("VIEW", ("v",), act.SetQuery("select 1"))),
        (
            "alter table t set tags ('a' = 'it\\'s', 'b')",
            st.Alter("TABLE", ("t",), act.SetTags((("a", "it's"), ("b", "")))),
        ),
        ("set tag on column a.b.c.d `k` = 'v'", st.TagStatement("COLUMN", ("a", "b", "c", "d"), "k", "v")),
        ("unset tag on table t k", st.TagStatement("TABLE", ("t",), "k", None)),
        (
            "grant use schema, select on schema a.b to `account users`",
            st.Grant(("USE_SCHEMA", "SELECT"), "SCHEMA", ("a", "b"), "account users"),
        ),
        ("revoke all privileges on t from `x@y`", st.Grant(("ALL_PRIVILEGES",), "TABLE", ("t",), "x@y", revoke=True)),
        (
            "insert overwrite a.t by name select 1 as x",
            st.Insert(("a", "t"), "select 1 as x", overwrite=True, by_name=True),
        ),
        (
            "insert into t by name replace where a > 1 and b in (2) table s",
            st.Insert(("t",), "table s", by_name=True, replace_where="a > 1 and b in (2)"),
        ),
        ("describe history t limit 1", st.Describe("HISTORY", ("t",), limit=1)),
        ("show table extended in a.b like 'x|y'", st.Show("TABLE EXTENDED", ("a", "b"), "x|y")),
    ],
)
def test_statements(statement: str, expected: st.Statement) -> None:
    assert parse(statement) == expected
