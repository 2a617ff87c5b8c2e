"""Column lineage as a graph that can be walked: what a column is made of, and what is made of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Literal

import msgspec

from meshport.lineage.types import Kind, Lineage
from meshport.model import fold

Direction = Literal["up", "down"]
Place = tuple[str, str]
"""A node's unique id and a column's name, in small letters."""


class Step(msgspec.Struct, frozen=True):
    """One edge of a walk. `depth` counts from 1 at the start; `column` is what the edge leads to from `of`.

    Up, `column` is an origin of `of`; down, it is made of `of`. An empty `column` is every column of the node: its rows
    depend on what was walked from.
    """

    node: str
    column: str
    kind: Kind
    of_node: str
    of_column: str
    depth: int


class Graph:
    """The lineage of a project, to be walked from any column in either direction."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage

    def columns(self, unique_id: str) -> list[str]:
        """Return a node's columns, in order."""
        node = self.lineage.nodes.get(unique_id)
        return [column.name for column in node.columns] if node else []

    def walk(
        self, starts: Iterable[Place], direction: Direction, *, depth: int | None = None, rows: bool = False
    ) -> list[Step]:
        """Return every edge that leads from these columns, nearest first.

        Followed are edges that carry a value; with `rows`, a column that decides a node's rows is followed into all of
        its columns as well. Without, such an edge is returned and ends there.
        """
        edges: Callable[[Place], Iterator[tuple[Place, Kind, str]]] = self._up if direction == "up" else self._down
        found: list[Step] = []
        seen: set[Place] = set()
        waiting = deque((self._folded(start), 1) for start in starts)
        told: set[tuple[Place, Place, Kind]] = set()
        while waiting:
            place, level = waiting.popleft()
            if place in seen or (depth is not None and level > depth):
                continue
            seen.add(place)
            for other, kind, name in edges(place):
                if (place, other, kind) not in told:
                    told.add((place, other, kind))
                    found.append(Step(other[0], name, kind, place[0], self._name(place), level))
                if other[1] and (kind != "scan" or rows):
                    waiting.append((other, level + 1))
                elif rows:
                    waiting.extend(((other[0], fold(column)), level + 1) for column in self.columns(other[0]))
        return found

    def _up(self, place: Place) -> Iterator[tuple[Place, Kind, str]]:
        node = self.lineage.nodes.get(place[0])
        column = self._columns.get(place)
        if node is None:
            return
        origins = node.columns[column].origins if column is not None else ()
        for origin in (*origins, *node.scans):
            yield (origin.node, fold(origin.column)), origin.kind, origin.column

    def _down(self, place: Place) -> Iterator[tuple[Place, Kind, str]]:
        for node, column, kind in self._children.get(place, ()):
            yield (node, fold(column)), kind, column

    def _name(self, place: Place) -> str:
        index = self._columns.get(place)
        return place[1] if index is None else self.lineage.nodes[place[0]].columns[index].name

    @staticmethod
    def _folded(place: Place) -> Place:
        return place[0], fold(place[1])

    @cached_property
    def _columns(self) -> dict[Place, int]:
        return {
            (name, fold(column.name)): i
            for name, node in self.lineage.nodes.items()
            for i, column in enumerate(node.columns)
        }

    @cached_property
    def _children(self) -> dict[Place, list[tuple[str, str, Kind]]]:
        """What each column is used in: (node, column, kind); an empty column where it decides the node's rows."""
        found: dict[Place, list[tuple[str, str, Kind]]] = {}
        for name, node in self.lineage.nodes.items():
            for column in node.columns:
                for origin in column.origins:
                    found.setdefault((origin.node, fold(origin.column)), []).append((name, column.name, origin.kind))
            for origin in node.scans:
                found.setdefault((origin.node, fold(origin.column)), []).append((name, "", "scan"))
        return found
