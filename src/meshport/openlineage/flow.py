"""What flows into each dataset: the lineage of a node as between tables, led through models that are none."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from meshport.artifacts.project import Node, Project
from meshport.lineage import node_formulas
from meshport.lineage.dialects import Dialect
from meshport.lineage.types import ColumnLineage, Lineage, NodeLineage, Origin
from meshport.model import fold
from meshport.openlineage.transformations import INDIRECT, Formula, Transformations, by_kind, compose

Source = tuple[str, str]
"""A column that something depends on: the unique id of its node, or its relation's name written by hand; its name."""


class Flow(msgspec.Struct, frozen=True):
    """What a node is made of.

    `inputs` are the nodes and relations it reads, `fields` the sources of each column whose origins are known,
    `rows` the columns that its filters, joins and groupings read. None of them is of an ephemeral model.
    """

    inputs: tuple[str, ...] = ()
    fields: dict[str, dict[Source, Transformations]] = {}
    rows: tuple[Source, ...] = ()


def is_dataset(node: Node) -> bool:
    """Tell whether a node is a table or view in a database."""
    return node.materialized != "ephemeral"


class Flows:
    """The flows of a project. With `described`, transformations carry the formulas of the columns."""

    def __init__(self, project: Project, lineage: Lineage, *, described: bool = False) -> None:
        self._project = project
        self._lineage = lineage
        self._described = described
        self._dialect = Dialect(project.adapter_type).name
        self._through: dict[str, Flow] = {}

    def of(self, unique_id: str) -> Flow:
        """Return what a node is made of."""
        inputs = dict.fromkeys(self._inputs(unique_id))
        found = self._lineage.nodes.get(unique_id)
        if found is None:
            return Flow(tuple(inputs))
        rows: dict[Source, None] = {}
        for parent in self._project.nodes[unique_id].depends_on:
            rows.update(dict.fromkeys(inner.rows if (inner := self._ephemeral(parent)) else ()))
        for scan in found.scans:
            rows.update(dict.fromkeys(self._sources(scan, (INDIRECT,)) or ()))
        fields = {}
        for column, formula in self._explained(unique_id, found):
            sources = self._field(column, formula)
            if column.status != "unresolved" and sources is not None:
                fields[column.name] = sources
        for node, _ in (*rows, *(source for sources in fields.values() for source in sources)):
            inputs.setdefault(node)
        return Flow(tuple(inputs), fields, tuple(rows))

    def _inputs(self, unique_id: str) -> Iterator[str]:
        """Yield what a node reads, as dbt knows it; of an ephemeral model what that reads."""
        for parent in self._project.nodes[unique_id].depends_on:
            inner = self._ephemeral(parent)
            if inner is not None:
                yield from inner.inputs
            elif parent in self._project.nodes:
                yield parent

    def _field(self, column: ColumnLineage, formula: Formula | None) -> dict[Source, Transformations] | None:
        """Return what a column is made of; None where a part of it is lost."""
        found: dict[Source, Transformations] = {}
        for origin in column.origins:
            outer: Transformations = (by_kind(origin.kind),)
            if formula is not None and origin.kind != "copy":
                outer = formula.transformations(origin, self._identifier(origin.node))
            sources = self._sources(origin, outer)
            if sources is None:
                return None
            for source, transformations in sources.items():
                found[source] = tuple(dict.fromkeys((*found.get(source, ()), *transformations)))
        return found

    def _sources(self, origin: Origin, outer: Transformations) -> dict[Source, Transformations] | None:
        """Return the tables' columns that an origin stands for: itself, or those below an ephemeral model's column."""
        inner = self._ephemeral(origin.node)
        if inner is None:
            return {(origin.node, origin.column): outer}
        below = next((found for name, found in inner.fields.items() if fold(name) == fold(origin.column)), None)
        if below is None:
            return None
        return {
            source: tuple(dict.fromkeys(compose(after, before) for after in outer for before in transformations))
            for source, transformations in below.items()
        }

    def _ephemeral(self, unique_id: str) -> Flow | None:
        """Return the flow of an ephemeral model; None for every other node."""
        node = self._project.nodes.get(unique_id)
        if node is None or is_dataset(node):
            return None
        if unique_id not in self._through:
            self._through[unique_id] = Flow()  # what a cycle of models sees
            self._through[unique_id] = self.of(unique_id)
        return self._through[unique_id]

    def _explained(self, unique_id: str, found: NodeLineage) -> Iterator[tuple[ColumnLineage, Formula | None]]:
        """Yield each column with its formula, where there is more to know of it than that it is a copy."""
        unclear = {column.name for column in found.columns if any(each.kind != "copy" for each in column.origins)}
        formulas = {each.name: each.formula for each in self._formulas(unique_id).columns} if unclear else {}
        for column in found.columns:
            text = formulas.get(column.name) if column.name in unclear else None
            owners = [self._identifier(origin.node) for origin in column.origins]
            yield column, Formula(text, self._dialect, owners, self._described) if text else None

    def _formulas(self, unique_id: str) -> NodeLineage:
        # Of the node and what it reads only: looking through all nodes for each of them would take their square.
        near = (unique_id, *self._project.nodes[unique_id].depends_on)
        nodes = {name: self._project.nodes[name] for name in near if name in self._project.nodes}
        known = {name: self._lineage.nodes[name] for name in near if name in self._lineage.nodes}
        return node_formulas(msgspec.structs.replace(self._project, nodes=nodes), Lineage(known), unique_id)

    def _identifier(self, origin: str) -> str:
        node = self._project.nodes.get(origin)
        return node.identifier if node is not None else origin.rpartition(".")[2]
