"""Which type holds the values of which, by dialect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshport.contracts.widening import compare_types

STEPS = [
    ("duckdb", "integer", "bigint", "wider"),
    ("duckdb", "integer", "int4", "same"),
    ("duckdb", "uinteger", "bigint", "wider"),
    ("duckdb", "integer", "ubigint", "other"),
    ("duckdb", "decimal(10,2)", "decimal(12,4)", "wider"),
    ("duckdb", "decimal(10,2)", "decimal(11,4)", "other"),
    ("duckdb", "decimal", "decimal(18,3)", "same"),
    ("duckdb", "varchar(10)", "varchar(5)", "same"),  # DuckDB keeps no lengths
    ("duckdb", "timestamp", "timestamptz", "other"),
    ("duckdb", "date", "timestamp", "other"),
    ("duckdb", "integer", "varchar", "other"),
    ("duckdb", "struct(a int)", "struct(a bigint, b int)", "wider"),
    ("duckdb", "struct(a int, b int)", "struct(a int)", "other"),
    ("duckdb", "struct(a int, b bigint)", "struct(a bigint, b int)", "other"),
    ("duckdb", "int[]", "bigint[]", "wider"),
    ("duckdb", "int[3]", "int[4]", "other"),
    ("duckdb", "no such type", "nor this", "other"),
    ("duckdb", None, "integer", "other"),
    ("postgres", "varchar(10)", "varchar(20)", "wider"),
    ("postgres", "varchar(10)", "text", "wider"),
    ("postgres", "varchar", "text", "same"),
    ("postgres", "char(3)", "varchar(3)", "wider"),
    ("postgres", "varchar(3)", "char(3)", "narrower"),
    ("postgres", "numeric", "numeric(10,2)", "narrower"),
    ("postgres", "real", "double precision", "wider"),
    ("postgres", "float", "double precision", "same"),
    ("databricks", "int", "long", "wider"),
    ("databricks", "decimal", "decimal(12,0)", "wider"),
    ("databricks", "float", "double", "wider"),
    ("databricks", "map<string,int>", "map<string,bigint>", "wider"),
    ("databricks", "array<struct<a:int>>", "array<struct<a:int,b:string>>", "wider"),
    ("snowflake", "int", "bigint", "same"),  # every integer is number(38, 0)
    ("snowflake", "int", "number(10,0)", "narrower"),
    ("snowflake", "float", "double", "same"),
    ("bigquery", "int64", "integer", "same"),
    ("bigquery", "numeric", "bignumeric", "wider"),
    ("redshift", "varchar(10)", "varchar(max)", "wider"),
]
OPPOSITE = {"wider": "narrower", "narrower": "wider", "same": "same", "other": "other"}


@pytest.mark.parametrize(("dialect", "old", "new", "step"), STEPS)
def test_steps(dialect: str, old: str | None, new: str | None, step: str) -> None:
    assert compare_types(old, new, dialect) == step


decimals = st.tuples(st.integers(1, 38), st.integers(0, 38)).filter(lambda both: both[1] <= both[0])


@given(decimals, decimals)
def test_a_decimal_is_wider_exactly_if_it_has_room_on_both_sides(one: tuple[int, int], two: tuple[int, int]) -> None:
    step = compare_types(f"decimal({one[0]},{one[1]})", f"decimal({two[0]},{two[1]})", "databricks")
    fits = two[0] - two[1] >= one[0] - one[1] and two[1] >= one[1]
    back = one[0] - one[1] >= two[0] - two[1] and one[1] >= two[1]
    assert step == ("same" if fits and back else "wider" if fits else "narrower" if back else "other")


@given(st.sampled_from([(each[1], each[2], each[0]) for each in STEPS]))
def test_the_way_back_is_the_opposite(types: tuple[str | None, str | None, str]) -> None:
    old, new, dialect = types
    back = compare_types(new, old, dialect)
    there = compare_types(old, new, dialect)
    assert back == OPPOSITE[there] or {back, there} <= {"wider", "other"}  # a struct that lost a field is another one
