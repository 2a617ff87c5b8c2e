"""Where the things of a project are declared, and nothing else of the manifest: quicker to read than all of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from meshport.artifacts.manifest import NODE_KINDS, SCHEMA_VERSIONS, kind_of
from meshport.artifacts.reading import Artifact, read_artifact


class Declaration(msgspec.Struct, frozen=True, gc=False):
    """A node or a group: its name, its package, its file and that of its YAML (with dbt's `package://`), its group."""

    resource_type: str
    name: str
    package_name: str
    path: str
    patch_path: str | None = None
    group: str | None = None


class Outline(msgspec.Struct, frozen=True):
    """The declarations of a project by unique id. `name` is the project's."""

    name: str
    nodes: dict[str, Declaration]
    groups: dict[str, Declaration]


class _Config(msgspec.Struct, gc=False):
    group: str | None = None


class _Entry(msgspec.Struct, kw_only=True, gc=False):
    name: str
    package_name: str | None = None
    path: str | None = None
    original_file_path: str | None = None
    config: _Config | None = None
    group: str | None = None
    patch_path: str | None = None


class _Manifest(Artifact, gc=False):
    nodes: dict[str, _Entry] | None = None
    sources: dict[str, _Entry] | None = None
    groups: dict[str, _Entry] | None = None


_decoder = msgspec.json.Decoder(_Manifest)


def read_outline(artifacts_dir: Path) -> Outline:
    """Read the declarations of a manifest. Raises InputError as reading all of it does."""
    file = read_artifact(artifacts_dir / "manifest.json", _decoder, "manifest", SCHEMA_VERSIONS)
    entries = {**(file.nodes or {}), **(file.sources or {})}
    return Outline(
        name=file.metadata.project_name or "",
        nodes={key: _declared(key, entry) for key, entry in entries.items() if kind_of(key) in NODE_KINDS},
        groups={key: _declared(key, entry) for key, entry in (file.groups or {}).items()},
    )


def _declared(unique_id: str, entry: _Entry) -> Declaration:
    return Declaration(
        kind_of(unique_id),
        entry.name,
        entry.package_name or "",
        entry.original_file_path or entry.path or "",
        entry.patch_path,
        (entry.config.group if entry.config else None) or entry.group,
    )
