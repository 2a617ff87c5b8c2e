"""Which classified columns reach an output port that hides nothing of them.

A taint begins at a column whose classification has masks, wherever in the project it is declared. It follows the value
(`copy` and `mod`), not what is only read. It ends at a column that is classified itself (that classification speaks
for it), and in a function that the standards call a sanitiser.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

import msgspec

from meshport.artifacts.project import Project
from meshport.lineage.compute import node_formulas
from meshport.lineage.graph import Graph, Place
from meshport.lineage.types import Lineage
from meshport.model import Product, fold


class Exposed(msgspec.Struct, frozen=True):
    """A port's column that shows a classified value. `path` is every step from the origin, and what happens there."""

    product_key: str
    port: str
    column: str
    classification: str
    origin_node: str
    origin_column: str
    path: tuple[str, ...]


def exposed_columns(
    project: Project,
    products: Iterable[Product],
    classified: Collection[str],
    sanitisers: Collection[str],
    lineage: Lineage,
) -> list[Exposed]:
    """Return the columns of these products' ports that show a classified value as it is, ordered by port and column.

    `classified` are the classifications that must be masked; `sanitisers` are names of SQL functions, in small letters.
    """
    walker = _Walker(project, classified, frozenset(sanitisers), lineage)
    found = []
    for product in products:
        for port in product.ports:
            for column in port.contract.columns:
                if column.mask is not None or column.classification is not None:
                    continue
                path = walker.path_to((port.unique_id, fold(column.name)))
                if path is not None:
                    origin = path[0]
                    found.append(
                        Exposed(
                            product_key=product.key,
                            port=port.label,
                            column=column.name,
                            classification=walker.declared[origin],
                            origin_node=origin[0],
                            origin_column=origin[1],
                            path=tuple(f"{project.nodes[node].name}.{name}" for node, name in path),
                        )
                    )
    return found


class _Walker:
    """Follows taints from where they begin, once for all ports."""

    def __init__(
        self, project: Project, classified: Collection[str], sanitisers: frozenset[str], lineage: Lineage
    ) -> None:
        self.declared: dict[Place, str] = {}
        self._ends: set[Place] = set()
        for node in project.nodes.values():
            for column in node.columns:
                classification = column.meta.get("classification")
                if classification is None:
                    continue
                place = node.unique_id, fold(column.name)
                self._ends.add(place)
                if str(classification) in classified:
                    self.declared[place] = str(classification)
        self._project, self._sanitisers, self._lineage = project, sanitisers, lineage
        self._formulas: dict[str, dict[str, str]] = {}
        self._before = self._spread(Graph(lineage))

    def path_to(self, place: Place) -> list[Place] | None:
        """Return how a taint reaches this column, from its origin on; None where none does."""
        if place not in self._before:
            return None
        path: list[Place] = []
        step: Place | None = place
        while step is not None:
            path.append(step)
            step = self._before[step]
        return path[::-1]

    def _spread(self, graph: Graph) -> dict[Place, Place | None]:
        """Return, for each tainted column, the one it was tainted by; None for where a taint begins."""
        before: dict[Place, Place | None] = dict.fromkeys(self.declared)
        waiting = deque(self.declared)
        while waiting:
            place = waiting.popleft()
            for step in graph.walk([place], "down", depth=1):
                reached = step.node, fold(step.column)
                if step.kind == "scan" or reached in before or reached in self._ends:
                    continue
                if step.kind == "mod" and self._sanitised(place, step.node, step.column):
                    continue
                before[reached] = place
                waiting.append(reached)
        return before

    def _sanitised(self, origin: Place, node: str, column: str) -> bool:
        """Tell whether every use of the origin in the column's formula is inside a sanitiser."""
        if not self._sanitisers:
            return False
        if node not in self._formulas:
            found = node_formulas(self._project, self._lineage, node)
            self._formulas[node] = {fold(each.name): each.formula for each in found.columns}
        formula = self._formulas[node].get(fold(column), "")
        return bool(formula) and _only_inside(formula, self._project, origin, self._sanitisers)


def _only_inside(formula: str, project: Project, origin: Place, sanitisers: frozenset[str]) -> bool:
    import sqlglot
    from sqlglot import errors, exp

    from meshport.lineage.dialects import Dialect

    parent = project.nodes.get(origin[0])
    dialect = Dialect(project.adapter_type).name
    try:
        tree = sqlglot.parse_one(formula, dialect=dialect)
    except errors.SqlglotError:
        return False
    uses = [
        column
        for column in tree.find_all(exp.Column)
        if fold(column.name) == origin[1] and (parent is None or fold(column.table) == fold(parent.identifier))
    ]
    return bool(uses) and all(_hidden(column, sanitisers, dialect) for column in uses)


def _hidden(column: object, sanitisers: frozenset[str], dialect: str) -> bool:
    from sqlglot import exp

    assert isinstance(column, exp.Expr)
    above = column.parent
    while above is not None:
        # The name as it is written in this dialect: sqlglot's own name for `sha256(x)` is another.
        if isinstance(above, exp.Func) and above.sql(dialect).partition("(")[0].lower() in sanitisers:
            return True
        above = above.parent
    return False
