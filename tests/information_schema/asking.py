"""Asking the mesh information schema in tests: sources made of what a test has, and rows as mappings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from meshport.artifacts import load_project
from meshport.information_schema import Sources, open_schema, tables_named
from meshport.lineage import column_lineage
from meshport.standards import load_standards

Write = Callable[..., Path]


def sources(artifacts: Path, **changes: Any) -> Sources:
    """Return where the tables come from: a folder of artifacts, the standards that ship with meshport, no registry."""
    said = {
        "artifacts": artifacts,
        "project_dir": artifacts,
        "project": lambda: load_project(artifacts),
        "standards": load_standards,
        "lineage": lambda: column_lineage(load_project(artifacts), workers=1),
    }
    return Sources(**{**said, **changes})


def ask(where: Sources | Path, sql: str) -> list[dict[str, Any]]:
    """Return the rows of a query, over the tables that it names."""
    with open_schema(where if isinstance(where, Sources) else sources(where), tables_named(sql)) as connection:
        result = connection.execute(sql)
        names = [name for name, *_ in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
