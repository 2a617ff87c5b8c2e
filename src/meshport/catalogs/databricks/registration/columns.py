"""Which columns of a port hold which values of what it is made of, through all models between. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from meshport.lineage.types import ColumnLineage, Lineage
from meshport.model import Port, fold

Pairs = dict[tuple[str, str], list[tuple[str, str, str]]]
"""By a port's node and an upstream's: the upstream's column, the port's, and `copy` or `mod`."""


def pairs_of(ports: Iterable[Port], lineage: Lineage) -> Pairs:
    """Return the pairs of columns of ports and their upstreams, where the lineage knows them.

    Only edges that carry a value: what filters or joins is in no column. `copy` is a value kept on the whole way.
    """
    columns = _Columns(lineage)
    found: Pairs = defaultdict(list)
    for port in ports:
        ends = {upstream.unique_id for upstream in port.upstream}
        for column in port.contract.columns:
            for node, name, kind in sorted(set(columns.origins(port.unique_id, column.name, ends))):
                found[port.unique_id, node].append((name, column.name, kind))
    return {key: _once(pairs) for key, pairs in found.items()}


def _once(pairs: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Keep one of each pair: it is a copy where it is one on any way."""
    kinds: dict[tuple[str, str], str] = {}
    for source, target, kind in pairs:
        kinds[source, target] = "copy" if "copy" in (kind, kinds.get((source, target))) else kind
    return [(source, target, kind) for (source, target), kind in kinds.items()]


class _Columns:
    """The columns of nodes by name, found when they are first asked for."""

    def __init__(self, lineage: Lineage) -> None:
        self._lineage = lineage
        self._by_node: dict[str, dict[str, ColumnLineage]] = {}

    def origins(self, node: str, column: str, ends: set[str]) -> Iterator[tuple[str, str, str]]:
        """Yield the columns of `ends` that a column holds values of, with the kind of the whole way."""
        waiting, seen = [(node, column, "copy")], set()
        while waiting:
            node, column, kind = waiting.pop()
            if (node, fold(column), kind) in seen:
                continue
            seen.add((node, fold(column), kind))
            known = self._of(node).get(fold(column))
            for origin in known.origins if known else ():
                if origin.kind == "scan":
                    continue
                way = "copy" if kind == origin.kind == "copy" else "mod"
                if origin.node in ends:
                    yield origin.node, origin.column, way
                else:
                    waiting.append((origin.node, origin.column, way))

    def _of(self, node: str) -> dict[str, ColumnLineage]:
        if node not in self._by_node:
            found = self._lineage.nodes.get(node)
            self._by_node[node] = {fold(column.name): column for column in found.columns} if found else {}
        return self._by_node[node]
