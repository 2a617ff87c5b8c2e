"""`meshport ci`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, as_markdown, emit, progress, say

if TYPE_CHECKING:
    from meshport.cli.output import Progress
    from meshport.lineage.impact import Impact
    from meshport.operations.cost.change import ChangeCost
    from meshport.review import Step

STEPS = ("lint", "build", "check", "contracts", "impact", "cost", "data")
COSTLIEST = 20
"""So many nodes are shown of what is built again."""
FORMATS = ("text", "json", "markdown", "junit", "sarif", "github")


@click.command()
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="dbt's artifacts of the main branch. Without them nothing is known before, and no impact is told.",
)
@click.option("--changed", metavar="REF", default=None, help="The branch this one left. Default: the main branch.")
@click.option("--skip", multiple=True, type=click.Choice(STEPS), help="Leave a step out. May be given several times.")
@click.option(
    "--write",
    "files",
    multiple=True,
    metavar="FORMAT=FILE",
    help=f"Write the result to a file as well: {', '.join(FORMATS)}. May be given several times.",
)
@options.project_dir
@options.target
@options.registry
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to print the result.",
)
@click.pass_context
def ci(
    ctx: click.Context,
    state: Path | None,
    changed: str | None,
    skip: tuple[str, ...],
    files: tuple[str, ...],
    project_dir: Path,
    target: str | None,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Review a change: everything that a pull request is asked, in one command.

    Lints the changed files, builds and tests with dbt, asks the policies, compares the contracts with what is
    published, shows what is below the change and what it costs to build again, and asks the data policies. Every step
    runs, whatever an earlier one found. Ends with 3 where a step failed.

    \b
    meshport ci
    meshport ci --state main-artifacts --write markdown=comment.md --write sarif=ci.sarif
    meshport ci --skip build --skip data --format github
    """
    from meshport.errors import ExitCode

    places = [_place(each) for each in files]
    with progress() as shown:
        steps, impact, costs = _run(project_dir, state, changed, skip, target, registry_url, shown)
    for kind, path in places:
        path.write_text(_rendered(steps, impact, costs, kind, project_dir), encoding="utf-8")
        say(f"Written: {path}")
    if output_format == "text":
        emit(Document([], list(_blocks(steps, costs))), "text")
    else:
        click.echo(_rendered(steps, impact, costs, output_format, project_dir), nl=False)
    if any(step.outcome == "failed" for step in steps):
        ctx.exit(ExitCode.BLOCKED)


def _place(text: str) -> tuple[str, Path]:
    kind, separator, path = text.partition("=")
    if not separator or kind not in FORMATS or not path:
        raise click.UsageError(f"--write takes FORMAT=FILE, with one of {', '.join(FORMATS)}: not {text!r}")
    return kind, Path(path)


def _run(
    project_dir: Path,
    state: Path | None,
    changed: str | None,
    skip: Sequence[str],
    target: str | None,
    registry_url: str | None,
    shown: Progress,
) -> tuple[list[Step], Impact | None, ChangeCost | None]:
    """Run the steps in their order. A step that cannot run is one that failed, with the reason; the others go on."""
    from meshport.cli import ci_steps
    from meshport.cli.workspace import Workspace
    from meshport.errors import MeshportError
    from meshport.review import Step

    workspace = Workspace(project_dir, target=target, registry_url=registry_url)
    before = Workspace(project_dir, artifacts=state, target=target, registry_url=registry_url) if state else None
    review = ci_steps.Review(workspace, before, changed, registry_url, shown)
    run: dict[str, Callable[[], Step]] = {
        "lint": review.lint,
        "build": review.build,
        "check": review.check,
        "contracts": review.contracts,
        "impact": review.impact,
        "cost": review.cost,
        "data": review.data,
    }
    steps = []
    for name in STEPS:
        if name in skip:
            steps.append(Step(name=name, outcome="skipped", summary="left out by --skip"))
            continue
        shown.step(name)
        try:
            steps.append(run[name]())
        except MeshportError as error:
            text = "; ".join(filter(None, (error.message, error.hint)))
            steps.append(Step(name=name, outcome="failed", summary=text))
    return steps, review.found, review.costs


def _rendered(
    steps: Sequence[Step], impact: Impact | None, costs: ChangeCost | None, kind: str, project_dir: Path
) -> str:
    """Return the review in a format."""
    import msgspec

    from meshport.git import find_repository, installed
    from meshport.policies import formats
    from meshport.review import merged

    report = merged(steps)
    if kind == "json":
        told = [{"name": s.name, "outcome": s.outcome, "summary": s.summary} for s in steps]
        data = {"steps": told, "report": formats.data(report), "impact": impact}
        data["cost"] = None if costs is None else {**msgspec.to_builtins(costs), "amount": str(costs.amount)}
        return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"
    if kind in ("sarif", "github"):
        repository = find_repository(project_dir) if installed() else None
        root = repository.prefix if repository else ""
        return formats.sarif(report, root) if kind == "sarif" else formats.github(report, root)
    if kind == "junit":
        return formats.junit(report)
    return _markdown(steps, impact, costs)


def _blocks(steps: Sequence[Step], costs: ChangeCost | None) -> Iterator[Table | Text]:
    from meshport.policies import formats

    yield Table(["step", "outcome", "summary"], [[step.name, step.outcome, step.summary] for step in steps])
    for step in steps:
        if step.report.violations or step.report.failed:
            yield Text(click.style(step.name, bold=True) + "\n" + formats.text(step.report, explain=False).rstrip())
    if costs is not None and costs.nodes:
        yield _costs(costs)


def _costs(costs: ChangeCost) -> Table:
    """Return what is built again, the costliest first."""
    rows = [
        [each.name, "changed" if each.changed else "below", each.seconds, each.amount and f"{each.amount:.4f}"]
        for each in costs.nodes[:COSTLIEST]
    ]
    if len(costs.nodes) > COSTLIEST:
        rows.append([f"and {len(costs.nodes) - COSTLIEST} more", "", "", ""])
    return Table(["built again", "because", "seconds", f"costs ({costs.currency})"], rows, "Cost of a run")


def _markdown(steps: Sequence[Step], impact: Impact | None, costs: ChangeCost | None) -> str:
    """Return a comment for a pull request: the outcome first, details folded away."""
    from meshport.policies import formats

    failed = [step.name for step in steps if step.outcome == "failed"]
    signs = {"passed": "✅", "failed": "❌", "skipped": "➖"}
    lines = ["## meshport: " + (f"{', '.join(failed)} failed" if failed else "everything holds"), ""]
    rows = [[signs[step.outcome], step.name, step.summary] for step in steps]
    lines.append(as_markdown(Table(["", "step", "summary"], rows)))
    for step in steps:
        if step.report.violations or step.report.failed:
            lines += ["", f"<details{' open' if step.outcome == 'failed' else ''}><summary>{step.name}</summary>", ""]
            lines += [formats.markdown(step.report).rstrip(), "", "</details>"]
    if impact is not None and (impact.nodes or impact.products):
        below = [[each.name, each.how, ", ".join(each.columns), each.owner] for each in impact.nodes]
        told = [[each.key, each.owner, ", ".join(each.subscribers)] for each in impact.products]
        lines += ["", "<details><summary>impact</summary>", ""]
        lines += [as_markdown(Table(["below", "by", "columns", "owner"], below)), ""]
        lines += [as_markdown(Table(["product", "owner", "subscribers"], told)), "", "</details>"]
    if costs is not None and costs.nodes:
        lines += ["", "<details><summary>cost</summary>", "", as_markdown(_costs(costs)), "", "</details>"]
    return "\n".join(lines) + "\n"
