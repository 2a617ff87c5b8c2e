"""What the first page shows to everybody alike, which takes a look at all products and subscriptions."""

from __future__ import annotations

import msgspec

from meshport.marketplace.kept import Kept
from meshport.registry import Registry

SHOWN = 6
"""How many products each part of the first page shows."""


class Front(msgspec.Struct, frozen=True):
    """How many products each domain has (those without any are left out), and the keys of the newest and most used."""

    counts: dict[str, int]
    newest: list[str]
    most_used: list[str]


def kept_front() -> Kept[Front]:
    """Return the front, to be made when it is first asked for."""
    return Kept(_front, kinds=("product.", "access."))


def _front(registry: Registry) -> Front:
    return Front(registry.counts(), registry.newest(SHOWN), registry.most_used(SHOWN))
