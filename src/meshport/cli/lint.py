"""`meshport lint`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, emit, progress, say

if TYPE_CHECKING:
    from meshport.linting.run import Job
    from meshport.linting.types import Linted

FORMATS = ["text", "json", "markdown", "github", "sarif"]


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--changed",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[=REF]",
    help="Only files that changed since this branch left REF. Default: the main branch.",
)
@click.option("--fix", is_flag=True, help="Mend what sqlfluff can mend.")
@options.project_dir
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print the result.",
)
@click.pass_context
def lint(
    ctx: click.Context, paths: tuple[Path, ...], changed: str | None, fix: bool, project_dir: Path, output_format: str
) -> None:
    """Lint the project's SQL with the standards' rules.

    sqlfluff's rules, on templates rendered without dbt and without a warehouse. The standards' sqlfluff.cfg wins over
    the project's .sqlfluff, which may add and tighten. Files whose templates ask for more than is here (macros of
    packages) may not be readable: they are named and counted, never passed over in silence. Ends with 3 where a rule
    is broken.

    \b
    meshport lint
    meshport lint models/marts --fix
    meshport lint --changed --format github
    meshport lint --changed=origin/main models/
    """
    from meshport.errors import ExitCode
    from meshport.linting.files import FOLDERS, changed_files, files_in, folders_of
    from meshport.linting.run import lint_files

    root = project_dir.resolve()
    job, dbt_project = lint_job(root, fix)
    files = files_in([*paths] or folders_of(root, dbt_project, FOLDERS), root)
    if changed is not None:
        recent = changed_files(root, changed or None)
        files = [file for file in files if file in recent]
    with progress() as shown:
        linted = lint_files(job, files, shown.step)
    _print(linted, output_format, root)
    for remark in sorted({remark for each in linted for remark in each.overruled}):
        say(f"The standards overrule a setting of this project: {remark}")
    if any(finding.severity == "error" for each in linted for finding in each.findings):
        ctx.exit(ExitCode.BLOCKED)


def lint_job(root: Path, fix: bool = False) -> tuple[Job, dict[str, object]]:
    """Return what is the same for every file, and what `dbt_project.yml` says."""
    from meshport.errors import InputError
    from meshport.health.profile import read_profile
    from meshport.health.types import read_yaml
    from meshport.linting.files import MACROS, folders_of
    from meshport.linting.run import Job
    from meshport.standards import standards_of

    dbt_project = read_yaml(root / "dbt_project.yml")
    try:
        dialect = _DIALECTS.get(adapter := read_profile(root, dbt_project, None).type, adapter)
    except InputError:  # .sqlfluff may name it, and sqlfluff says so where nobody does
        dialect = None
    lint = standards_of(root).lint
    return Job(root, lint, dialect, tuple(folders_of(root, dbt_project, MACROS)), fix), dbt_project


_DIALECTS = {"spark": "sparksql", "sqlserver": "tsql", "fabric": "tsql", "synapse": "tsql"}
"""sqlfluff's names of dialects, where they are not the adapter's."""


def _print(linted: Sequence[Linted], output_format: str, root: Path) -> None:
    import msgspec

    if output_format in ("github", "sarif"):
        from meshport.git import find_repository
        from meshport.linting.report import report_of
        from meshport.policies import formats

        repository = find_repository(root)
        prefix = repository.prefix if repository else ""
        click.echo(getattr(formats, output_format)(report_of(linted), prefix), nl=False)
        for each in linted:
            if each.unread:
                say(f"Not read: {each.path}: {each.unread}")
        return
    emit(Document(msgspec.to_builtins(linted), list(_blocks(linted))), output_format)


def _blocks(linted: Sequence[Linted]) -> Iterator[Table | Text]:
    findings = [finding for each in linted for finding in each.findings]
    if findings:
        headings = ["place", "rule", "severity", "message", "mendable"]
        rows = [
            [f"{found.path}:{found.line}:{found.column}", found.rule, found.severity, found.message, found.fixable]
            for found in findings
        ]
        yield Table(headings, rows)
    unread = [[each.path, each.unread] for each in linted if each.unread]
    if unread:
        yield Table(["not read", "because"], unread)
    fixed = sum(each.fixed for each in linted)
    parts = [f"{len(linted)} files", f"{len(findings)} findings", f"{len(unread)} not read"]
    yield Text(", ".join([*parts, *([f"{fixed} mended"] if fixed else [])]) + ".")
