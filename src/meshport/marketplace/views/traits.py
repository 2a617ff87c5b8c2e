"""The characteristics of a product on its page: each with its value and evidence, kept until something changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timezone
from threading import Lock

import msgspec

from meshport.insights import CHARACTERISTICS, Characteristic, Piece, Score, product_evidence, score_of
from meshport.registry import Registry
from meshport.registry.types import ProductVersion

SHOWN = 8
"""How many pieces of evidence a characteristic shows."""
KEPT = 2_000
"""Products whose evidence is kept in memory, those last looked at."""


class Trait(msgspec.Struct, frozen=True):
    """A characteristic of a product: its value, the evidence that says most, and how many pieces `more` there are."""

    about: Characteristic
    score: Score
    pieces: Sequence[Piece]
    more: int


class Traits:
    """The traits of products. Threads may share it.

    Asking SQL takes longer than the rest of a page, so what was found is kept while the audit log, which has an entry
    for everything that evidence comes from, has none about the product since; at most for a day, as use gets old and
    costs are recorded for all products at once.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[object, list[Trait]]] = OrderedDict()
        self._lock = Lock()

    def of(self, registry: Registry, version: ProductVersion) -> list[Trait]:
        """Return the traits of a product, in the order of the table."""
        product = version.product
        subjects = [product.key, *(f"{product.key}.{port.label}" for port in product.ports)]
        stamp = (registry.newest_entry(subjects), version.version, datetime.now(timezone.utc).date())
        with self._lock:
            kept = self._kept.get(product.key)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(product.key)
                return kept[1]
        found = _traits(registry, product.key)
        with self._lock:
            self._kept[product.key] = (stamp, found)
            self._kept.move_to_end(product.key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def _traits(registry: Registry, key: str) -> list[Trait]:
    evidence = product_evidence(registry, key)
    return [
        Trait(about, score_of(pieces), pieces[:SHOWN], max(len(pieces) - SHOWN, 0))
        for about in CHARACTERISTICS
        for pieces in (evidence[about.name],)
    ]
