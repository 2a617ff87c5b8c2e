"""The resolver against a truth set that was written and checked by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from meshport.lineage.statement import Parent, Resolver, Statement
from meshport.lineage.types import NodeLineage, Origin

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("truth.yml").read_text(encoding="utf-8"))
TABLES = {"t": ["a", "b", "c", "d", "s"], "u": ["a", "x", "y"], "v": ["k", "m", "n"]}


def resolved(sql: str, dialect: str = "duckdb", tables: dict[str, list[str]] | None = None) -> NodeLineage:
    parents = [
        Parent(name, ("db", "main", name.lower()), tuple(columns), True) for name, columns in (tables or TABLES).items()
    ]
    return Resolver(dialect).resolve(Statement("model.p.m", sql), parents)


def edges(text: str) -> set[Origin]:
    """`mod t.a, scan t.b` as origins."""
    found = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        kind, _, place = part.partition(" ")
        node, _, column = place.partition(".")
        found.add(Origin(node, column, kind))  # type: ignore[arg-type]
    return found


def scans(text: str) -> set[Origin]:
    return edges(", ".join(f"scan {part.strip()}" for part in text.split(",") if part.strip()))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_truth(case: dict[str, Any]) -> None:
    node = resolved(case["sql"], case.get("dialect", "duckdb"), case.get("tables"))
    assert node.reason == ""
    found = {column.name: set(column.origins) for column in node.columns}
    assert list(found) == list(case["columns"])
    assert found == {name: edges(text) for name, text in case["columns"].items()}
    assert set(node.scans) == scans(case.get("rows", ""))
    assert {column.status for column in node.columns} == {"resolved"}


def test_the_set_is_as_large_as_it_should_be() -> None:
    count = sum(len(edges(text)) for case in CASES for text in case["columns"].values())
    assert count >= 150
