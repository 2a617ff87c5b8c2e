"""The lineage of many nodes, of which most are never looked at: what the cache has is decoded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from meshport.lineage.types import NodeLineage

_decode = msgspec.msgpack.Decoder(NodeLineage).decode


class Nodes(Mapping[str, NodeLineage]):
    """The lineage of nodes by unique id, in the order they were added.

    `finish` makes what the cache keeps, which is true of the SQL alone, into what is true in this project.
    """

    def __init__(self, finish: Callable[[str, NodeLineage], NodeLineage]) -> None:
        self._finish = finish
        self._found: dict[str, NodeLineage | bytes] = {}

    def add(self, unique_id: str, result: NodeLineage) -> None:
        """Add what was found now."""
        self._found[unique_id] = self._finish(unique_id, result)

    def add_kept(self, unique_id: str, payload: bytes) -> None:
        """Add what the cache kept, as it kept it."""
        self._found[unique_id] = payload

    def __getitem__(self, unique_id: str) -> NodeLineage:
        found = self._found[unique_id]
        if isinstance(found, bytes):
            found = self._found[unique_id] = self._finish(unique_id, _decode(found))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
