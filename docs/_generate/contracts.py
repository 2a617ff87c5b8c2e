"""docs/reference/contracts.md: how each kind of change to a contract is judged, from the one table that says so."""

from __future__ import annotations

from docs._generate.markdown import code, document, prose, table
from meshport.contracts.rules import SECTIONS, Rule


def page() -> str:
    """Return the reference of changes to contracts."""
    blocks = [
        "`meshport contract diff`, the version that `publish` gives, and the gates of `publish` all judge by this "
        "table. What a breaking change asks for is in [decision 9](../decisions/0009-breaking-changes.md); "
        "[a guide](../guides/breaking-change.md) walks through one.",
        table(
            ("View", "Asks"),
            [
                ("producer", "May rows that were good until now be refused?"),
                ("consumer", "May a query that worked until now fail, or answer something else?"),
            ],
        ),
        "`possible` depends on data or on queries that no contract knows: it needs attention and breaks no promise. "
        "The worse of the two views is the severity: **breaking** makes a major version, **compatible** (or possible) "
        "a minor one, **patch** a patch.",
        "A type is wider than another of its kind where it holds all of its values: `integer` and `bigint`, "
        "`decimal(10,2)` and `decimal(12,4)`, `varchar(10)` and `text`, `struct<a int>` and `struct<a int, b int>`. "
        "The dialect decides what a name means: every integer of Snowflake is one type, DuckDB keeps no lengths of "
        "texts, a `decimal` without precision is `(10,0)` on Databricks. Between kinds (`integer` and `varchar`, "
        "`date` and `timestamp`) there is no wider.",
    ]
    for title, rules in SECTIONS.items():
        blocks += [f"## {title}", table(("Kind", "Severity", "Producer", "Consumer", "What changed"), map(_row, rules))]
    return document("Changes to contracts", blocks)


def _row(rule: Rule) -> tuple[str, str, str, str, str]:
    waits = "" if rule.waits else " Hides more: publishing does not wait."
    return code(rule.kind), f"**{rule.severity}**", rule.producer, rule.consumer, prose(rule.meaning) + waits
