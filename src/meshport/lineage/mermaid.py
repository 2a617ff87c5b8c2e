"""Lineage as a Mermaid diagram, which GitHub, GitLab and Azure DevOps draw in a comment."""

from __future__ import annotations

from collections.abc import Iterable

from meshport.artifacts.project import Project
from meshport.lineage.graph import Direction, Step

_ARROWS = {"copy": "-->", "mod": "-- changed -->", "scan": "-. read .->"}


def flowchart(project: Project, steps: Iterable[Step], direction: Direction) -> str:
    """Return the edges of a walk as a flowchart, from origins on the left to what is made of them."""
    steps = list(steps)
    columns: dict[str, dict[str, str]] = {}

    def point(node: str, column: str) -> str:
        ids = columns.setdefault(node, {})
        return ids.setdefault(column, f"c{sum(map(len, columns.values()))}")

    edges = []
    for step in steps:
        here, there = point(step.of_node, step.of_column), point(step.node, step.column)
        one, two = (there, here) if direction == "up" else (here, there)
        edges.append(f"  {one} {_ARROWS[step.kind]} {two}")
    lines = ["flowchart LR"]
    for i, (node, ids) in enumerate(columns.items()):
        name = project.nodes[node].name if node in project.nodes else node
        lines.append(f'  subgraph n{i}["{_escaped(name)}"]')
        lines += [f'    {key}["{_escaped(column or "rows")}"]' for column, key in ids.items()]
        lines.append("  end")
    return "\n".join([*lines, *dict.fromkeys(edges)])


def _escaped(text: str) -> str:
    """Return text that Mermaid shows as it is, whatever stands in it."""
    return "".join(c if c.isalnum() or c in " _.-" else f"#{ord(c)};" for c in text)
