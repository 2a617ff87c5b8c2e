"""What the macros render, for any name and any text, run in a real DuckDB."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from meshport.dbt_command import Dbt
from meshport.errors import UnavailableError
from meshport.plan.operations import Operation
from tests.macros.test_quoting import names, text
from tests.publish.domain import Domain

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("quality")]


def operations(number: int, name: str, value: str) -> list[Operation]:
    """Every operation, over a column and a table of that name, and a text."""
    port: dict[str, Any] = {
        "source": {"database": "internal", "schema": "main", "identifier": f"t{number}"},
        "row_filter": None,
    }
    column = {"name": name, "data_type": "varchar", "mask": None}
    row = {"kind": "row", "columns": [name]}
    rules = [
        {**row, "id": f"a{value}", "check": "not_null"},
        {**row, "id": f"b{value}", "check": "accepted_values", "accepted": [value]},
        {**row, "id": f"c{value}", "check": "predicate", "predicate": ["", " <> 'other'"]},
        {**row, "id": f"d{value}", "check": "expression", "expression": "true -- always"},
    ]
    unique = {"id": "u", "kind": "unique", "columns": [name], "predicate": ["", " is not null"]}
    parents = {"database": "internal", "schema": "main", "identifier": f"p{number}"}
    orphan = {"id": "o", "kind": "relationship", "columns": [name], "to": parents, "to_columns": [name]}
    sample = {"database": "internal", "schema": name, "identifier": name}
    broken = {"port": {**port, "columns": [column]}, "rules": [rules[2], unique, orphan], "sample": sample, "rows": 9}
    asked = {
        "count_violations": {"port": port, "rules": rules},
        "count_repeated": {"port": port, "rule": unique},
        "count_orphans": {"port": port, "rule": orphan},
        "sample_violations": broken,
    }
    return [Operation(f"{number} {key}", key, arguments) for key, arguments in asked.items()]


@settings(
    max_examples=2,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    batch=st.lists(
        st.tuples(names, text.filter(lambda value: value != "other")),
        min_size=30,
        max_size=50,
        unique_by=lambda pair: pair[0].casefold(),
    )
)
def test_any_name_and_any_text_is_counted_and_sampled(built: Domain, batch: list[tuple[str, str]]) -> None:
    asked = [each for number, (name, value) in enumerate(batch) for each in operations(number, name, value)]
    rendered = Dbt(built.path).render(asked)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as internal")
        for number, (name, value) in enumerate(batch):
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(f"create table internal.main.t{number} ({quoted} varchar)")
            connection.execute(f"create table internal.main.p{number} ({quoted} varchar)")
            rows = [[value], [value], ["other"], [None]]
            connection.executemany(f"insert into internal.main.t{number} values (?)", rows)
            connection.execute(f"insert into internal.main.p{number} values (?)", [value])

            def answer(key: str, number: int = number) -> list[Any]:
                (*before, last) = rendered.statements[f"{number} {key}"]
                for statement in before:
                    connection.execute(statement.sql)
                return connection.execute(last.sql).fetchall()

            assert answer("count_violations") == [(4, 1, 1, 1, 0)]
            assert answer("count_repeated") == [(3, 2)]
            assert answer("count_orphans") == [(3, 1)]
            answer("sample_violations")
            kept = connection.execute(f"select * from internal.{quoted}.{quoted} order by all").fetchall()
            assert kept == sorted([(f"c{value}", "other"), ("u", value), ("u", value), ("o", "other")])


def test_an_adapter_without_a_body_says_so(domain: Domain) -> None:
    """Every operation has a body of its own for each adapter; the default one refuses."""
    calls = "".join(
        f"{{% if operation == '{name}' %}}{{{{ meshport.default__{name}({arguments}) }}}}{{% endif %}}"
        for name, arguments in {
            "count_violations": "{}, []",
            "count_repeated": "{}, {}",
            "count_orphans": "{}, {}",
            "sample_violations": "{}, [], {}, 1",
        }.items()
    )
    (domain.path / "macros").mkdir()
    (domain.path / "macros/ask.sql").write_text(f"{{% macro ask(operation) %}}{calls}{{% endmacro %}}\n")
    done = Dbt(domain.path).run(["run-operation", "ask", "--args", "{operation: count_orphans}"], capture=True)
    assert done.returncode != 0
    assert "count_orphans has no body for the adapter duckdb" in done.stdout


def test_a_rule_that_no_macro_knows_is_refused(built: Domain) -> None:
    rule = {"id": "x", "kind": "row", "columns": ["a"], "check": "magic"}
    port = {"source": {"database": "internal", "schema": "main", "identifier": "t"}, "row_filter": None}
    with pytest.raises(UnavailableError, match="cannot check the rule"):
        Dbt(built.path).render([Operation("x", "count_violations", {"port": port, "rules": [rule]})])
