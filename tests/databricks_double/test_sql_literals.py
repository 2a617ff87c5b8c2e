"""Names and values go through unharmed, whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from tests.databricks_double.sql.dialect import parse_query, to_sail
from tests.databricks_double.sql.errors import quoted
from tests.databricks_double.sql.lexer import literal, literal_value, tokens
from tests.databricks_double.sql_runner import Runner

values = some.text(some.characters(exclude_categories=("Cs",)) | some.sampled_from("'\"\\`%_\n\0n0"), max_size=12)
names = some.text(
    some.characters(exclude_categories=("Cs", "Cc")) | some.sampled_from("`'\". "), min_size=1, max_size=12
)


@given(values)
@example("\\'")
@example("\x0001")
def test_a_literal_stands_for_its_value(value: str) -> None:
    assert literal_value(literal(value)) == value
    assert literal_value(literal(value).replace("\\'", "''")) == value
    assert [token.text for token in tokens(f"select {literal(value)}")] == ["select", value]


@given(values)
@example("\x0001")
def test_a_literal_survives_the_tree(value: str) -> None:
    written = to_sail(parse_query(f"select {literal(value)} as x"))
    assert value in [token.text for token in tokens(written) if token.kind == "string"]


@given(names)
def test_a_quoted_name_stands_for_itself(name: str) -> None:
    assert [(t.kind, t.text) for t in tokens(f"select {quoted([name])}")] == [("word", "select"), ("name", name)]
    assert tokens(to_sail(parse_query(f"select {quoted([name])} from t")))[1].text == name


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values.filter(lambda value: "\0" not in value), names)
def test_the_engine_gives_back_what_came_in(sql: Runner, value: str, name: str) -> None:
    [row] = sql.double.execute(f"select {literal(value)} as {quoted([name])}", sql.session("admin"))
    assert row == {name: value}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r"'it\'s'", "it's"),
        ("'it''s'", "it's"),
        ('"say ""x"""', 'say "x"'),
        (r"'a\\b'", "a\\b"),
        (r"'\d\%\_'", r"d\%\_"),
        (r"'\u0041\n\t\101'", "A\n\tA"),
        (r"r'\d''", None),
        (r"r'\d'", r"\d"),
        ("'' 'x'", "x"),
    ],
)
def test_escapes_are_sparks(sql: Runner, written: str, value: str | None) -> None:
    if value is None:
        assert "PARSE_SYNTAX_ERROR" in sql.refused(f"select {written}")
    else:
        assert sql(f"select {written}") == [(value,)]


def test_odd_names_of_everything(sql: Runner) -> None:
    table, column = "`a.b ``c`` größe 'x\"`", "`e-mail ``x``; drop`"
    sql(f"create table {table} ({column} string comment 'it\\'s') tblproperties ('delta.columnMapping.mode' = 'name')")
    sql(f"insert into {table} ({column}) values ('\\\\ \\' \"')")
    assert sql(f"select t.{column} from {table} t where {column} like '%''%'") == [("\\ ' \"",)]
    assert sql("select table_name, column_name, comment from information_schema.columns where comment = 'it''s'")[0][
        :2
    ] == (
        "a.b `c` größe 'x\"",
        "e-mail `x`; drop",
    )


def test_names_that_need_column_mapping(sql: Runner) -> None:
    assert "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES" in sql.refused("create table t (`a b` int)")
    sql("create table t (a int)")
    assert "DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES" in sql.refused("alter table t add columns (`a=b` int)")
