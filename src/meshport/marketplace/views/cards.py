"""A product in a list: enough to tell whether to look at it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.model import Product, Status
from meshport.registry.statistics import since
from meshport.registry.types import Liking, ProductVersion, Use


class Card(msgspec.Struct, frozen=True):
    """A product in short. `classifications` are those of its columns, `published_at` is its newest version's time."""

    key: str
    title: str
    domain: str
    description: str
    status: Status
    version: str
    published_at: str
    owner: str
    tier: str | None
    tags: dict[str, str]
    classifications: tuple[str, ...]
    liking: Liking
    use: Use


def cards(site: Site, versions: Iterable[ProductVersion]) -> list[Card]:
    """Return products as cards, in the order given."""
    listed = list(versions)
    if not listed:
        return []
    keys = [each.product.key for each in listed]
    likings, uses = site.registry.likings(keys), site.registry.uses(since(), keys)
    return [_card(each, likings.get(each.product.key, Liking()), uses.get(each.product.key, Use())) for each in listed]


def cards_of(site: Site, keys: Iterable[str], viewer: Identity) -> list[Card]:
    """Return those of these products that somebody may know of, as cards, in the order given."""
    return cards(site, site.products(keys, viewer))


def classifications(product: Product) -> tuple[str, ...]:
    """Return the classifications of a product's columns, by name."""
    return tuple(
        sorted({c.classification for port in product.ports for c in port.contract.columns if c.classification})
    )


def _card(version: ProductVersion, liking: Liking, use: Use) -> Card:
    product = version.product
    return Card(
        key=product.key,
        title=product.title,
        domain=product.domain,
        description=product.description,
        status=version.status,
        version=version.version,
        published_at=version.published_at,
        owner=product.owner.name or product.owner.email or "",
        tier=product.tier,
        tags=product.tags,
        classifications=classifications(product),
        liking=liking,
        use=use,
    )
