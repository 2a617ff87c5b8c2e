"""From `catalog.json` to the real columns of each node."""

from __future__ import annotations

from pathlib import Path

import msgspec

from meshport.artifacts.reading import Artifact, read_artifact

SCHEMA_VERSIONS = range(1, 2)

Columns = tuple[tuple[str, str], ...]


class CatalogColumn(msgspec.Struct, gc=False):
    """A column as the database describes it; `index` is its position."""

    name: str
    type: str | None = None
    index: int | float | None = None


class Table(msgspec.Struct, gc=False):
    """A relation."""

    columns: dict[str, CatalogColumn] | None = None


class File(Artifact, gc=False):
    """`catalog.json`."""

    nodes: dict[str, Table] | None = None
    sources: dict[str, Table] | None = None


_decoder = msgspec.json.Decoder(File)


def read_catalog(path: Path) -> dict[str, Columns]:
    """Read the columns of nodes and sources by unique id, as (name, type) in order; empty where there is no file.

    Raises InputError for a file that is not a complete catalog.
    """
    if not path.exists():
        return {}
    file = read_artifact(path, _decoder, "catalog", SCHEMA_VERSIONS)
    tables = {**(file.nodes or {}), **(file.sources or {})}
    return {unique_id: _columns(table) for unique_id, table in tables.items()}


def _columns(table: Table) -> Columns:
    ordered = sorted((table.columns or {}).values(), key=lambda column: column.index or 0)
    return tuple([(column.name, column.type or "") for column in ordered])
