"""`meshport check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from meshport.cli import options
from meshport.cli.output import Document, emit, progress, say

if TYPE_CHECKING:
    from meshport.policies import Report
    from meshport.standards.policy import Policy

FORMATS = ["text", "json", "markdown", "junit", "sarif", "github"]
Severity = Literal["error", "warning"]


@click.command()
@click.option("--select", "names", multiple=True, metavar="NAME", help="Only this policy, or a glob. May be repeated.")
@click.option("--type", "kind", type=click.Choice(["code", "infrastructure"]), help="Only policies of this type.")
@click.option("--severity", type=click.Choice(["error", "warning"]), help="Only policies of this severity.")
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Violations that were there before: they are counted, and fail nothing.",
)
@click.option("--write-baseline", is_flag=True, help="Write what is found to the baseline, instead of failing on it.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="dbt's artifacts of the main branch: what these violate too was there before.",
)
@options.project_dir
@options.artifacts
@options.registry
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print the result.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="How severe a new violation has to be to fail.",
)
@click.option("--explain", is_flag=True, help="Say of each policy why it is there, its settings and its exceptions.")
@click.pass_context
def check(
    ctx: click.Context,
    names: tuple[str, ...],
    kind: Literal["code", "infrastructure"] | None,
    severity: Severity | None,
    baseline: Path | None,
    write_baseline: bool,
    state: Path | None,
    project_dir: Path,
    artifacts: Path | None,
    registry_url: str | None,
    output_format: str,
    fail_on: Severity,
    explain: bool,
) -> None:
    """Check a project against the policies that hold for it.

    Reads dbt's artifacts: the policies of the standards and the project's own checks for dbt 2 are asked. Works on any
    dbt project; without mesh.yml the standards that ship with meshport hold. Ends with 3 where a policy failed, or a
    new violation is found that is severe enough.

    \b
    meshport check
    meshport check --select 'port_*' --explain
    meshport check --state main-artifacts --format sarif > check.sarif
    meshport check --baseline known.txt --write-baseline
    """
    from datetime import date

    from meshport.cli.schema import sources_of
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode
    from meshport.policies import baseline_text, check_project, read_baseline, without_known

    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE")
    with progress() as shown:
        sources = sources_of(Workspace(project_dir, artifacts=artifacts), registry_url, shown)
        before = sources_of(Workspace(project_dir, artifacts=state), registry_url, shown) if state else None
        report = check_project(
            sources,
            names,
            kind=kind,
            severity=severity,
            state=before,
            today=date.today(),
            tell=shown.step,
            give_up=_give_up,
        )
    if baseline is not None and write_baseline:
        baseline.write_text(baseline_text(report), encoding="utf-8")
        say(f"{len(report.violations) + len(report.known)} violations are in {baseline}.")
        return
    if baseline is not None:
        report = without_known(report, read_baseline(baseline))
    _print(report, output_format, fail_on, project_dir, explain)
    if report.fails(fail_on):
        ctx.exit(ExitCode.BLOCKED)


def _give_up(policy: Policy) -> None:
    """End the process: the policy is in a step of DuckDB that cannot be interrupted."""
    import os

    from meshport.cli import report
    from meshport.errors import ExitCode, InputError

    report(InputError(f"the policy {policy.name} does not end", where=policy.path, hint="let it make smaller values"))
    os._exit(ExitCode.BLOCKED)


def _print(report: Report, output_format: str, fail_on: Severity, project_dir: Path, explain: bool) -> None:
    from meshport.git import find_repository, installed
    from meshport.policies import formats

    if output_format == "json":
        emit(Document(formats.data(report), []), "json")
        return
    if output_format in ("sarif", "github"):
        # Both are read against the repository, in which the project may be one folder of several.
        repository = find_repository(project_dir) if installed() else None
        root = repository.prefix if repository else ""
        text = formats.sarif(report, root) if output_format == "sarif" else formats.github(report, root)
    elif output_format == "junit":
        text = formats.junit(report, fail_on)
    else:
        text = formats.markdown(report) if output_format == "markdown" else formats.text(report, explain=explain)
    click.echo(text, nl=False)
