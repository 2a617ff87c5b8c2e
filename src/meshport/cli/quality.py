"""`meshport quality`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.lazy import LazyGroup
from meshport.cli.output import Document, Table, Text, emit, progress, say

if TYPE_CHECKING:
    from meshport.quality.types import PortResult, PortRules

COMMANDS = {
    "run": ("meshport.cli.quality:run", "Check the rows that dbt built against data policies and contracts."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def quality() -> None:
    """Data policies: rules for every row of a port."""


@click.command()
@click.argument("port", required=False)
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="Write up to N rows for each broken rule, masked, into a table of the schema meshport_quality.",
)
@options.project_dir
@options.artifacts
@options.target
@options.output_format
@click.pass_context
def run(
    ctx: click.Context,
    port: str | None,
    sample: int | None,
    project_dir: Path,
    artifacts: Path | None,
    target: str | None,
    output_format: str,
) -> None:
    """Check the rows that dbt built against data policies and contracts.

    Asks the internal zone, before anything is published: the standards' data policies, the contract's constraints and
    those generic tests that are rules for rows, in one statement a port, and one for each unique or relationship rule.
    The answers are kept in target/quality.json, as evidence of this build. Ends with 3 where a rule that blocks is
    broken or could not be asked.

    \b
    meshport quality run
    meshport quality run customers.v1 --sample 20
    """
    import msgspec

    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode

    workspace = Workspace(project_dir, artifacts=artifacts, target=target)
    chosen = workspace.data_rules if port is None else _named(workspace.data_rules, port)
    with progress() as shown:
        results = workspace.check_data(chosen, shown, sample) if chosen else []
    emit(Document(msgspec.to_builtins(results), list(_blocks(results))), output_format)
    for result in results:
        if result.sample is not None:
            say(f"Rows that break a rule of {result.port}, masked: {result.sample}")
    if any(result.failed for result in results):
        ctx.exit(ExitCode.BLOCKED)


def _named(ports: Sequence[PortRules], name: str) -> list[PortRules]:
    """Return the ports of that label or name, with or without their product. Raises InputError with near names."""
    from difflib import get_close_matches

    from meshport.errors import InputError

    names = [
        (checked, {f"{product}{each}" for each in (checked.port.label, checked.port.name) for product in products})
        for checked in ports
        for products in [("", f"{checked.product}.", f"{checked.product.partition('.')[2]}.")]
    ]
    found = [checked for checked, known in names if name in known]
    if not found:
        near = get_close_matches(name, [each for _, known in names for each in known], n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "ports are public models of a product's group"
        raise InputError(f"this project has no port {name!r}", hint=hint)
    return found


def _number(count: int | None, what: str) -> str:
    return f"{'no' if count is None else count} {what}{'' if count == 1 else 's'}"


def _blocks(results: Sequence[PortResult]) -> Iterator[Table | Text]:
    headings = ["rule", "columns", "from", "severity", "status", "violations", "reason"]
    for result in results:
        rows = [
            [each.name, ", ".join(each.columns), each.source, each.severity, each.status, each.violations, each.reason]
            for each in sorted(result.results, key=lambda each: (each.status == "pass", each.name))
        ]
        counted = [_number(result.rows, "row"), _number(len(rows), "rule"), _number(result.statements, "statement")]
        title = f"{result.product}.{result.port}: {', '.join(counted)}"
        yield Table(headings, rows, title=title, empty="No rule is about this port.")
    if not results:
        yield Text("This project declares no port.")
        return
    rules = [each for result in results for each in result.results]
    count = {status: sum(each.status == status for each in rules) for status in ("pass", "warn", "fail", "error")}
    said = (
        f"{count['pass']} hold, {count['warn']} warn, {count['fail']} are broken, {count['error']} could not be asked"
    )
    yield Text(f"{len(rules)} rules: {said}.")
