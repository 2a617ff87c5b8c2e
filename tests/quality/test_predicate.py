"""A data policy's SQL is one condition on one column; everything else is refused before a warehouse sees it."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshport.errors import InputError
from meshport.quality.predicate import compile_predicate
from meshport.standards.policy import Policy, Spec


def policy(sql: str, kind: Any = "row", **settings: Any) -> Policy:
    spec = Spec(description="A rule.", severity="error", kind=kind, settings=settings)
    return Policy(name="rule", type="data", path="standards/policies/data/rule.sql", sql=sql, spec=spec)


def violations(sql: str, values: str, **settings: Any) -> list[Any]:
    """Return the values that break a condition, asked of DuckDB as the macro asks."""
    condition = "source_rows.v".join(compile_predicate(policy(sql, **settings), "duckdb"))
    query = f"select v from (values {values}) as source_rows (v) where not ({condition})"
    return [value for (value,) in duckdb.sql(query).fetchall()]


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        ("{{ column }} > 0", "(1), (0), (-1), (null)", [0, -1]),
        ("{{column}} > 0 -- amounts\n", "(1), (0)", [0]),
        ("not ({{ column }} <= 0)", "(1), (0)", [0]),
        ("{{ column }} is not null and {{ column }} > 0", "(1), (null), (0)", [None, 0]),
        ("{{ column }} between 0 and 1", "(0), (1), (2)", [2]),
        ("{{ column }} in ('a', 'it''s')", "('a'), ('it''s'), ('b')", ["b"]),
        ("upper({{ column }}) = {{ column }} and length({{ column }}) = 3", "('EUR'), ('eur'), ('EU')", ["eur", "EU"]),
        ("regexp_matches({{ column }}, '^\\w+$')", "('a_1'), ('a b')", ["a b"]),
        ("{{ column }} ~ '^[a-z]+$'", "('a'), ('1')", ["1"]),
        ("try_cast({{ column }} as integer) is not null", "('1'), ('x')", ["x"]),
        ("case when {{ column }} > 5 then 1 else 0 end = 1", "(6), (5)", [5]),
        ("abs({{ column }}) % 2 = 0", "(-2), (3)", [3]),
        ("coalesce({{ column }}, 0) <> 0", "(1), (null)", [None]),
        ("date_trunc('month', {{ column }}) = {{ column }}", "(date '2020-01-01')", []),
        ("extract(year from {{ column }}) >= 2000", "(date '1999-12-31')", [__import__("datetime").date(1999, 12, 31)]),
        ("{{ column }} <= current_date + interval '1' day", "(date '2999-01-01'), (date '2000-01-01')", 1),
        ("{{ column }} like 'a!_%' escape '!'", "('a_b'), ('abb')", ["abb"]),
    ],
)
def test_conditions_mean_in_duckdb_what_they_say(sql: str, values: str, expected: Any) -> None:
    found = violations(sql, values)
    assert (len(found) if isinstance(expected, int) else found) == expected


@pytest.mark.parametrize(
    ("sql", "settings", "values", "expected"),
    [
        ("{{ column }} >= {{ setting('minimum') }}", {"minimum": 0.5}, "(0.5), (0.4)", 1),
        ("{{ column }} >= {{ setting('minimum') }}", {"minimum": -3}, "(-3), (-4)", 1),
        (
            "{{ column }} = {{ setting('word') }}",
            {"word": "it's; drop table t --"},
            "('it''s; drop table t --'), ('b')",
            1,
        ),
        ("{{ column }} = {{ setting('word') }}", {"word": "' or true or '"}, "('x')", 1),
        ("{{ column }} = {{ setting('yes') }}", {"yes": True}, "(true), (false)", 1),
        ("{{ column }} in ({{ setting('codes') }})", {"codes": ("a", "b'")}, "('a'), ('b'''), ('c')", 1),
        ("{{ column }} in (0, {{ setting('codes') }})", {"codes": (1,)}, "(0), (1), (2)", 1),
    ],
)
def test_settings_are_values_and_nothing_else(sql: str, settings: Any, values: str, expected: int) -> None:
    assert len(violations(sql, values, **settings)) == expected


HOSTILE = [
    ("{{ column }} > 0; drop table orders", "not one condition"),
    ("{{ column }} > 0); drop table orders; --", "no SQL condition"),
    ("{{ column }} > 0) or (1 = 1", "no SQL condition"),
    ("1 = 1 /* {{ column }} */", "cannot stand within"),
    ("1 = 1", "says nothing of"),
    ("1 = 1 -- {{ column }} > 0", "cannot stand within"),
    ("'{{ column }}' = 'x'", "cannot stand within"),
    ('"a {{ column }}" = 1', "sees one column"),
    ("{{ column }} in (select key from secrets)", "needs a list in parentheses"),
    ("{{ column }} > (select 1)", "cannot be in a condition"),
    ("exists (select 1 from 'data.csv' where {{ column }} > 0)", "no condition"),
    ("{{ column }} > (from 'data.csv')", "cannot be in a condition"),
    ("{{ column }} = (select content from read_text('/etc/passwd'))", "cannot be in a condition"),
    ("{{ column }} = read_text('/etc/passwd')", "read_text"),
    ("{{ column }} = getenv('HOME')", "getenv"),
    ("{{ column }} = getvariable('meshport_hash_inner_default')", "getvariable"),
    ("{{ column }} = current_setting('secret_directory')", "current_setting"),
    ("{{ column }} = error({{ column }})", "error"),
    ("{{ column }} = nextval('s')", "nextval"),
    ("count({{ column }}) > 0", "cannot be in a condition"),
    ("row_number() over (order by {{ column }}) > 1", "cannot be in a condition"),
    ("{{ column }} > other", "sees one column"),
    ("{{ column }} > orders.amount", "sees one column"),
    ("source_rows.email = {{ column }}", "sees one column"),
    ("{{ column }} > $1", "cannot be in a condition"),
    ("{{ column }} > ?", "cannot be in a condition"),
    ("columns(*) > {{ column }}", "cannot be in a condition"),
    ("{{ column }}.secret > 1", "sees one column"),
    ("{{ column }}", "no condition"),
    ("{{ column }} + 1", "no condition"),
    ("select {{ column }} > 0", "no condition"),
    ("drop table {{ column }}", "no condition"),
    ("copy orders to '/tmp/{{ column }}'", "no condition"),
    ("attach 'x' as y", "no condition"),
    ("pragma database_list", "no condition"),
    ("{{ column }} > 0 and meshport__column > 0", "meshport's own"),
    ("{{ column }} > 0 and MESHPORT__setting__x > 0", "meshport's own"),
    ("{% for i in range(9) %}{{ column }} > 0{% endfor %}", "only `{{ column }}`"),
    ("{{ column }} > {{ env_var('HOME') }}", "only `{{ column }}`"),
    ("{{ run_query('drop table x') }} > {{ column }}", "only `{{ column }}`"),
    ("{{ column }} > {{ setting('nothing') }}", "`nothing` does not exist"),
    ("{{ column }} > {{ setting('listed') }}", "stands in `in (...)`"),
    ("{{ column }} in ({{ setting('empty') }})", "`empty` is empty"),
    ("{{ column }} > {{ setting('mapped') }}", "`mapped` is a mapping"),
    ("{{ column }} > {{ setting('endless') }}", "cannot be written in SQL"),
    ("{{ column }} > {{ setting('marked') }}", "cannot be written in SQL"),
    ("{{ column }} in {{ setting('listed') }}", "needs a list in parentheses"),
    ("cast({{ column }} as secret) > 1", "there is no type"),
    ("", "not one condition"),
    ("-- nothing", "not one condition"),
    ("{{ column }} >", "no SQL condition"),
    ("{{ column }} = 'open", "no SQL condition"),
    ("(" * 5000 + "{{ column }} > 0" + ")" * 5000, "nested too deeply"),
]


@pytest.mark.parametrize(("sql", "said"), HOSTILE)
def test_what_is_no_condition_is_refused(sql: str, said: str) -> None:
    settings = {
        "listed": (1, 2),
        "empty": (),
        "mapped": {"a": 1},
        "endless": float("inf"),
        "marked": "x meshport__column",
    }
    with pytest.raises(InputError) as caught:
        compile_predicate(policy(sql, **settings), "duckdb")
    assert said in caught.value.message
    assert (caught.value.where or "").startswith("standards/policies/data/rule.sql")


def test_a_syntax_error_names_its_line() -> None:
    with pytest.raises(InputError) as caught:
        compile_predicate(policy("{{ column }} > 0\n  and {{ column }} <\n"), "duckdb")
    assert caught.value.where == "standards/policies/data/rule.sql:2"


def test_rules_on_several_rows_need_no_column() -> None:
    assert compile_predicate(policy("true", kind="unique"), "duckdb") == ("TRUE",)


def test_a_condition_is_said_in_other_dialects() -> None:
    sql = "regexp_matches({{ column }}, '^\\d+$') and contains({{ column }}, 'it''s')"
    assert compile_predicate(policy(sql), "databricks") == (
        "REGEXP_LIKE(",
        ", '^\\\\d+$') AND CONTAINS(",
        ", 'it\\'s')",
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_whatever_is_written_only_conditions_come_out(text: str) -> None:
    """Any text after a sound beginning either is refused, or DuckDB reads what comes out as one expression."""
    try:
        parts = compile_predicate(policy("{{ column }} = 'a' " + text), "duckdb")
    except InputError:
        return
    condition = '"v;\'"'.join(parts)
    statements = duckdb.extract_statements(
        f'select count(*) filter (where not ({condition})) from (select 1 as "v;\'")'
    )
    assert len(statements) == 1


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
def test_any_text_is_a_setting(word: str) -> None:
    try:
        parts = compile_predicate(policy("{{ column }} = {{ setting('word') }}", word=word), "duckdb")
    except InputError:
        assert "meshport__" in word.lower()
        return
    assert duckdb.execute(f"select {'v'.join(parts)} from (select ? as v)", [word]).fetchall() == [(True,)]
