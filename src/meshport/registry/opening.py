"""Opening the registry that a command is about."""

from __future__ import annotations

from pathlib import Path

from meshport.mesh import FILE_NAME, load_mesh
from meshport.registry.facade import Registry
from meshport.registry.urls import location


def registry_url(project_dir: Path, override: str | None) -> str:
    """Return the URL of the registry for commands in a folder, which need not be a domain's project.

    `override` is what --registry or MESHPORT_REGISTRY said. Raises InputError where `mesh.yml` cannot be read.
    """
    named = load_mesh(project_dir).registry if (project_dir / FILE_NAME).is_file() else None
    return location(named, project_dir, override)


def open_registry(project_dir: Path, override: str | None, *, create: bool = False) -> Registry:
    """Open the registry for commands in a folder; see `registry_url` and `Registry.open`."""
    return Registry.open(registry_url(project_dir, override), create=create)
