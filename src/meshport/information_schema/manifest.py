"""The manifest, decoded only as far as the tables that are asked for need it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from meshport.artifacts.manifest import SCHEMA_VERSIONS, kind_of
from meshport.artifacts.reading import Artifact, Metadata, read_artifact
from meshport.information_schema import outline
from meshport.information_schema.entries import COLUMN_RELATIONS, KEYS, SECTIONS, entry_type
from meshport.information_schema.spec import Table, words_of

DAG = ("model", "seed", "source", "snapshot", "analysis", "function", "test", "unit_test", "metric", "exposure")
"""The kinds that take part in the graph, as dbt 2 counts them."""
WITH_COLUMNS = ("model", "seed", "snapshot", "source", "analysis")

_NEEDS = {
    "dbt.project_vars": {"macro", *DAG},
    "dbt.dag_nodes": set(DAG),
    "dbt.packages": {"macro", *DAG},
    "dbt.node_columns": set(WITH_COLUMNS),
    "mesh.node_columns": set(WITH_COLUMNS),
}
"""The kinds of entries that tables need whose relation does not name them."""


class Head(Metadata, gc=False):
    """The head of a manifest: when its run started, and how its relations are quoted."""

    invocation_started_at: str | None = None
    quoting: Raw = Raw(b"null")


class Manifest(msgspec.Struct):
    """What was decoded: by kind the entries, with their `unique_id` and these `keys`; by unique id the parents."""

    keys: tuple[str, ...] = tuple(KEYS)
    metadata: Head = msgspec.field(default_factory=Head)
    entries: dict[str, list[Any]] = {}
    parents: dict[str, list[str]] = {}


class _HeadOnly(Artifact, gc=False):
    metadata: Head = msgspec.field(default_factory=Head)


def read_head(path: Path) -> Head:
    """Decode nothing but the head of a manifest. Raises as `read_manifest` does."""
    return read_artifact(path, msgspec.json.Decoder(_HeadOnly), "manifest", SCHEMA_VERSIONS).metadata


def read_manifest(path: Path, tables: Collection[Table], *, outlined: bool = False) -> Manifest:
    """Decode what these tables need of a manifest, and what an outline needs where one is wanted.

    Raises InputError where the file is missing, truncated, not a manifest, or of a schema version that is not read.
    """
    kinds = set().union(*(_kinds(table) for table in tables), outline.KINDS if outlined else ())
    sections = {SECTIONS[kind] for kind in kinds}
    keys = tuple(sorted({*_keys(tables), *(outline.KEYS if outlined else ())}))
    with_columns = any(table.relation in COLUMN_RELATIONS for table in tables)
    entry = entry_type(keys, unique_id=str, **({"columns": dict[str, Raw] | None} if with_columns else {}))
    fields: list[tuple[str, Any, Any]] = [
        (section, dict[str, entry] | None, None)  # type: ignore[valid-type]
        for section in sorted(sections)
    ]
    if any(table.key == "dbt.edges" for table in tables):
        fields.append(("parent_map", dict[str, list[str]] | None, None))
    shape: Any = msgspec.defstruct("Manifest", fields, bases=(_HeadOnly,), gc=False)
    file = read_artifact(path, msgspec.json.Decoder(shape), "manifest", SCHEMA_VERSIONS)
    entries: dict[str, list[Any]] = {kind: [] for kind in kinds}
    for section in sections:
        for unique_id, found in (getattr(file, section) or {}).items():
            if (kind := kind_of(unique_id)) in entries:
                found.unique_id = unique_id
                entries[kind].append(found)
    return Manifest(keys, file.metadata, entries, getattr(file, "parent_map", None) or {})


def take_columns(manifest: Manifest) -> list[tuple[str, dict[str, Raw]]]:
    """Return the columns of each node that has any, as they stand, by name, and remove them from the entries."""
    taken = []
    for kind in WITH_COLUMNS:
        for entry in manifest.entries.get(kind, ()):
            if entry.columns is not UNSET and entry.columns:
                taken.append((entry.unique_id, entry.columns))
            entry.columns = UNSET
    return taken


def _kinds(table: Table) -> set[str]:
    return _NEEDS.get(table.key) or SECTIONS.keys() & words_of(table.relation or "")


def _keys(tables: Iterable[Table]) -> set[str]:
    """Return the keys of entries that the expressions of these tables name."""
    words = set().union(*(table.words for table in tables if SECTIONS.keys() & words_of(table.relation or "")))
    if "conf" in words:
        words.add("config")
    return KEYS.keys() & words
