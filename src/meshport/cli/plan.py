"""`meshport plan`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import emit, progress, say


@click.command()
@options.project_dir
@options.artifacts
@options.registry
@options.output_format
@options.override_contract
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Save the plan: publish --plan FILE.")
@click.pass_context
def plan(
    ctx: click.Context,
    project_dir: Path,
    artifacts: Path | None,
    registry_url: str | None,
    output_format: str,
    override: str | None,
    out: Path | None,
) -> None:
    """Show what publishing would change.

    Reads dbt's artifacts, the published zone and the registry; writes nothing. Ends with 3 where a product is blocked.

    \b
    meshport plan
    meshport plan --artifacts ci/artifacts --format markdown
    meshport plan --out plan.json && meshport publish --plan plan.json
    """
    from meshport.cli.plan_text import plan_document
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode
    from meshport.plan.files import save_plan

    workspace = Workspace(project_dir, artifacts=artifacts, registry_url=registry_url, only_plans=True)
    with workspace.registry() as registry, progress() as shown:
        made = workspace.plan(registry, override, shown)
    emit(plan_document(made), output_format)
    if workspace.without_workspace:
        say("Note: DATABRICKS_HOST is not set: what is published there is not known, and taken for nothing.")
    if out is not None:
        save_plan(made, out)
        say(f"Saved: {out}")
    if made.blocked:
        ctx.exit(ExitCode.BLOCKED)
