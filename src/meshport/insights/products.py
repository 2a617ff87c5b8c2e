"""One product, or the products of a domain, as their owners see them: who reads them, how they stand, what waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import msgspec

from meshport.contracts.levels import Level, levels
from meshport.errors import NotFoundError
from meshport.insights.scores import Piece, Scores, averaged, evidence, opened, scores
from meshport.insights.weeks import Week, by_week
from meshport.plan.certification import of_published
from meshport.plan.types import Certification
from meshport.registry.statistics import since
from meshport.registry.types import Announcement, Liking, ProductVersion, Scope, Subscription

if TYPE_CHECKING:
    from meshport.registry import Registry


RETIRED: Scores = averaged(())
"""The scores of a retired product: there is nothing to know of it any more."""


class PendingChange(msgspec.Struct, frozen=True):
    """A breaking change that was announced. `waiting` are the subscribers who have not said that they know of it."""

    change: Announcement
    waiting: tuple[str, ...]


class ProductInsights(msgspec.Struct, frozen=True, kw_only=True):
    """How a product stands. `queries` are those of the last weeks, `certifications` by port label.

    A certification is judged by what the registry keeps: `plan.certification.of_published`.
    """

    key: str
    title: str
    status: str
    version: str
    scores: Scores
    subscribers: tuple[str, ...]
    queries: tuple[Week, ...]
    liking: Liking
    levels: tuple[Level, ...]
    certifications: dict[str, Certification]
    pending: tuple[PendingChange, ...]

    @property
    def read(self) -> int:
        """How often it was queried in the weeks that count."""
        return sum(week.number for week in self.queries)


class DomainInsights(msgspec.Struct, frozen=True, kw_only=True):
    """What the owners of a domain have before them: open requests, oldest first, and their products by key.

    `scores` are those of all products together.
    """

    domain: str
    scores: Scores
    requests: tuple[Subscription, ...]
    products: tuple[ProductInsights, ...]

    @property
    def pending(self) -> list[PendingChange]:
        """Every announced change that somebody has not acknowledged yet."""
        return [each for product in self.products for each in product.pending if each.waiting]


class ProductEvidence(msgspec.Struct, frozen=True):
    """A product with the evidence behind its scores, by characteristic."""

    insights: ProductInsights
    evidence: dict[str, list[Piece]]
    requests: tuple[Subscription, ...]


def domain_insights(registry: Registry, domain: str) -> DomainInsights:
    """Return how the products of a domain stand. Raises NotFoundError where no domain of that name published any."""
    heads = registry.heads(domain)
    if not heads and all(each.domain != domain for each in registry.domains()):
        known = ", ".join(each.domain for each in registry.domains())
        raise NotFoundError(f"there is no domain {domain!r}", hint=f"domains: {known or 'none yet'}")
    scope = Scope(domain=domain)
    with opened(registry, scope) as connection:
        found = scores(connection)
    products = _products(registry, scope, heads, found)
    subscriptions = registry.subscriptions(domain=domain, states=["requested"])
    return DomainInsights(
        domain=domain, scores=averaged(found.values()), requests=tuple(subscriptions), products=products
    )


def product_insights(registry: Registry, key: str) -> ProductEvidence:
    """Return how one product stands, with the evidence. Raises NotFoundError where it was never published."""
    head = registry.require(key)
    scope = Scope(domain=head.product.domain, product=key)
    with opened(registry, scope) as connection:
        found, pieces = scores(connection), evidence(connection, key)
    (insights,) = _products(registry, scope, {key: head}, found)
    return ProductEvidence(insights, pieces, tuple(registry.subscriptions(key, states=["requested"])))


def product_evidence(registry: Registry, key: str) -> dict[str, list[Piece]]:
    """Return the evidence of one product alone, by characteristic."""
    with opened(registry, Scope(product=key)) as connection:
        return evidence(connection, key)


def _products(
    registry: Registry, scope: Scope, heads: Mapping[str, ProductVersion], found: Mapping[str, Scores]
) -> tuple[ProductInsights, ...]:
    subscribers: dict[str, list[str]] = defaultdict(list)
    for each in registry.subscriptions(scope.product, domain=scope.domain, states=["active"]):
        subscribers[each.product].append(each.principal)
    days = defaultdict(list)
    for day in registry.query_days(scope, since()):
        days[day.product].append(day)
    stars: dict[str, list[int]] = defaultdict(list)
    for rating in registry.ratings_of(scope):
        stars[rating.product].append(rating.stars)
    changes: dict[str, list[Announcement]] = defaultdict(list)
    for change in registry.announcements(scope.product):
        changes[change.product].append(change)
    tested, builds = registry.newest_results(scope), registry.newest_builds(scope)
    standing = registry.standing(scope.domain) if scope.domain else {}
    now = datetime.now(timezone.utc)
    return tuple(
        ProductInsights(
            key=key,
            title=head.product.title,
            status=head.status,
            version=head.version,
            scores=found.get(key, RETIRED),
            subscribers=tuple(sorted(subscribers[key])),
            queries=by_week(days[key]),
            liking=Liking(sum(stars[key]) / len(stars[key]) if stars[key] else None, len(stars[key])),
            levels=levels(head.product, results := tested[key].evidence if key in tested else {}, builds.get(key, {})),
            certifications=of_published(head, standing.get(key), results, now),
            pending=tuple(_pending(each, subscribers[key]) for each in changes[key]),
        )
        for key, head in sorted(heads.items())
    )


def _pending(change: Announcement, subscribers: Collection[str]) -> PendingChange:
    return PendingChange(change, tuple(sorted(set(subscribers) - set(change.acknowledged))))
