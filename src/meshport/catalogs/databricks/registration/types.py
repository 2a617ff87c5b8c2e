"""What registering works with: things, edges between them, and what is to be done. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

TAG_POLICY, METADATA, LINEAGE, DESTINATIONS, TABLE = "tag_policy", "metadata", "lineage", "destinations", "rows"
MASK_POLICY = "mask_policy"
"""Kinds, of the plan and of the ledger."""
MARK = "meshport_domain"
"""The property that says which domain's meshport made external metadata."""

Action = Literal["create", "update", "delete"]
Ledger = Mapping[str, Mapping[str, str]]
"""Fields by key, as they were last written."""


class Thing(msgspec.Struct, frozen=True):
    """Something in Unity Catalog. `fields` are texts, so that both sides compare and the ledger keeps them."""

    kind: str
    name: str
    fields: dict[str, str]

    @property
    def key(self) -> str:
        """What the ledger knows it by."""
        return f"{self.kind}/{self.name}"


class End(NamedTuple):
    """One end of external lineage: a `table` by its full name, or `external_metadata` by its name."""

    kind: Literal["table", "external_metadata"]
    name: str


class Edge(NamedTuple):
    """From where to where data flows."""

    source: End
    target: End

    @property
    def text(self) -> str:
        """The edge as a name of a thing: `edge_of` reads it back, whatever the names hold."""
        return msgspec.json.encode(self).decode()


class Change(msgspec.Struct, frozen=True):
    """One thing to create, update or delete. `fields` are what should be, empty for what goes."""

    kind: str
    action: Action
    name: str
    fields: dict[str, str]
    reason: str

    @property
    def key(self) -> str:
        """What the ledger knows it by."""
        return f"{self.kind}/{self.name}"


class Difference(msgspec.Struct, frozen=True):
    """What is to be done, in order. `settled` are entries of the ledger of what is gone already; `theirs` is what is
    somebody else's and stays.
    """

    changes: tuple[Change, ...]
    settled: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()


def edge_of(name: str) -> Edge:
    """Return the edge that a name of a thing says."""
    return msgspec.json.decode(name, type=Edge)


def shown(kind: str, name: str) -> str:
    """Return what people call a thing."""
    if kind != LINEAGE:
        return name
    edge = edge_of(name)
    return f"{edge.source.name} → {edge.target.name}"
