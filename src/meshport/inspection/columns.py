"""What is known of a model's columns: declared, found in the catalog, suggested by the standards; and its key."""

from __future__ import annotations

import re

from meshport.artifacts import Node, Project
from meshport.inspection.findings import ColumnFinding
from meshport.standards import Standards

CONTRACTED = frozenset({"table", "view", "incremental"})
"""Materialisations that dbt enforces contracts for."""

_ABOUT_A_VALUE = re.compile(r"^(is|has|was|had|can|count|num)_")
"""Names that speak about a value (`has_email`, `count_email`) and do not hold it."""


def columns_of(project: Project, node: Node, standards: Standards) -> tuple[ColumnFinding, ...]:
    """Return a model's columns: the declared ones in their order, then those that only the catalog knows."""
    real = {name.casefold(): (name, kind) for name, kind in project.catalog.get(node.unique_id, ())}
    found = []
    for column in node.columns:
        _, found_type = real.pop(column.name.casefold(), ("", None))
        classification = column.meta.get("classification")
        found.append(
            ColumnFinding(
                name=column.name,
                data_type=column.data_type,
                found_type=found_type,
                classification=None if classification is None else str(classification),
                suggested=suggestion(standards, column.name, column.data_type or found_type),
            )
        )
    for name, kind in real.values():
        written = name.lower() if project.adapter_type == "snowflake" and name.isupper() else name
        found.append(
            ColumnFinding(
                name=written, declared=False, found_type=kind or None, suggested=suggestion(standards, name, kind)
            )
        )
    return tuple(found)


def suggestion(standards: Standards, name: str, data_type: str | None) -> str | None:
    """Return the classification whose `detect` patterns fit a column's name, None where none does."""
    folded = name.casefold()
    if _ABOUT_A_VALUE.search(folded) or (data_type or "").casefold().startswith("bool"):
        return None
    for classification, definition in standards.classifications.items():
        if any(re.search(pattern, folded, re.IGNORECASE) for pattern in definition.detect):
            return classification
    return None


def stale_columns(project: Project, node: Node) -> tuple[str, ...]:
    """Return the declared columns that the relation does not have; empty where the catalog does not know it."""
    real = {name.casefold() for name, _ in project.catalog.get(node.unique_id, ())}
    return tuple(column.name for column in node.columns if column.name.casefold() not in real) if real else ()


def can_have_contract(project: Project, node: Node, columns: tuple[ColumnFinding, ...]) -> bool:
    """Whether an enforced contract would hold now: dbt can enforce it, all types are known, no column is stale."""
    return (
        node.materialized in CONTRACTED
        and not node.path.endswith(".py")
        and bool(columns)
        and all(column.type for column in columns)
        and not stale_columns(project, node)
    )


def key_of(project: Project, node: Node) -> tuple[str, ...]:
    """Return the columns that tell rows apart: a primary key as dbt knows it, else a column tested to be unique."""
    if node.primary_key:
        return node.primary_key
    tested = [test.column for test in project.tests_of(node.unique_id) if test.kind == "unique" and test.column]
    return tuple(tested[:1])
