"""Soundness, shown by DuckDB: when one source column changes, lineage has named every column that changes with it."""

from __future__ import annotations

from collections import Counter

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from meshport.lineage.statement import Parent, Resolver, Statement
from tests.lineage.test_truth import scans

TABLES = {"t": ["a", "b", "c"], "u": ["a", "x", "y"]}
COLUMNS = [(table, column) for table, columns in TABLES.items() for column in columns]
ROWS = 12


@st.composite
def scalars(draw: st.DrawFn, names: list[str], depth: int = 2) -> str:
    """An integer expression over these columns."""
    leaf = st.sampled_from(names)
    if depth == 0:
        return draw(leaf)
    one, two = scalars(names, depth - 1), scalars(names, depth - 1)
    shape = draw(
        st.sampled_from(
            [
                "{0}",
                "({0} + {1})",
                "coalesce({0}, {1})",
                "case when {0} > {1} then {2} else {0} end",
                "greatest({0}, {1})",
                "abs({0})",
                "(select max(u.x) from u where u.a < {0})",
            ]
        )
    )
    return shape.format(draw(one), draw(two), draw(leaf))


@st.composite
def queries(draw: st.DrawFn, depth: int = 2) -> str:
    """A query with the columns p and q."""
    source, names = draw(sources(depth))
    one, two = draw(scalars(names)), draw(scalars(names))
    where = draw(
        st.sampled_from(["", f" where {draw(scalars(names, 1))} > 3", f" where {names[0]} in (select y from u)"])
    )
    shape = draw(
        st.sampled_from(
            [
                f"select {one} as p, {two} as q from {source}{where}",
                f"select distinct {one} as p, {two} as q from {source}{where}",
                f"select {one} as p, sum({two}) as q from {source}{where} group by 1",
                f"select {one} as p, max({two}) filter (where {names[0]} > 2) as q from {source}{where} group by all",
                f"select {one} as p, sum({two}) over (partition by {names[-1]}) as q from {source}{where}",
                f"select {one} as p, {two} as q from {source}{where} qualify rank() over (order by {names[0]}) < 5",
                f"select * from (select {one} as p, {two} as q from {source}{where}) z",
                f"with z as (select {two} as p, {one} as q, {one} as r from {source}{where}) select * exclude (r) from z",
            ]
        )
    )
    if draw(st.booleans()):
        return shape
    other = "select x as p, y as q from u"
    return f"{shape} {draw(st.sampled_from(['union all', 'union', 'except', 'intersect']))} {other}"


@st.composite
def sources(draw: st.DrawFn, depth: int) -> tuple[str, list[str]]:
    """A FROM clause and the columns it has."""
    kinds = ["t", "join", "left", "using", "semi"] + (["query", "joined query"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "t":
        return "t", ["t.a", "b", "t.c"]
    if kind == "join":
        return "t join u on t.b = u.x", ["t.a", "u.a", "b", "y"]
    if kind == "left":
        return "t left join u on t.a = u.a and u.x > 2", ["t.a", "u.x", "c"]
    if kind == "using":
        return f"t {draw(st.sampled_from(['', 'left ', 'right ', 'full ']))}join u using (a)", ["a", "b", "y"]
    if kind == "semi":
        return "t semi join u on t.c = u.y", ["a", "b", "c"]
    inner = draw(queries(depth - 1))
    if kind == "query":
        return f"({inner}) i", ["i.p", "q"]
    return f"({inner}) i left join t on i.p = t.b", ["i.p", "q", "t.c"]


@settings(max_examples=60, deadline=None)
@given(
    sql=queries(),
    data=st.lists(st.lists(st.integers(0, 6) | st.none(), min_size=6, max_size=6), min_size=ROWS, max_size=ROWS),
    changed=st.sampled_from(COLUMNS),
    to=st.lists(st.integers(0, 9), min_size=ROWS, max_size=ROWS),
)
def test_every_column_that_changes_is_named(
    sql: str, data: list[list[int | None]], changed: tuple[str, str], to: list[int]
) -> None:
    parents = [Parent(name, ("db", "main", name), tuple(columns), True) for name, columns in TABLES.items()]
    node = Resolver("duckdb").resolve(Statement("model.p.m", sql), parents)
    assert node.reason == ""
    assert [column.status for column in node.columns] == ["resolved", "resolved"], sql
    before, after = _run(sql, data), _run(sql, _with(data, changed, to))
    for i, column in enumerate(node.columns):
        if Counter(row[i] for row in before) != Counter(row[i] for row in after):
            named = {(origin.node, origin.column) for origin in (*column.origins, *node.scans)}
            assert changed in named, f"{column.name} changed with {changed}: {sql}"


def _with(data: list[list[int | None]], changed: tuple[str, str], to: list[int]) -> list[list[int | None]]:
    place = COLUMNS.index(changed)
    return [[*row[:place], value, *row[place + 1 :]] for row, value in zip(data, to, strict=True)]


def _run(sql: str, data: list[list[int | None]]) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        for start, (table, columns) in zip((0, 3), TABLES.items(), strict=True):
            connection.execute(f"create table {table} ({', '.join(f'{column} integer' for column in columns)})")
            connection.executemany(f"insert into {table} values (?, ?, ?)", [row[start : start + 3] for row in data])
        return connection.execute(sql).fetchall()


def test_the_property_can_fail() -> None:
    """A filter that lineage did not name would be caught."""
    node = Resolver("duckdb").resolve(
        Statement("model.p.m", "select a from t where b > 3"), [Parent("t", ("db", "main", "t"), ("a", "b"), True)]
    )
    assert set(node.scans) == scans("t.b")
    data: list[list[int | None]] = [[i, 1, 1, 1, 1, 1] for i in range(ROWS)]
    assert _run("select a from t where b > 3", data) != _run(
        "select a from t where b > 3", _with(data, ("t", "b"), [9] * ROWS)
    )
