"""The lineage of one port as the registry keeps it: every edge from its columns up to sources, and their formulas."""

from __future__ import annotations

from meshport.artifacts.project import Project
from meshport.lineage.compute import node_formulas
from meshport.lineage.graph import Graph
from meshport.lineage.naming import label
from meshport.registry.types import ColumnOrigin, PortLineage


def port_lineage(project: Project, graph: Graph, unique_id: str) -> PortLineage:
    """Return where the columns of a port (by its model's unique id) come from.

    Edges that only decide which rows there are, are left out: they lead to every column.
    """
    columns = graph.columns(unique_id)
    steps = graph.walk([(unique_id, column) for column in columns], "up")
    edges = tuple(
        ColumnOrigin(step.of_node, step.of_column, step.node, step.column, step.kind)
        for step in steps
        if step.column and step.kind != "scan"
    )
    nodes = sorted({unique_id, *(edge.node for edge in edges)})
    node = graph.lineage.nodes.get(unique_id)
    found = node_formulas(project, graph.lineage, unique_id).columns if unique_id in project.nodes else ()
    return PortLineage(
        unique_id=unique_id,
        nodes={each: label(project, each) for each in nodes},
        edges=edges,
        formulas={column.name: column.formula for column in found if column.formula},
        unknown={column.name: column.reason for column in (node.columns if node else ()) if column.reason},
    )
