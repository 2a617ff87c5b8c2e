"""`meshport deploy render`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import say


@click.command()
@click.option(
    "--for",
    "runner",
    type=click.Choice(["databricks", "github", "azure"]),
    default="databricks",
    show_default=True,
    help="What runs it: a Databricks job, GitHub Actions or Azure Pipelines.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    show_default="the project, where they are used",
    help="Write the files here instead, to look at them.",
)
@options.project_dir
@options.artifacts
def render(runner: str, out: Path | None, project_dir: Path, artifacts: Path | None) -> None:
    """Render the scheduled pipeline of this domain.

    Build, data policies, publish, notify: as a Databricks bundle with a job (`databricks bundle deploy` makes it), or
    as a workflow of GitHub or Azure DevOps. When it runs is in mesh.yml (`deploy: schedule`) and, for products of their
    own, in their group's `data_product: schedule`: at a time, or after what they read was published. Files that
    meshport did not render stay. Reads dbt's manifest: `dbt parse` is enough.

    \b
    meshport deploy render
    meshport deploy render --for github
    """
    from meshport.cli.workspace import Workspace
    from meshport.deployment import azure, bundle, github
    from meshport.deployment.files import write
    from meshport.deployment.pipeline import pipeline_of
    from meshport.products import schedules

    workspace = Workspace(project_dir, artifacts=artifacts)
    products = [each.product for each in workspace.declared]
    pipeline = pipeline_of(workspace.mesh, products, schedules(workspace.project))
    render_for = {"databricks": bundle.files, "github": github.files, "azure": azure.files}[runner]
    for path in write(out or workspace.project_dir, render_for(pipeline)):
        say(f"Written: {path}")
    if runner == "databricks":
        say("Next: databricks bundle validate, then databricks bundle deploy")
