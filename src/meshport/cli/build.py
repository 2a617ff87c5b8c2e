"""`meshport build`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import say


@click.command(context_settings={"ignore_unknown_options": True})
@options.project_dir
@options.target
@options.registry
@click.option("--select", "-s", multiple=True, help="What dbt builds. Default: everything.")
@click.option("--full-refresh", is_flag=True, help="Rebuild incremental models and seeds from nothing.")
@click.argument("dbt_arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def build(
    ctx: click.Context,
    project_dir: Path,
    target: str | None,
    registry_url: str | None,
    select: tuple[str, ...],
    full_refresh: bool,
    dbt_arguments: tuple[str, ...],
) -> None:
    """Run dbt build and keep its artifacts.

    dbt overwrites its run results with every run; publishing wants evidence for every port. So each run is kept in
    target/run_results, and recorded where there is a registry (`meshport ops status`). What is no option here is
    passed on to dbt.

    \b
    meshport build
    meshport build --select customer_orders+ --full-refresh
    meshport build --vars '{day: 2026-01-31}'
    """
    from meshport.artifacts.kept import keep_run
    from meshport.cli.ops_record import record_in_passing
    from meshport.cli.schema import registry_if_there
    from meshport.cli.workspace import Workspace
    from meshport.dbt_command import ARTIFACTS, Dbt
    from meshport.errors import BlockedError, ExitCode

    if any(word.startswith("--target-path") for word in dbt_arguments):
        raise click.UsageError("--target-path is not for `meshport build`: it keeps dbt's artifacts in target/")
    dbt = Dbt(project_dir.resolve(), target)
    dbt.ensure_packages()
    chosen = [word for selector in select for word in ("--select", selector)]
    refresh = ["--full-refresh"] if full_refresh else []
    done = dbt.run(["build", *chosen, *refresh, *dbt_arguments])
    if done.returncode not in (0, 1):  # 2: dbt could not run at all, and said why
        ctx.exit(ExitCode.INPUT)
    kept = keep_run(project_dir / ARTIFACTS, dbt.target)
    say(f"Kept: {kept}")
    workspace = Workspace(project_dir, registry_url=registry_url)
    if workspace.is_domain:
        record_in_passing(workspace, registry_if_there(project_dir, registry_url))
    if done.returncode != 0:
        raise BlockedError(
            "dbt build did not succeed",
            hint="see dbt's messages above; ports without passing evidence are not published",
        )
