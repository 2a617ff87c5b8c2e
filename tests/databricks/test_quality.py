"""Rules on the rows of a port, counted and sampled in the double."""

from __future__ import annotations

from typing import Any

import pytest

from tests.databricks.project import column, mask, port, relation
from tests.databricks.site import Site, source

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

ROW = {"kind": "row", "columns": ["email"]}
RULES: list[dict[str, Any]] = [
    {**ROW, "id": "null", "check": "not_null"},
    {**ROW, "id": "accepted", "check": "accepted_values", "accepted": ["it's"]},
    {**ROW, "id": "predicate", "check": "predicate", "predicate": ["", " <> 'x'"]},
    {**ROW, "id": "expression", "check": "expression", "expression": "id > 0 -- always"},
]
UNIQUE = {"id": "unique", "kind": "unique", "columns": ["email"], "predicate": ["", " is not null"]}
PARENTS = relation("parents", "main", "internal")
ORPHAN = {"id": "orphan", "kind": "relationship", "columns": ["email"], "to": PARENTS, "to_columns": ["email"]}


def test_rules_are_counted_and_sampled(site: Site) -> None:
    source(site, """(1, "it's"), (2, 'x'), (3, 'x'), (4, null), (-5, 'hidden')""")
    site.sql("""create table internal.main.parents as select "it's" as email""")
    shown = port(
        column("id", "int"),
        column("email", mask=mask("email", "redact")),
        row_filter={"columns": ["id"], "predicate": "id > 0"},
    )
    sample = relation("sample", "audit", "internal")
    rules = [RULES[0], RULES[2], UNIQUE, ORPHAN]
    rendered = site.project.render(
        {
            "violations": ("count_violations", {"port": shown, "rules": RULES}),
            "repeated": ("count_repeated", {"port": shown, "rule": UNIQUE}),
            "orphans": ("count_orphans", {"port": shown, "rule": ORPHAN}),
            "sample": ("sample_violations", {"port": shown, "rules": rules, "sample": sample, "rows": 9}),
            "drop": ("sample_violations", {"port": shown, "rules": [], "sample": sample, "rows": 9}),
        }
    )
    # NULL is no accepted value and no other one: neither a predicate nor a list is broken by it.
    assert site.sql(rendered["violations"][0]["sql"]) == [(4, 1, 2, 2, 0)]
    assert site.sql(rendered["repeated"][0]["sql"]) == [(3, 2)]
    assert site.sql(rendered["orphans"][0]["sql"]) == [(3, 2)]
    site.run(rendered["sample"])
    kept = site.sql("select * from internal.audit.sample")
    assert sorted(kept, key=str) == [
        ("null", 4, None), *[(rule, id_, "***") for rule in ("orphan", "predicate", "unique") for id_ in (2, 3)]
    ]  # fmt: skip
    site.run(rendered["drop"])
    assert site.sql("select * from internal.information_schema.tables where table_schema = 'audit'") == []
