"""`meshport contract diff`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, emit

if TYPE_CHECKING:
    from meshport.cli.contract_compare import Compared
    from meshport.contracts import ContractChange


@click.command()
@click.argument("port", required=False)
@click.option(
    "--against",
    metavar="REF|VERSION|FILE",
    help="A published version, a contract file, a folder of them, or a git reference that has them. "
    "Default: what is published.",
)
@click.option(
    "--state", type=click.Path(file_okay=False, exists=True, path_type=Path), help="Artifacts of an earlier dbt run."
)
@options.project_dir
@options.artifacts
@options.registry
@options.output_format
@click.pass_context
def diff(
    ctx: click.Context,
    port: str | None,
    against: str | None,
    state: Path | None,
    project_dir: Path,
    artifacts: Path | None,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Compare the contracts of this project with earlier ones.

    Says of each change how the producer and a consumer would notice it, and which version it makes. Without --against
    and --state the registry is asked for what is published; a git reference must hold the files of `contract export`.
    With a port and a contract file these two are compared, whatever they are called. Ends with 3 where anything is
    breaking.

    \b
    meshport contract diff
    meshport contract diff customer_orders.v1 --against 1.0.0
    meshport contract diff --against origin/main
    meshport contract diff customer_orders.v1 --against agreed.odcs.yaml
    meshport contract diff --state production-artifacts --format markdown
    """
    from meshport.artifacts.reading import collector_off
    from meshport.cli.contract_against import from_state, from_text, is_version, published
    from meshport.cli.contract_compare import compare, wanted
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode

    if against is not None and state is not None:
        raise click.UsageError("--against and --state are two answers to one question: give one")
    workspace = Workspace(project_dir, artifacts=artifacts, registry_url=registry_url)
    with collector_off():  # two versions of a large project are millions of objects, and none of them is garbage
        if state is not None:
            base = from_state(workspace, state)
        elif against is None or is_version(against):
            base = published(workspace, against, wanted(workspace, port))
        else:
            base = from_text(workspace, against)
        compared = list(compare(workspace, base, port))
    emit(
        Document(
            msgspec.to_builtins(compared),
            list(_blocks(compared, "next version" if base.heads is None else "publishing gives")),
        ),
        output_format,
    )
    if any(item.breaking for item in compared):
        ctx.exit(ExitCode.BLOCKED)


def _blocks(compared: list[Compared], gives: str) -> Iterator[Table | Text]:
    if not compared:
        yield Text("This project declares no product.")
    for item in compared:
        against = f"against {item.against}" if item.against else "not published yet" if item.next else "new"
        yield Text(f"{item.product} ({against}{f'; {gives} {item.next}' if item.next else ''})")
        if item.changes:
            yield _table(item.changes, None)
        for port in item.ports:
            if port.state == "changed":
                yield _table(port.changes, port.port)
            else:
                yield Text(f"{port.port}: {port.state}{' (breaking)' if port.state == 'removed' else ''}")


def _table(changes: tuple[ContractChange, ...], title: str | None) -> Table:
    rows = [[c.severity, c.kind, c.subject, c.message, c.producer, c.consumer] for c in changes]
    return Table(["severity", "kind", "subject", "message", "for the producer", "for a consumer"], rows, title=title)
