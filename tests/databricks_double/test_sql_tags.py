"""Tags: free ones, governed ones, limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databricks_double.sql_runner import Runner
from tests.databricks_double.store import TagPolicy


@pytest.fixture
def governed(sql: Runner) -> Iterator[Runner]:
    sql.double.store.tag_policies["level"] = TagPolicy("level", ("high", "low"))
    sql("create table t as select 1 as a, 2 as b")
    yield sql
    del sql.double.store.tag_policies["level"]


def test_tags_of_everything(sql: Runner) -> None:
    sql.all(
        "create table t as select 1 as a",
        f"alter schema {sql.schema} set tags ('s' = '1')",
        "alter catalog other set tags ('c' = '1')",
    )
    sql.all(
        "alter table t set tags ('x' = 'it\\'s', 'y')",
        "set tag on column t.a `k` = 'v'",
        f"set tag on schema {sql.schema} s2 = 'v'",
    )
    where = f"where schema_name = '{sql.schema}'"
    assert sql(f"select tag_name, tag_value from information_schema.table_tags {where} order by 1") == [
        ("x", "it's"),
        ("y", ""),
    ]
    assert sql(f"select column_name, tag_name, tag_value from information_schema.column_tags {where}") == [
        ("a", "k", "v")
    ]
    assert len(sql(f"select * from information_schema.schema_tags {where}")) == 2
    assert ("other", "c", "1") in sql("select * from system.information_schema.catalog_tags")
    sql.all(
        "alter table t unset tags ('x', 'gone')", "unset tag on column t.a k", "alter catalog other unset tags ('c')"
    )
    assert sql(f"select tag_name from information_schema.table_tags {where}") == [("y",)]
    assert sql(f"select * from information_schema.column_tags {where}") == []


def test_governed_tags(governed: Runner) -> None:
    assert "not an allowed value" in governed.refused("alter table t set tags ('level' = 'middle', 'other' = 'x')")
    assert governed.double.store.relations["dev", governed.schema, "t"].tags == {}
    governed.all(
        "alter table t set tags ('level' = 'high')",
        "alter table t alter column a set tags ('level' = 'low', 'free' = 'x')",
    )
    governed.all("alter table t set tblproperties ('delta.columnMapping.mode' = 'name')")
    assert "CANNOT_DROP_TAGGED_COLUMN" in governed.refused("alter table t drop column a")
    assert "CANNOT_DROP_TAGGED_COLUMN" in governed.refused("alter table t rename column a to c")
    governed.all("alter table t alter column a unset tags ('level')", "alter table t drop column a")
    governed("alter table t set tags ('system.certification_status' = 'certified')")
    assert "not an allowed value" in governed.refused("alter table t set tags ('system.certification_status' = 'good')")
    assert "Invalid tag key" in governed.refused("alter table t set tags ('system.other' = 'x')")


def test_limits(governed: Runner) -> None:
    assert "INVALID_PARAMETER_VALUE" in governed.refused(f"alter table t set tags ('{'k' * 256}' = 'v')")
    assert "INVALID_PARAMETER_VALUE" in governed.refused(f"alter table t set tags ('k' = '{'v' * 1001}')")
    many = ", ".join(f"'k{i}' = 'v'" for i in range(50))
    governed(f"alter table t set tags ({many})")
    assert "At most 50" in governed.refused("alter table t set tags ('one more' = 'v')")
    governed("alter table t set tags ('k1' = 'w')")
