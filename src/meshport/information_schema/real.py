"""catalog.json: what the database has, as lines of JSON are made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Raw

from meshport.artifacts.catalog import SCHEMA_VERSIONS
from meshport.artifacts.reading import Artifact, read_artifact

_NULL = Raw(b"null")


class _Columns(msgspec.Struct, gc=False):
    columns: dict[str, Raw] | None = None


class _Table(msgspec.Struct, gc=False):
    unique_id: str = ""
    metadata: Raw = _NULL
    stats: Raw = _NULL
    generated_at: str | None = None


class _WithColumns(Artifact, gc=False):
    nodes: dict[str, _Columns] | None = None
    sources: dict[str, _Columns] | None = None


class _WithTables(Artifact, gc=False):
    nodes: dict[str, _Table] | None = None
    sources: dict[str, _Table] | None = None


def real_columns(artifacts: Path) -> list[tuple[str, dict[str, Raw]]]:
    """Return the columns of each relation by unique id, as they stand, by name; nothing where there is no file.

    Raises InputError for a file that is not a complete catalog.
    """
    path = artifacts / "catalog.json"
    if not path.exists():
        return []
    file = read_artifact(path, msgspec.json.Decoder(_WithColumns), "catalog", SCHEMA_VERSIONS)
    tables = {**(file.nodes or {}), **(file.sources or {})}
    return [(unique_id, table.columns) for unique_id, table in tables.items() if table.columns]


def real_tables(artifacts: Path) -> Iterator[_Table]:
    """Yield each relation, as it stands; nothing where there is no file. Raises as `real_columns` does."""
    path = artifacts / "catalog.json"
    if path.exists():
        file = read_artifact(path, msgspec.json.Decoder(_WithTables), "catalog", SCHEMA_VERSIONS)
        for unique_id, table in {**(file.nodes or {}), **(file.sources or {})}.items():
            table.unique_id, table.generated_at = unique_id, file.metadata.generated_at
            yield table
