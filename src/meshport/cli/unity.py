"""`meshport unity`: published products in an open-source Unity Catalog server."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.lazy import LazyGroup
from meshport.cli.output import emit, progress, say

COMMANDS = {
    "plan": ("meshport.cli.unity:plan", "Show what registering would change."),
    "apply": ("meshport.cli.unity:apply", "Register the published products of this domain."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def unity() -> None:
    """Published products in an open-source Unity Catalog server."""


@click.command()
@options.project_dir
@options.registry
@options.output_format
@click.pass_context
def plan(ctx: click.Context, project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Show what registering would change.

    Reads the registry, the published file and the server that `unity` in mesh.yml names; writes nothing. Ends with 0
    whether or not there is something to do, with 3 where a product cannot be registered, with 5 where the server is out
    of reach, with 7 where it does not let us in: UNITY_TOKEN holds its token.

    \b
    meshport unity plan
    meshport unity plan --format markdown
    """
    from meshport.cli.unity_site import UnitySite
    from meshport.cli.unity_text import unity_document
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode

    workspace = Workspace(project_dir, registry_url=registry_url)
    with workspace.registry() as registry, progress() as shown:
        made = UnitySite(workspace, registry, shown).plan()
    emit(unity_document(made), output_format)
    if made.blocked:
        ctx.exit(ExitCode.BLOCKED)


@click.command()
@options.project_dir
@options.registry
@options.output_format
@options.yes
@click.pass_context
def apply(ctx: click.Context, project_dir: Path, registry_url: str | None, output_format: str, yes: bool) -> None:
    """Register the published products of this domain.

    Shows the plan, asks, and makes exactly these changes: a schema a product, a table a port over a file with the
    published rows, and the least that active subscriptions need to read them. What is no longer published goes; what
    others put there stays. Killed or refused midway, the same command goes on where it stopped. Ends as `unity plan`
    does, and with 6 where something changed after the plan was shown.

    \b
    meshport unity apply
    UNITY_TOKEN=... meshport unity apply --yes
    """
    from meshport.access.principals import user
    from meshport.cli.unity_site import UnitySite
    from meshport.cli.unity_text import unity_document
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode

    workspace = Workspace(project_dir, registry_url=registry_url)
    with workspace.registry() as registry, progress() as shown:
        site = UnitySite(workspace, registry, shown)
        made = site.plan()
        emit(unity_document(made), output_format)
        if made.changes and not yes:
            click.confirm("Register?", abort=True, err=True)
        if made.changes or made.settled:
            remarks = site.apply(made, user())
            shown.clear()
            for remark in remarks:
                say(f"Note: {remark}")
            if made.changes:
                say(f"Registered in {made.catalog} on {made.server}.")
    if made.blocked:
        ctx.exit(ExitCode.BLOCKED)
