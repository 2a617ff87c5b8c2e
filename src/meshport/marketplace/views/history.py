"""The versions of a product, each with what changed in its contracts since the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from meshport.contracts import ContractChange, PortDiff, diff_products
from meshport.marketplace.kept import Recent
from meshport.registry.types import ProductVersion

KEPT = 10_000
"""Steps that are kept, those last looked at."""


class Step(msgspec.Struct, frozen=True):
    """A version, and what it changed: of the product (an empty label) and of its ports, by label."""

    version: str
    published_at: str
    published_by: str
    severity: str
    changes: tuple[tuple[str, ContractChange], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


class History:
    """The steps of products, each worked out once: published versions do not change. Threads may share it."""

    def __init__(self) -> None:
        self._kept: Recent[Step] = Recent(KEPT)

    def steps(self, versions: Sequence[ProductVersion]) -> list[Step]:
        """Return the steps from version to version of a product, newest first; `versions` are newest first."""
        return [self._of(new, old) for new, old in pairwise([*versions, None]) if new is not None]

    def _of(self, new: ProductVersion, old: ProductVersion | None) -> Step:
        # The place of a version is enough, until a registry is restored under its name: the digests tell.
        before = (old.version, old.digest) if old else None
        key = (new.product.key, new.version, new.digest, new.published_at, new.catalog_type, before)
        return self._kept.of(key, lambda: _step(new, old))


def _step(new: ProductVersion, old: ProductVersion | None) -> Step:
    diff = diff_products(old.product if old else None, new.product, new.catalog_type)
    return Step(
        version=new.version,
        published_at=new.published_at,
        published_by=new.published_by,
        severity=diff.severity if old else "first",
        changes=tuple(_changes(diff.changes, diff.ports)) if old else (),
        added=tuple(port.port for port in diff.ports if port.state == "new"),
        removed=tuple(port.port for port in diff.ports if port.state == "removed"),
    )


def _changes(of_product: Sequence[ContractChange], ports: Sequence[PortDiff]) -> Iterator[tuple[str, ContractChange]]:
    yield from (("", change) for change in of_product)
    yield from ((port.port, change) for port in ports if port.state == "changed" for change in port.changes)
