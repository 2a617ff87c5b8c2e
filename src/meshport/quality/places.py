"""Where the rows are that rules about several relations read. Pure."""

from __future__ import annotations

from collections import defaultdict

from meshport.artifacts.project import Node, Project
from meshport.model import Port, QualityRule, Relation


class Places:
    """The nodes of a project by name."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._nodes: dict[str, list[Node]] = defaultdict(list)
        for node in project.nodes.values():
            self._nodes[node.name].append(node)

    def named(self, port: Port, name: str) -> tuple[Relation | None, str]:
        """Return the relation of the one node of that name in the port's database, or why there is none."""
        found = [relation for node in self._nodes.get(name, ()) if (relation := _within(port, node))]
        if len(found) == 1:
            return found[0], ""
        return None, f"{'no relation' if not found else f'{len(found)} relations'} of this project is named {name}"

    def parent(self, port: Port, test: QualityRule) -> Relation | None:
        """Return the relation that a `relationships` test leads to: what it reads beside the port, else the port."""
        others = [name for name in self.project.tests[test.unique_id].depends_on if name != port.unique_id]
        node = self.project.nodes.get(others[0] if len(others) == 1 else port.unique_id)
        return _within(port, node) if node is not None and len(others) < 2 else None


def _within(port: Port, node: Node) -> Relation | None:
    """Return where a node's rows are, None where that is nowhere (ephemeral) or not beside the port's."""
    if node.materialized == "ephemeral" or node.database != port.source.database:
        return None
    return Relation(node.database, node.schema or "", node.identifier)
