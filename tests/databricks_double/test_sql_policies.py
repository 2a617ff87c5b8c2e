"""Masks and row filters act on every read, by who reads; no way of writing the query gets around them."""

from __future__ import annotations

import pytest

from tests.databricks_double.sql_runner import Runner

HIDDEN = [(1, "***@x.org"), (2, "***@y.org")]


@pytest.fixture
def people(sql: Runner) -> Runner:
    sql.open_to("analysts")
    sql.all(
        "create table people as select * from values (1, 'ann@x.org', 'n'), (2, 'bob@y.org', 's') as v(id, mail, region)",
        "create function hide(v string) returns string return "
        "case when is_account_group_member('doctors') then v else concat('***@', split(v, '@')[1]) end",
        f"alter table people alter column mail set mask dev.{sql.schema}.hide",
        "grant select on people to analysts",
    )
    return sql


@pytest.mark.parametrize(
    "query",
    [
        "select id, mail from people order by id",
        "select p.id, p.mail from people as p order by 1",
        "select id, PEOPLE.`Mail` from People order by id",
        "select id, dev.{schema}.people.mail from dev.{schema}.people order by id",
        "select id, m from (select id, mail as m from people) order by id",
        "with people as (select * from people) select id, mail from people order by id",
        "with a as (select * from people), b as (select id, mail from a) select * from b order by id",
        "select a.id, (select max(b.mail) from people b where b.id = a.id) from people a order by a.id",
        "select a.id, b.mail from people a join people b using (id) order by 1",
        "select id, mail from people where mail like '***%' order by id",
        "select id, mail from people where id in (select id from people where mail not like 'ann%') order by id",
        "select id, max(mail) from people group by all order by id",
        "select * except (region) from people order by id",
        "select id, mail from people qualify row_number() over (partition by mail order by id) = 1 order by id",
        "select id, mail from people union select id, mail from people order by id",
        "table people_v",
        "select id, m from (select 1 as one) lateral view explode_outer((select collect_list(struct(id, mail)) from people)) e as s "
        "lateral view explode_outer(array(s.id)) f as id lateral view explode(array(s.mail)) g as m order by id",
        "select id, mail from temporary order by id",
        "select id, mail from copied order by id",
        "select id, mail from inserted order by id",
    ],
)
def test_every_way_to_read(people: Runner, query: str) -> None:
    people.all(
        "create view people_v as select id, mail from people order by id",
        "grant select on people_v to analysts",
        f"grant create table on schema dev.{people.schema} to analysts",
    )
    people.all(
        "create temporary view temporary as select * from people",
        "create table copied as select * from people",
        "create table inserted (id int, mail string)",
        "insert into inserted select id, mail from people",
        who="ann",
    )
    assert people(query.format(schema=people.schema), "ann") == HIDDEN


def test_who_reads_decides(people: Runner) -> None:
    people.all(
        "create view v as select mail, current_user() as who from people where id = 1", "grant select on v to analysts"
    )
    assert people("select * from v", "dora") == [("ann@x.org", "dora")]
    assert people("select * from v", "ann") == [("***@x.org", "ann")]
    assert people("select mail from people where id = 1") == [("***@x.org",)]  # the admin is no doctor
    assert people("select count(*) from people where mail = 'ann@x.org'", "ann") == [(0,)]
    assert people("select is_account_group_member('doctors'), is_account_group_member('account users')", "dora") == [
        (True, True)
    ]


def test_row_filter(people: Runner) -> None:
    people.all(
        "create table allowed as select 'ann' as who, 'n' as region",
        f"create function here(place string) returns boolean return exists (select 1 from dev.{people.schema}.allowed as a "
        "where a.who = current_user() and a.region = place)",
        f"alter table people set row filter dev.{people.schema}.here on (region)",
    )
    assert people("select id, mail from people", "ann") == HIDDEN[:1]
    assert people("select count(*), max(region) from people where region = 's'", "ann") == [(0, None)]
    assert people("select * from people", "dora") == []
    people("alter table people drop row filter")
    assert people("select count(*) from people", "dora") == [(2,)]


