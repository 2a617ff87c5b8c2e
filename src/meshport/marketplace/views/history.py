"""The versions of a product, each with what changed in its contracts since the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from meshport.contracts import ContractChange, PortDiff, diff_products
from meshport.registry.types import ProductVersion


class Step(msgspec.Struct, frozen=True):
    """A version, and what it changed: of the product (an empty label) and of its ports, by label."""

    version: str
    published_at: str
    published_by: str
    severity: str
    changes: tuple[tuple[str, ContractChange], ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def steps(versions: Sequence[ProductVersion]) -> list[Step]:
    """Return the steps from version to version, newest first; `versions` are newest first."""
    return [_step(new, old) for new, old in pairwise([*versions, None]) if new is not None]


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
