"""A plan that takes away more than usual is refused until somebody says so: often the project was read wrong. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from meshport.mesh import Guard
from meshport.plan.types import Plan, ProductPlan, Removal

GUARDED = ("tag", "mask", "row_filter", "comment", "grant")
"""Kinds that are counted. A port is never removed by a plan."""


def removals_of(products: Iterable[ProductPlan], ledger: Mapping[str, object]) -> tuple[Removal, ...]:
    """Return how many things of each kind a plan takes away, of how many that meshport has written."""
    gone = Counter(
        change.kind
        for product in products
        if not product.blocked
        for change in product.changes
        if change.action == "delete"
    )
    written = Counter(key.partition("/")[0] for key in ledger)
    return tuple(Removal(kind, gone[kind], written[kind]) for kind in GUARDED if gone[kind])


def excessive(plan: Plan, guard: Guard) -> tuple[Removal, ...]:
    """Return the removals of a plan that go beyond what the guard lets pass."""
    return beyond(plan.removals, guard)


def beyond(removals: Iterable[Removal], guard: Guard) -> tuple[Removal, ...]:
    """Return the removals that go beyond what the guard lets pass."""
    return tuple(
        removal
        for removal in removals
        if removal.written >= guard.beginning_with and removal.removed > guard.removals * removal.written
    )
