"""Any name and any text, through every place that quotes one, into the double and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.databricks.project import column, function, mask, port, relation
from tests.databricks.site import Site
from tests.macros.test_quoting import text

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

HOSTILE = [
    "`",
    "``",
    "'",
    "\\",
    "\\'",
    "${spark.app.name}",
    "${",
    "\\u0041",
    "\\n",
    "%s",
    "{{ x }}",
    "--",
    "/*",
    '"',
    ";",
]
texts = st.one_of(text, st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join))
# Unity Catalog takes no blanks, dots, slashes and control characters in names of tables, and keeps small letters.
objects = st.text("abc`'\\\"-;#$%{}()é", min_size=1, max_size=8)
columns = texts.filter(lambda name: name and name.lower() == name and not any(ord(each) < 32 for each in name))


def tag(value: str) -> str:
    """A value of a tag may not begin or end with a blank."""
    return f"<{value[:200]}>"


def operations(number: int, name: str, shown: str, value: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Everything that quotes, for one name of schema and relation, one of a column, and one text."""
    redact = {**mask("redact", "redact", (value,), replacement=value), "function": function(f"{name}_{number}")}
    named = port(
        column(shown, "string", redact, description=value),
        source=relation(f"source_{number}", "main", "internal"),
        target=relation(name, schema=f"{name}_{number}"),
        mode="clone" if number % 2 else "copy",
        audited=relation(f"{name}_{number}", "meshport", "internal"),
        row_filter={"columns": [shown], "predicate": "true -- all", "function": function(f"rows_{name}_{number}")},
        constraints=[{"type": "primary_key", "columns": [shown]}],
    )
    target = named["target"]
    functions = [
        {"function": redact["function"], "data_type": "string", "mask": redact},
        {**named["row_filter"], "columns": [{"name": shown, "data_type": "string"}]},
    ]
    zone = {"database": "published", "schemas": [target["schema"]], "internal": ["internal"], "functions": functions}
    keyed = {"relation": target, "tags": {f"k{number}": tag(value)}}
    return {
        f"{number} prepare": ("prepare_zone", {"zone": zone}),
        f"{number} stage": ("stage_port", {"port": named}),
        f"{number} contract": ("verify_contract", {"port": named}),
        f"{number} shield": ("shield_port", {"port": named}),
        f"{number} masks": ("verify_masks", {"port": named}),
        f"{number} swap": ("swap_port", {"port": named}),
        f"{number} tags": ("set_tags", {**keyed, "column": shown}),
        f"{number} properties": ("set_properties", {"relation": target, "properties": {"p": tag(value)}}),
        f"{number} comments": ("set_comments", {"relation": target, "comment": value, "columns": {shown: value}}),
        f"{number} read": ("read_tags", {"zone": zone}),
    }


@settings(
    max_examples=2,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(batch=st.lists(st.tuples(objects, columns, texts), min_size=12, max_size=16))
def test_names_and_texts_arrive_as_they_are(site_of_session: Site, batch: list[tuple[str, str, str]]) -> None:
    site = site_of_session
    site.fresh()
    site.sql("create schema internal.main")
    requests: dict[str, Any] = {}
    for number, names in enumerate(batch):
        requests |= operations(number, *names)
    rendered = site.project.render(requests)
    for number, (name, shown, value) in enumerate(batch):
        quoted = "`" + shown.replace("`", "``") + "`"
        mapped = "tblproperties ('delta.columnMapping.mode' = 'name')"
        site.sql(f"create table internal.main.source_{number} {mapped} as select 'raw' as {quoted}")
        site.run([statement for key in operations(number, name, shown, value) for statement in rendered[key]])
        place = (f"{name}_{number}", name)
        assert site.sql(rendered[f"{number} read"][0]["sql"]) == [(*place, shown, f"k{number}", tag(value))]
        there = "`" + f"{name}_{number}".replace("`", "``") + "`.`" + name.replace("`", "``") + "`"
        assert site.sql(f"select * from published.{there}") == [(value,)]
        found = site.sql(
            "select column_name, comment from published.information_schema.columns where table_schema = lower(decode(unhex("
            f"'{place[0].encode().hex()}'), 'utf-8'))"
        )
        assert [(each, text or "") for each, text in found] == [(shown, value)]
