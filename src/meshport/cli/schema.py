"""Where the mesh information schema is filled from, for commands on a project folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meshport.cli.output import Progress
    from meshport.cli.workspace import Workspace
    from meshport.information_schema import Sources
    from meshport.registry import Registry


def sources_of(workspace: Workspace, registry_url: str | None, shown: Progress) -> Sources:
    """Return where the tables come from. Nothing of it is opened or read yet.

    Works on any dbt project: one that is no domain has no products, and a registry only where `registry_url` names it.
    """
    from meshport.information_schema import Sources

    named = workspace.is_domain or registry_url
    return Sources(
        artifacts=workspace.artifacts,
        project_dir=workspace.project_dir,
        project=lambda: workspace.project,
        mesh=workspace.mesh if workspace.is_domain else None,
        declared=lambda: workspace.declared if workspace.is_domain else [],
        standards=lambda: workspace.standards,
        registry=(lambda: registry_if_there(workspace.project_dir, registry_url)) if named else None,
        lineage=lambda: workspace.lineage(shown),
    )


@contextmanager
def registry_if_there(project_dir: Path, override: str | None) -> Iterator[Registry | None]:
    """Open the registry to read it; None where it is a file that nobody has written yet."""
    from sqlalchemy import make_url

    from meshport.registry import Registry, registry_url

    url = registry_url(project_dir, override)
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        yield None
        return
    with Registry.open(url, create=False) as registry:
        yield registry
