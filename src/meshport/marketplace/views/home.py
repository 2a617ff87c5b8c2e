"""The first page: where to begin, what is new, what others use, and what was left open."""

from __future__ import annotations

from itertools import chain

import msgspec

from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.marketplace.views.cards import Card, cards_of
from meshport.marketplace.views.front import SHOWN
from meshport.registry.types import Domain


class Home(msgspec.Struct, frozen=True):
    """The parts of the first page. `domains` come with how many products each has."""

    domains: tuple[tuple[Domain, int], ...]
    newest: list[Card]
    most_used: list[Card]
    bookmarks: list[Card]
    recent: list[Card]
    recommended: list[Card]


def home(site: Site, viewer: Identity) -> Home:
    """Return the first page of somebody."""
    registry, front = site.registry, site.front.of(site.registry)
    bookmarks, recent = registry.bookmarks(viewer.person), registry.visits(viewer.person)
    mine = {
        each.product for principal in viewer.principals for each in registry.subscriptions(principal=principal)
    }.union(bookmarks)
    parts = {
        "newest": front.newest,
        "most_used": front.most_used,
        "bookmarks": bookmarks[:SHOWN],
        "recent": recent[:SHOWN],
        "recommended": registry.also_used(mine, SHOWN) if mine else [],
    }
    found = {card.key: card for card in cards_of(site, chain.from_iterable(parts.values()), viewer)}
    return Home(
        domains=tuple((domain, front.counts.get(domain.domain, 0)) for domain in registry.domains()),
        **{name: [found[key] for key in keys if key in found] for name, keys in parts.items()},
    )
