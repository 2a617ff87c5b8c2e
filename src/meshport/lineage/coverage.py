"""How much of a lineage is known: what every command that stands on lineage says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from meshport.artifacts.project import Project
from meshport.lineage.types import Lineage


class Coverage(msgspec.Struct, frozen=True):
    """Columns of models and snapshots, by how surely they are resolved; `reasons` counts what stood in the way.

    `unknown_nodes` are nodes of which not even the columns are all known.
    """

    resolved: int
    inferred: int
    unresolved: int
    unknown_nodes: int
    reasons: dict[str, int]

    def __str__(self) -> str:
        total = self.resolved + self.inferred + self.unresolved
        text = (
            f"{total:,} columns: {self.resolved:,} resolved, {self.inferred:,} inferred, {self.unresolved:,} unresolved"
        )
        return f"{text}; {self.unknown_nodes:,} models whose columns are not all known" if self.unknown_nodes else text

    @property
    def complete(self) -> bool:
        """Whether nothing is unresolved or unknown."""
        return not (self.unresolved or self.unknown_nodes)


def coverage(project: Project, lineage: Lineage, only: Iterable[str] | None = None) -> Coverage:
    """Count how surely the columns of a project's models (or of `only` these nodes) are resolved."""
    status: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    unknown = 0
    for name in lineage.nodes if only is None else only:
        node = project.nodes.get(name)
        if node is None or node.resource_type not in ("model", "snapshot"):
            continue
        found = lineage.nodes[name]
        unknown += not found.complete
        if found.reason:
            reasons[found.reason] += 1
        for column in found.columns:
            status[column.status] += 1
    return Coverage(status["resolved"], status["inferred"], status["unresolved"], unknown, dict(reasons.most_common()))
