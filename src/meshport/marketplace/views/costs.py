"""What a product cost lately, for those who pay and those who watch: consumers do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from meshport.marketplace.identity import Identity
from meshport.marketplace.permissions import allowed
from meshport.operations.cost.summary import summed, total
from meshport.registry import Registry
from meshport.registry.costs import lately
from meshport.registry.types import Charge, Scope


class ProductCosts(msgspec.Struct, frozen=True, kw_only=True):
    """What a product cost since a day, in one currency (`s`: seconds, at no rate): `own` is building and publishing it,
    `consumers` what reading it cost each of them, the costliest first. None is somebody whom nothing tells.
    """

    since: str
    currency: str
    total: Decimal
    own: Decimal
    consumers: tuple[tuple[str | None, Decimal], ...]


def may_see(viewer: Identity, domain: str) -> bool:
    """Return whether somebody may see what the products of a domain cost."""
    return allowed(viewer, "costs", domain)


def product_costs(registry: Registry, key: str) -> list[ProductCosts]:
    """Return what was recorded of a product's costs, by currency: more than one where it was told in another before."""
    since = lately()
    charges = registry.costs(Scope(product=key), since)
    currencies = sorted({each.currency for each in charges})
    return [_costs(since, currency, [each for each in charges if each.currency == currency]) for currency in currencies]


def _costs(since: str, currency: str, charges: Sequence[Charge]) -> ProductCosts:
    read = [each for each in charges if each.kind == "read"]
    return ProductCosts(
        since=since,
        currency=currency,
        total=total(charges),
        own=total(each for each in charges if each.kind != "read"),
        consumers=tuple((line.name, line.amount) for line in summed(read, "consumer")),
    )
