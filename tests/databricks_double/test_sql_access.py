"""Privileges: what each statement needs, and where it may come from."""

from __future__ import annotations

import pytest

from tests.databricks_double.sql_runner import Runner


@pytest.fixture
def table(sql: Runner) -> Runner:
    for catalog in ("dev",):
        sql.double.store.catalogs[catalog,].grants.clear()
    sql.all("create table t as select 1 as a", "create function f(v int) returns int return v + 1")
    return sql


def test_select_needs_three_privileges(table: Runner) -> None:
    assert "USE CATALOG on Catalog 'dev'" in table.refused("select * from t", "ann")
    table("grant use catalog on catalog dev to `account users`")
    assert "USE SCHEMA on Schema" in table.refused("select * from t", "ann")
    assert "USE SCHEMA on Schema" in table.refused("select * from nothing", "ann")
    table(f"grant use schema on schema {table.schema} to analysts")
    assert "TABLE_OR_VIEW_NOT_FOUND" in table.refused("select * from nothing", "ann")
    message = table.refused("select * from t", "ann")
    assert (
        message
        == f"[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have SELECT on Table 'dev.{table.schema}.t'. SQLSTATE: 42501"
    )
    table("grant select on table t to ann")
    assert table("select * from t", "ann") == [(1,)]
    assert "USE SCHEMA" in table.refused("select * from t", "eve")
    table("revoke select on t from ann")
    assert "SELECT" in table.refused("select * from t", "ann")


@pytest.mark.parametrize("on", ["schema {schema}", "catalog dev"])
def test_select_is_inherited(table: Runner, on: str) -> None:
    table.open_to()
    table(f"grant select on {on.format(schema=table.schema)} to analysts")
    assert table("select * from t", "ann") == [(1,)]
    assert "SELECT" in table.refused("select * from t", "eve")


def test_writes(table: Runner) -> None:
    table.open_to()
    table("grant select on t to analysts")
    for statement in ("insert into t values (2)", "truncate table t", "optimize t"):
        assert "MODIFY" in table.refused(statement, "ann")
    table("grant modify on t to ann")
    table("insert into t values (2)", "ann")
    assert "SELECT" in (table("revoke select on t from analysts") or [""])[0] or "SELECT" in table.refused(
        "delete from t where a = 1", "ann"
    )


@pytest.mark.parametrize(
    ("statement", "privilege"),
    [
        ("create table u as select 1 as a", "CREATE TABLE"),
        ("create view w as select 1 as a", "CREATE TABLE"),
        ("create function g() returns int return 1", "CREATE FUNCTION"),
        ("create schema dev.another_one", "CREATE SCHEMA"),
        ("alter table t set tags ('k' = 'v')", "APPLY TAG"),
        ("set tag on column t.a k = 'v'", "APPLY TAG"),
        ("select f(1)", "EXECUTE"),
    ],
)
def test_what_a_statement_needs(table: Runner, statement: str, privilege: str) -> None:
    table.open_to()
    assert f"does not have {privilege} on" in table.refused(statement, "ann")
    on = {"CREATE SCHEMA": "catalog dev", "APPLY TAG": "table t", "EXECUTE": "function f"}.get(
        privilege, f"schema {table.schema}"
    )
    table(f"grant {privilege} on {on} to ann")
    table(statement, "ann")
    table("drop schema if exists dev.another_one")


@pytest.mark.parametrize(
    "statement",
    [
        "drop table t",
        "alter table t add columns (b int)",
        "alter table t set owner to ann",
        "alter table t alter column a set mask f",
        "create or replace table t as select 2 as a",
        "comment on table t is 'mine'",
        "grant select on t to ann",
    ],
)
def test_owners_and_managers(table: Runner, statement: str) -> None:
    table.open_to()
    table.all(
        "grant all privileges on t to ann",
        "grant execute on function f to ann",
        f"grant create table on schema {table.schema} to ann",
    )
    assert "MANAGE" in table.refused(statement, "ann")
    table("grant manage on t to analysts")
    table(statement, "ann")


def test_owner_of_the_schema_manages_what_is_in_it(table: Runner) -> None:
    table.open_to()
    table.all(f"alter schema {table.schema} owner to analysts", "create view v as select * from t")
    table.all("alter table t set tags ('a' = 'b')", "drop table t", who="ann")


def test_a_view_reads_with_its_owners_privileges(table: Runner) -> None:
    table.open_to()
    table.all("create view v as select a from t", "grant select on v to eve")
    assert table("select * from v", "eve") == [(1,)]
    table("alter view v owner to eve")
    assert "SELECT" in table.refused("select * from v", "eve")


def test_grants_are_shown(table: Runner) -> None:
    table.open_to()
    table.all("grant select, modify on t to ann", f"grant select on schema {table.schema} to dora")
    place = f"dev.{table.schema}"
    assert table("show grants on t") == [
        ("ann", "MODIFY", "TABLE", f"{place}.t"),
        ("ann", "SELECT", "TABLE", f"{place}.t"),
        ("account users", "USE SCHEMA", "SCHEMA", place),
        ("dora", "SELECT", "SCHEMA", place),
        ("account users", "USE CATALOG", "CATALOG", "dev"),
    ]
    assert table("show grants ann on table t", "ann") == table("show grants `ann` on t")
    assert "not applicable" in table.refused("grant execute on t to ann")
    table("revoke all privileges on t from ann")
    assert table.double.store.relations["dev", table.schema, "t"].grants == {}


def test_schemas_must_be_empty(table: Runner) -> None:
    assert "SCHEMA_NOT_EMPTY" in table.refused(f"drop schema {table.schema}")
    table(f"drop schema {table.schema} cascade")
    assert "SCHEMA_NOT_FOUND" in table.refused(f"drop schema {table.schema}")