def test_mask_with_other_columns(people: Runner) -> None:
    people.all(
        "create function near(v string, where_ string) returns string return if(where_ = 'n', v, null)",
        "alter table people alter column mail drop mask",
        "alter table people alter column mail set mask near using columns (region)",
    )
    assert people("select id, mail from people order by id", "ann") == [(1, "ann@x.org"), (2, None)]
    people.all("alter table people alter column region set mask hide")
    assert people("select id, mail from people order by id", "ann") == [
        (1, "ann@x.org"),
        (2, None),
    ]  # masks read raw values


def test_conditions_read_no_tables(people: Runner) -> None:
    people("create table t (id int)")
    for statement in (
        "insert into t replace where id in (select id from people) select 1",
        "insert into t as x replace on (x.id in (select id from people)) (select 1 as id) as y",
        "alter table t add constraint c check (exists (select * from people))",
    ):
        assert "UNSUPPORTED_SUBQUERY" in people.refused(statement)
    people("create table u (id int, other int default (select 1))")
    assert "UNSUPPORTED_SUBQUERY" in people.refused("insert into u by name select 1 as id")
    rows = people.double.store.relations["dev", people.schema, "people"].history[-1].rows
    assert "TABLE_OR_VIEW_NOT_FOUND" in people.refused(
        f"select * from {rows}"
    )  # the engine's names mean nothing outside


def test_what_cannot_be_masked(people: Runner) -> None:
    people.all("create view v as select * from people", "create function number(v string) returns date return null")
    assert "EXPECT_TABLE_NOT_VIEW" in people.refused("alter table v alter column mail set mask hide")
    assert "EXPECT_TABLE_NOT_VIEW" in people.refused("alter table v set row filter hide on (mail)")
    assert "EXPECT_TABLE_NOT_VIEW" in people.refused("create view w (a mask hide) as select 1 as a")
    assert "ROUTINE_NOT_FOUND" in people.refused("alter table people alter column mail set mask nope")
    assert "WRONG_NUM_ARGS" in people.refused(
        "alter table people alter column mail set mask hide using columns (region)"
    )
    assert "INCOMPATIBLE_TYPE" in people.refused("alter table people alter column mail set mask number")
    assert "NOT_BOOLEAN" in people.refused("alter table people set row filter hide on (mail)")
    assert "42703" in people.refused("alter table people set row filter hide on (nope)")
    people("alter table people set tblproperties ('delta.columnMapping.mode' = 'name')")
    assert "COLUMN_USED_BY_POLICY" in people.refused("alter table people drop column mail")
    people("drop function hide")
    assert "ROUTINE_NOT_FOUND" in people.refused("select mail from people")


def test_policies_by_tag(people: Runner) -> None:
    """ABAC policies of the REST half act here: by governed tags, for whom they are."""
    store, name = people.double.store, f"dev.{people.schema}.people"
    people.all(
        "alter table people alter column mail drop mask", "create function stars(v string) returns string return '*'"
    )
    from tests.databricks_double.store import TagPolicy

    store.tag_policies["sensitive"] = TagPolicy("sensitive", ("mail",))
    people("alter table people alter column mail set tags ('sensitive' = 'mail')")
    store.documents["policies"] = {
        "p": {
            "name": "p",
            "on_securable_type": "TABLE",
            "on_securable_fullname": name,
            "to_principals": ["account users"],
            "except_principals": ["doctors"],
            "match_columns": [{"alias": "m", "condition": "has_tag_value('sensitive', 'mail')"}],
            "column_mask": {"function_name": f"dev.{people.schema}.stars", "on_column": "m"},
        }
    }
    try:
        assert people("select id, mail from people order by id", "ann") == [(1, "*"), (2, "*")]
        assert people("select mail from people where id = 1", "dora") == [("ann@x.org",)]
        people("alter table people alter column mail set mask hide")
        assert "MULTIPLE_POLICIES" in people.refused("select * from people", "ann")
    finally:
        store.documents["policies"].clear()
        del store.tag_policies["sensitive"]
