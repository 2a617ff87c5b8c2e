"""`meshport doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, emit, progress


@click.command()
@options.project_dir
@options.target
@options.registry
@options.output_format
@click.option("--probe", is_flag=True, help="Databricks: also write two small tables, mask them, and drop them again.")
@click.pass_context
def doctor(
    ctx: click.Context,
    project_dir: Path,
    target: str | None,
    registry_url: str | None,
    output_format: str,
    probe: bool,
) -> None:
    """Check that everything meshport needs is there.

    One row a check: what was looked at, how it is, what to do. Changes nothing, unless --probe is given. Ends with 3
    where anything failed.

    \b
    meshport doctor
    meshport doctor --target databricks --format markdown
    meshport doctor --target databricks --probe
    """
    import msgspec

    from meshport.errors import ExitCode
    from meshport.health import CHECKS, Place, run

    with progress() as shown:
        shown.step("Checking")
        chosen = [check for check in CHECKS if probe or not check.writes]
        rows = run(chosen, Place(project_dir, target, registry_url))
    table = Table(["check", "result", "found", "fix"], [[row.check, row.result, row.found, row.fix] for row in rows])
    emit(Document(msgspec.to_builtins(rows), [table]), output_format)
    if any(row.result == "failed" for row in rows):
        ctx.exit(ExitCode.BLOCKED)
