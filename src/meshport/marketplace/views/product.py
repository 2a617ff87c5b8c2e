"""One product: all that a consumer needs to judge it, and what this consumer may do about it."""

from __future__ import annotations

import re

import msgspec

from meshport.access.subscriptions import reads
from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.marketplace.views.cards import Card, cards_of
from meshport.marketplace.views.connect import Way, ways
from meshport.marketplace.views.costs import ProductCosts, may_see, product_costs
from meshport.marketplace.views.history import Step
from meshport.marketplace.views.quality import Quality, quality
from meshport.marketplace.views.traits import Trait
from meshport.model import Port
from meshport.operations.slo import Attainment, lately
from meshport.registry.statistics import since
from meshport.registry.types import (
    OWNERS_ONLY,
    Incident,
    Liking,
    PortLineage,
    PortStatus,
    ProductVersion,
    Rating,
    Scope,
    Subscription,
    Use,
)


class PortPart(msgspec.Struct, frozen=True):
    """A port on the page. `formulas` are by column; `lineage` is None where nobody recorded any. `going`: it is shown
    folded, because it was deprecated or retired, or has a day on which it goes.
    """

    port: Port
    status: str
    decided: PortStatus | None
    until: str | None
    ways: list[Way]
    formulas: dict[str, str]
    lineage: PortLineage | None

    @property
    def going(self) -> bool:
        """Whether nobody should begin to use it."""
        return self.until is not None or self.status in ("deprecated", "retired")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """A product, and what somebody may do about it. `mine` are the subscriptions of whom the viewer reads as,
    `readable` says that one of them reads now.

    `consumers` are the principals with an active subscription. `may_decide`: the viewer answers for the product.
    `incidents` are those that last and are the viewer's business.
    """

    version: ProductVersion
    incidents: list[Incident]
    ports: list[PortPart]
    consumers: list[str]
    mine: list[Subscription]
    readable: bool
    bookmarked: bool
    liking: Liking
    use: Use
    may_decide: bool


class Side(msgspec.Struct, frozen=True):
    """A product beside another one."""

    about: About
    quality: Quality


class ProductPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page. History, ratings and versions are newest first; `costs` are None for who may not see them."""

    about: About
    history: list[Step]
    quality: Quality
    attainments: list[Attainment]
    traits: list[Trait]
    ratings: list[Rating]
    also_used: list[Card]
    costs: list[ProductCosts] | None


def about(site: Site, key: str, viewer: Identity) -> About:
    """Return a product for somebody. Raises NotFoundError where they may not know of it, or there is none."""
    registry = site.registry
    version = site.product(key, viewer)
    domain = version.product.domain
    subscriptions = registry.subscriptions(key)
    mine = [each for each in subscriptions if each.principal in viewer.principals]
    return About(
        version=version,
        incidents=[
            each
            for each in registry.incidents(key, lasting=True)
            if each.kind not in OWNERS_ONLY or may_see(viewer, domain)
        ],
        ports=_ports(site, version, viewer),
        consumers=[each.principal for each in subscriptions if each.state == "active"],
        mine=mine,
        readable=domain in viewer.domains or any(map(reads, mine)),
        bookmarked=key in registry.bookmarks(viewer.person),
        liking=registry.likings([key]).get(key, Liking()),
        use=registry.uses(since(), [key]).get(key, Use()),
        may_decide=domain in viewer.owns,
    )


def side(site: Site, key: str, viewer: Identity) -> Side:
    """Return a product to be compared with another one. Raises as `about` does."""
    found = about(site, key, viewer)
    return Side(found, quality(site.registry, found.version.product))


def product_page(site: Site, key: str, viewer: Identity) -> ProductPage:
    """Return a product's page for somebody. Raises as `about` does."""
    registry = site.registry
    found = about(site, key, viewer)
    return ProductPage(
        about=found,
        history=site.history.steps(registry.versions(key)),
        quality=quality(registry, found.version.product),
        attainments=lately(registry, Scope(product=key)),
        traits=site.traits.of(registry, found.version),
        ratings=registry.ratings(key),
        also_used=cards_of(site, registry.also_used([key], 4), viewer),
        costs=product_costs(registry, key) if may_see(viewer, found.version.product.domain) else None,
    )


def _ports(site: Site, version: ProductVersion, viewer: Identity) -> list[PortPart]:
    """Return the ports: those that stay before those that go, of each model the newest version first."""
    product = version.product
    decided = site.registry.port_status(product.key)
    lineage = site.registry.column_lineage(product.key)
    parts = []
    for port in product.ports:
        state, found = decided.get(port.label), lineage.get(port.label)
        parts.append(
            PortPart(
                port=port,
                status=state.status if state else version.status,
                decided=state,
                until=(state.deprecation_date if state else None) or port.deprecation_date,
                ways=ways(product, port, version.catalog_type, viewer.principals[-1]),
                formulas=found.formulas if found else {},
                lineage=found,
            )
        )
    parts.sort(key=lambda part: _natural(part.port.version), reverse=True)
    parts.sort(key=lambda part: (part.going, part.port.name))  # keeps the versions of a name in their order
    return parts


def _natural(version: str | None) -> tuple[tuple[bool, int, str], ...]:
    """Return a version as something that sorts as people count: 9 before 10, 1.0 after 1, words before numbers."""
    parts = re.findall(r"\d+|\D+", version or "")
    return tuple((each.isdigit(), int(each) if each.isdigit() else 0, each) for each in parts)
