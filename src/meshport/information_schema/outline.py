"""Where the things of a project are declared, from what was decoded of its manifest for the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from meshport.artifacts.manifest import NODE_KINDS, kind_of

if TYPE_CHECKING:
    from meshport.information_schema.manifest import Manifest

KINDS = frozenset({*NODE_KINDS, "group"})
"""The kinds of entries that are declared somewhere."""
KEYS = ("config", "group", "name", "original_file_path", "package_name", "patch_path")
"""The keys of theirs that say where."""


class Declaration(msgspec.Struct, frozen=True):
    """A node or a group: its name, its package, its file and that of its YAML (with dbt's `package://`), its group."""

    resource_type: str
    name: str
    package_name: str
    path: str
    patch_path: str | None = None
    group: str | None = None


class Outline:
    """The declarations of a project by unique id. A node is decoded when it is asked for."""

    def __init__(self, manifest: Manifest) -> None:
        self._nodes = {entry.unique_id: entry for kind in NODE_KINDS for entry in manifest.entries.get(kind, ())}
        self.name = manifest.metadata.project_name or ""
        """The project's."""
        self.groups = {entry.unique_id: _declared(entry) for entry in manifest.entries.get("group", ())}

    def node(self, unique_id: str) -> Declaration | None:
        """Return where a model, seed, snapshot or source is declared, None where the manifest has none of that id."""
        entry = self._nodes.get(unique_id)
        return None if entry is None else _declared(entry)


def _declared(entry: Any) -> Declaration:
    config = _decoded(entry.config)
    return Declaration(
        kind_of(entry.unique_id),
        _text(entry.name) or "",
        _text(entry.package_name) or "",
        _text(entry.original_file_path) or "",
        _text(entry.patch_path),
        (config.get("group") if isinstance(config, dict) else None) or _text(entry.group),
    )


def _text(value: Raw | UnsetType) -> str | None:
    decoded = _decoded(value)
    return decoded if isinstance(decoded, str) else None


def _decoded(value: Raw | UnsetType) -> Any:
    return None if value is UNSET else msgspec.json.decode(value)
