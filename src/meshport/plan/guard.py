"""A plan that takes away more than usual is refused until somebody says so: often the project was read wrong. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from meshport.errors import BlockedError
from meshport.mesh import Guard
from meshport.plan.types import Change, Removal

GUARDED = ("tag", "mask", "row_filter", "comment", "grant")
"""Kinds that are counted. A port is never removed by a plan."""


def removals_of(
    changes: Iterable[Change], ledger: Mapping[str, object], kinds: Iterable[str] = GUARDED
) -> tuple[Removal, ...]:
    """Return how many things of each of these kinds go, of how many that meshport has written."""
    gone = Counter(change.kind for change in changes if change.action == "delete")
    written = Counter(key.partition("/")[0] for key in ledger)
    return tuple(Removal(kind, gone[kind], written[kind]) for kind in kinds if gone[kind])


def refuse_removals(removals: Iterable[Removal], guard: Guard, hint: str) -> None:
    """Raise BlockedError where more goes than the guard lets pass, with numbers. `hint` says how it is done anyway."""
    if found := beyond(removals, guard):
        raise BlockedError(
            f"the plan takes away {', '.join(map(str, found))}: more than {guard.removals:.0%}", hint=hint
        )


def beyond(removals: Iterable[Removal], guard: Guard) -> tuple[Removal, ...]:
    """Return the removals that go beyond what the guard lets pass."""
    return tuple(
        removal
        for removal in removals
        if removal.written >= guard.beginning_with and removal.removed > guard.removals * removal.written
    )
