"""`meshport ops record`, and what `build` and `publish` do of it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, emit, say

if TYPE_CHECKING:
    from meshport.cli.workspace import Workspace
    from meshport.registry import Registry
    from meshport.registry.types import RunRecord


@click.command()
@options.project_dir
@options.artifacts
@options.registry
@options.output_format
def record(project_dir: Path, artifacts: Path | None, registry_url: str | None, output_format: str) -> None:
    """Record the runs of dbt that its artifacts tell of.

    `meshport build` and `meshport publish` do so by themselves; this is for a plain `dbt build` and for `dbt source
    freshness`. A run is recorded once, however often it is seen.

    \b
    meshport ops record
    meshport ops record --artifacts ci/artifacts
    """
    import msgspec

    from meshport.cli.workspace import Workspace

    workspace = Workspace(project_dir, artifacts=artifacts, registry_url=registry_url)
    with workspace.registry() as registry:
        recorded = record_runs(workspace, registry)
    rows = [(each.ended_at, each.command, each.target or "", each.status, each.invocation_id) for each in recorded]
    headings = ["ended", "command", "target", "status", "invocation"]
    emit(Document(msgspec.to_builtins(recorded), [Table(headings, rows, empty="No new run.")]), output_format)


def record_runs(workspace: Workspace, registry: Registry) -> list[RunRecord]:
    """Record what the artifacts of a domain tell of. Returns the runs that are new."""
    from meshport.artifacts.runs import read_runs
    from meshport.operations.history import record as keep

    domain = workspace.mesh.domain
    runs = read_runs(workspace.artifacts, registry.known_runs(domain))
    return keep(registry, domain, runs, [each.product for each in workspace.declared]) if runs else []


def record_in_passing(workspace: Workspace, opened: AbstractContextManager[Registry | None]) -> None:
    """Record what the artifacts of a domain tell of, where there is a registry; say so where it cannot be done.

    For commands that are about something else: what they do is none the worse for it.
    """
    from meshport.errors import MeshportError

    try:
        with opened as registry:
            if registry is not None:
                record_runs(workspace, registry)
    except MeshportError as error:
        say(f"Not in the history of runs: {error.message}")
