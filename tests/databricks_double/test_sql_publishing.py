"""The statements of docs/decisions/0011-databricks-publishing.md, one port in each mode, as meshport orders them."""

from __future__ import annotations

import pytest

from tests.databricks_double.sql_runner import Runner


@pytest.fixture
def zones(sql: Runner) -> Runner:
    """A source, and functions to publish it with; one catalog is as good as two."""
    sql.all(
        "create table source as select 1 as id, 'ann@x.org' as mail, 'n' as region union all select 2, 'bob@y.org', 's'",
        f"create function if not exists dev.{sql.schema}.mask_stars(value string)\nreturns string\ncomment 'meshport: a mask'\n"
        "return case when is_account_group_member('doctors') then value else cast(concat('***', right(value, 2)) as string) end",
        f"create function if not exists dev.{sql.schema}.filter_n(`region` string)\nreturns boolean\nreturn (\nregion = 'n'\n)",
    )
    sql.open_to()
    sql(f"grant select on schema {sql.schema} to analysts")
    return sql


def empty_port(sql: Runner) -> None:
    sql(
        f"create table if not exists dev.{sql.schema}.`port` (\n  `id` int comment 'it\\'s \\\\',\n  `mail` string mask "
        f"`dev`.`{sql.schema}`.`mask_stars`,\n  `region` string\n)\nusing delta\nwith row filter dev.{sql.schema}.filter_n on (`region`)"
    )
    assert sql(f"select column_name, mask_name from dev.information_schema.column_masks where table_schema = '{sql.schema}'") == [
        ("mail", f"dev.{sql.schema}.mask_stars")
    ]  # fmt: skip


def test_clone(zones: Runner) -> None:
    zones.all(
        "create table empty (id int, mail string, region string) using delta",
        "create table if not exists port shallow clone empty",
        "alter table port alter column mail set mask mask_stars",
        "alter table port set row filter filter_n on (region)",
    )
    assert zones("select * from port", "ann") == []
    [[pin, *_]] = zones("describe history source limit 1")
    zones("insert into source values (3, 'new', 'n')")
    assert zones(f"select count(*) from source version as of {pin} where mail is null") == [(0,)]
    zones(f"create or replace table port\nshallow clone source version as of {pin}")
    assert zones("select * from port", "ann") == [(1, "***rg", "n")]
    assert zones("select * from port", "dora") == [(1, "ann@x.org", "n")]
    zones("alter table port set tags ('meshport_build' = 'b1', 'meshport_source_version' = '0')")
    zones("create or replace table port shallow clone source version as of 1")
    assert zones("select id from port order by id", "ann") == [(1,), (3,)]
    zones("create or replace table port shallow clone source version as of 0")
    assert zones("select id from port", "ann") == [(1,)]
    assert zones(f"select tag_value from information_schema.table_tags where schema_name = '{zones.schema}' and startswith(tag_name, 'meshport_') order by 1") == [("0",), ("b1",)]  # fmt: skip


def test_copy(zones: Runner) -> None:
    empty_port(zones)
    zones("create or replace table `port__audited` as\nselect * from source")
    zones("insert overwrite port by name\nselect `region`, `mail`, `id` from `port__audited`")
    assert zones("select * from port", "ann") == [(1, "***rg", "n")]
    zones("alter table port add columns (\n  `more` string comment 'x' mask mask_stars\n)")
    zones("create or replace table port__audited as select *, 'secret' as more from source")
    zones("insert overwrite port by name select * from port__audited")
    assert zones("select more from port", "ann") == [("***et",)]
    zones("alter table port alter column more drop mask")
    zones("alter table port drop row filter")
    assert zones("select count(*), max(more) from port", "ann") == [(2, "secret")]


def test_view(zones: Runner) -> None:
    zones(
        "create view port (\n  `id` comment 'x',\n  `mail`\n) as\nselect\n  source_rows.`id` as `id`,\n  "
        "mask_stars(source_rows.`mail`) as `mail`\nfrom (select * from source where region = 'n') as source_rows"
    )
    zones(f"revoke select on schema {zones.schema} from analysts")
    zones("grant select on port to analysts")
    assert zones("select * from port", "ann") == [(1, "***rg")]
    assert "SELECT" in zones.refused("select * from source", "ann")
    zones(
        "alter view port as select source_rows.`id` as `id`, mask_stars(source_rows.`mail`) as `mail` from source as source_rows"
    )
    assert zones("select id from port order by id", "ann") == [(1,), (2,)]
