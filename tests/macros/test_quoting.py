"""Any name and any text, through every place that quotes one, into a real DuckDB and back."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.macros.integration import Integration
from tests.macros.ports import column, mask, port, relation

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("macros")]

NASTY = [
    '"',
    "''",
    "a b",
    "é🙂",
    'x"; drop table t; --',
    "{{ target.name }}",
    "{% if %}",
    "a\\",
    "a\nb",
    "%s?$1",
    "--",
    "/*",
]
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
text = st.one_of(st.text(characters, max_size=12), st.lists(st.sampled_from(NASTY), max_size=4).map("".join))
# Schemas that DuckDB or meshport has already are no names of a domain's product.
names = text.filter(lambda name: name and name.lower() not in {"main", "meshport", "information_schema", "pg_catalog"})


def operations(number: int, name: str, value: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Everything that quotes, for one name of schema, relation, column and key, and one text."""
    source = {"database": "internal", "schema": "main", "identifier": f"source_{number}"}
    masked = mask("redact", replacement=value)
    named = port(
        column(name, mask=masked),
        source=source,
        target=relation(name, schema=name),
        staged=relation(f"{name}__staged", schema=name),
        previous=relation(f"{name}__previous", schema=name),
        constraints=[{"type": "primary_key", "columns": [name]}],
    )
    target = named["target"]
    return {
        f"{number} prepare": ("prepare_zone", {"zone": {"database": "published", "schemas": [name]}}),
        f"{number} stage": ("stage_port", {"port": named}),
        f"{number} contract": ("verify_contract", {"port": named}),
        f"{number} masks": ("verify_masks", {"port": named}),
        f"{number} swap": ("swap_port", {"port": named}),
        f"{number} tags": ("set_tags", {"relation": target, "column": name, "tags": {name: value}}),
        f"{number} untag": ("unset_tags", {"relation": target, "column": name, "keys": [f"{name} "]}),
        f"{number} properties": ("set_properties", {"relation": target, "properties": {name: value}}),
        f"{number} comments": ("set_comments", {"relation": target, "comment": value, "columns": {name: value}}),
        f"{number} read": ("read_tags", {"zone": {"database": "published", "schemas": [name]}}),
    }


# One example is a batch of many names, since each asks dbt once; the first is the simplest there is.
@settings(
    max_examples=3,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(batch=st.lists(st.tuples(names, text), min_size=30, max_size=60, unique_by=lambda pair: pair[0].casefold()))
def test_names_and_texts_arrive_as_they_are(project: Integration, batch: list[tuple[str, str]]) -> None:
    requests = {}
    for number, (name, value) in enumerate(batch):
        requests |= operations(number, name, value)
    rendered = project.render(requests)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as internal; attach ':memory:' as published")
        for number, (name, value) in enumerate(batch):
            quoted = '"' + name.replace('"', '""') + '"'
            connection.execute(f"create table internal.main.source_{number} as select 'raw' as {quoted}")
            for key in operations(number, name, value):
                for statement in rendered[key]:
                    rows = connection.execute(statement["sql"]).fetchall()
                    assert rows == [] or statement["expect"] != "no_rows"
                    if statement["expect"] == "rows":
                        assert rows == [(name, name, name, name, value)]
            columns = connection.execute(
                "select table_name, column_name, comment from duckdb_columns() where schema_name = ?", [name]
            )
            assert columns.fetchall() == [(name, name, value or None)]
            assert connection.execute(f"select * from published.{quoted}.{quoted}").fetchall() == [(value,)]
            properties = connection.execute(
                "select relation, key, value from published.meshport.properties where schema_name = ?", [name]
            )
            assert properties.fetchall() == [(name, name, value)]


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_a_name_that_cannot_be_quoted_is_refused(project: Integration, name: str) -> None:
    code, printed = project.operate("meshport.identifier", name=name)
    assert code == 1
    assert "must not be empty or hold a zero character" in printed
