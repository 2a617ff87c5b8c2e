"""What is known of where columns come from. Pure data, small enough to keep by the ten thousand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["copy", "mod", "scan"]
"""dbt's words (`dbt.column_lineage.evolution`): `copy` and `mod` carry the value, `scan` only read it."""

Status = Literal["resolved", "inferred", "unresolved"]


class Origin(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A column of a parent that a column depends on. `node` is dbt's unique id."""

    node: str
    column: str
    kind: Kind


class ColumnLineage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A column of a node, and what it is made of, one step up.

    `formula` is the expression over the parents' columns, through every CTE; empty where it was not asked for, or is
    too long. `reason` says why a column is not `resolved`: nothing is guessed in silence.
    """

    name: str
    formula: str
    origins: tuple[Origin, ...]
    status: Status = "resolved"
    reason: str = ""


class NodeLineage(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A node's columns, in order.

    `scans` are the columns that its filters, joins and groupings read: every column depends on them.
    `foreign` are relations that the SQL reads and that dbt does not know it depends on (hard-coded ones).
    `complete` says that these are all of its columns. `reason` says why nothing could be resolved.
    """

    unique_id: str
    columns: tuple[ColumnLineage, ...] = ()
    scans: tuple[Origin, ...] = ()
    foreign: tuple[str, ...] = ()
    complete: bool = True
    reason: str = ""


class Lineage(msgspec.Struct, frozen=True):
    """The column lineage of a project, by unique id."""

    nodes: Mapping[str, NodeLineage]
