"""`meshport lineage impact`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, emit, progress, say

if TYPE_CHECKING:
    from meshport.artifacts.project import Project
    from meshport.cli.workspace import Workspace
    from meshport.lineage import Lineage
    from meshport.lineage.impact import Impact, Mesh
    from meshport.model import Product

LONGEST = 60
"""How many characters of a formula a table shows."""


@click.command()
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), default=None,
              help="dbt's artifacts of the state to compare with, as for dbt's own --state.")  # fmt: skip
@click.option("--column", "columns", multiple=True, metavar="NODE.COLUMN",
              help="Take this column as changed, whether it is or not. May be given several times.")  # fmt: skip
@options.strict_lineage
@options.project_dir
@options.artifacts
@options.registry
@options.diagram_format
@click.pass_context
def impact(
    ctx: click.Context,
    state: Path | None,
    columns: tuple[str, ...],
    strict: bool,
    project_dir: Path,
    artifacts: Path | None,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Show everything below the columns that changed.

    Compares what each column is computed by with another state of the project, and lists the models, exposures,
    products and subscribers below every difference, in this domain and in others, by name and owner.

    \b
    meshport lineage impact --state main-artifacts/
    meshport lineage impact --column stg_customers.email
    meshport lineage impact --state main-artifacts/ --format markdown >> comment.md
    """
    from meshport.artifacts import load_project
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode, InputError
    from meshport.lineage.changes import ColumnChange, changed_columns
    from meshport.lineage.coverage import coverage
    from meshport.lineage.impact import impact as impact_of
    from meshport.lineage.naming import find_columns

    if state is None and not columns:
        raise InputError(
            "there is nothing to compare with", hint="name the artifacts of the main branch with --state, or a --column"
        )
    workspace = Workspace(project_dir, artifacts=artifacts, registry_url=registry_url)
    with progress() as shown:
        lineage = workspace.lineage(shown)
        before = None
        changes = [
            ColumnChange(node, name, "changed")
            for each in columns
            for node, name in find_columns(workspace.project, lineage, each)
        ]
        if state is not None:
            old = load_project(state)
            before = workspace.lineage(shown, old)
            changes += changed_columns(old, before, workspace.project, lineage)
    found = impact_of(workspace.project, lineage, read_products(workspace), changes, read_mesh(workspace), before)
    known = coverage(workspace.project, lineage)
    if output_format == "mermaid":
        click.echo(_mermaid(workspace.project, lineage, found))
    else:
        data = {**msgspec.to_builtins(found), "coverage": msgspec.to_builtins(known)}
        emit(Document(data, list(_blocks(workspace.project, found))), output_format)
    say(f"lineage: {known}")
    if strict and not known.complete:
        ctx.exit(ExitCode.BLOCKED)


def read_products(workspace: Workspace) -> list[Product]:
    """Return the domain's products; a plain dbt project has none."""
    return [item.product for item in workspace.declared] if workspace.is_domain else []


def read_mesh(workspace: Workspace) -> Mesh:
    """Return who reads what, as the registry knows it."""
    from meshport.lineage.impact import Mesh

    if not workspace.is_domain:
        return Mesh()
    with workspace.registry() as registry:
        published = {key: head.product for key, head in registry.heads().items()}
        subscribers: dict[str, list[str]] = {}
        for each in registry.subscriptions():
            if each.state == "active":
                subscribers.setdefault(each.product, []).append(each.principal)
    return Mesh(published, subscribers)


def _blocks(project: Project, found: Impact) -> Iterator[Table | Text]:
    from meshport.lineage.naming import label

    rows = [
        [f"{label(project, c.node)}.{c.column or '*'}", c.what, _shown(c.old), _shown(c.new)] for c in found.changes
    ]
    yield Table(["column", "what", "old", "new"], rows, title="Changed", empty="No column changed.")
    if not rows:
        return
    below = [
        [label(project, each.unique_id), each.resource_type, each.how, ", ".join(each.columns), each.owner]
        for each in (*found.nodes, *found.exposures)
    ]
    yield Table(["name", "what", "by", "columns", "owner"], below, title="Below", empty="Nothing depends on it.")
    products = [
        [
            each.key,
            ", ".join(each.ports),
            each.owner,
            ", ".join(each.subscribers),
            ", ".join(f"{reader.key} ({reader.owner})" for reader in each.readers),
        ]
        for each in found.products
    ]
    yield Table(
        ["product", "ports", "owner", "subscribers", "read by"],
        products,
        title="Products",
        empty="No product is below.",
    )


def _shown(formula: str) -> str:
    return formula if len(formula) <= LONGEST else f"{formula[:LONGEST]} …"


def _mermaid(project: Project, lineage: Lineage, found: Impact) -> str:
    from meshport.lineage.graph import Graph
    from meshport.lineage.mermaid import flowchart

    starts = [(change.node, change.column) for change in found.changes if change.column]
    return flowchart(project, Graph(lineage).walk(starts, "down"), "down")
