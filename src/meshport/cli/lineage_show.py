"""`meshport lineage show`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, emit, progress, say

if TYPE_CHECKING:
    from meshport.artifacts.project import Project
    from meshport.lineage.graph import Direction, Graph, Step


@click.command()
@click.argument("name", metavar="NODE[.COLUMN]")
@click.option("--up", "direction", flag_value="up", default=True, help="What it is made of (the default).")
@click.option("--down", "direction", flag_value="down", help="What is made of it.")
@click.option("--depth", type=click.IntRange(1), default=None, help="How many steps. Default: all.")
@click.option("--rows", is_flag=True, help="Follow what only decides rows (filters, joins, grouping), too.")
@options.strict_lineage
@options.project_dir
@options.artifacts
@options.diagram_format
@click.pass_context
def show(
    ctx: click.Context,
    name: str,
    direction: Direction,
    depth: int | None,
    rows: bool,
    strict: bool,
    project_dir: Path,
    artifacts: Path | None,
    output_format: str,
) -> None:
    """Show what a column is made of, or what is made of it.

    NODE is a port, model, seed, snapshot or source (`customers`, `customers.v2`, `crm.customers`), or a unique id.
    Reads dbt's artifacts. `copy` and `mod` carry the value, as it is or changed; `scan` only read it.

    \b
    meshport lineage show customers.email
    meshport lineage show stg_orders.amount --down --depth 2
    meshport lineage show customers --format mermaid
    """
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode
    from meshport.lineage.coverage import coverage
    from meshport.lineage.graph import Graph
    from meshport.lineage.mermaid import flowchart
    from meshport.lineage.naming import find_columns

    workspace = Workspace(project_dir, artifacts=artifacts)
    with progress() as shown:
        lineage = workspace.lineage(shown)
    graph = Graph(lineage)
    starts = find_columns(workspace.project, lineage, name)
    steps = graph.walk(starts, direction, depth=depth, rows=rows)
    touched = {starts[0][0], *(step.node for step in steps)} if starts else set()
    known = coverage(workspace.project, lineage, touched & lineage.nodes.keys())
    if output_format == "mermaid":
        click.echo(flowchart(workspace.project, steps, direction))
    else:
        data = {"steps": [_step(step) for step in steps], "coverage": known}
        emit(Document(data, list(_blocks(workspace.project, graph, starts, steps))), output_format)
    say(str(known))
    if strict and not known.complete:
        ctx.exit(ExitCode.BLOCKED)


def _step(step: Step) -> dict[str, Any]:
    return {
        "node": step.node,
        "column": step.column or None,
        "kind": step.kind,
        "of": {"node": step.of_node, "column": step.of_column},
        "depth": step.depth,
    }


def _blocks(project: Project, graph: Graph, starts: list[tuple[str, str]], steps: list[Step]) -> Iterator[Table | Text]:
    from meshport.lineage.compute import node_formulas

    formulas: dict[tuple[str, str], str] = {}
    for node in {node for node, _ in starts}:
        if node in project.nodes:
            for column in node_formulas(project, graph.lineage, node).columns:
                formulas[node, column.name] = column.formula
    for node, name in starts:
        doubt = next((c for c in graph.lineage.nodes[node].columns if c.name == name), None)
        formula = formulas.get((node, name), "")
        text = f"{_label(project, node)}.{name}" + (f" = {formula}" if formula else "")
        yield Text(text + (f"  ({doubt.status}: {doubt.reason})" if doubt is not None and doubt.reason else ""))
    rows = [
        [step.depth, f"{_label(project, step.node)}.{step.column or '*'}", step.kind,
         f"{_label(project, step.of_node)}.{step.of_column}"]
        for step in steps
    ]  # fmt: skip
    yield Table(["step", "column", "kind", "of"], rows, empty="It is made of nothing, or nothing is made of it.")


def _label(project: Project, unique_id: str) -> str:
    from meshport.lineage.naming import label

    return label(project, unique_id)
