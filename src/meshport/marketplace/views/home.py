"""The first page: where to begin, what is new, what others use, and what was left open."""

from __future__ import annotations

import msgspec

from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.marketplace.views.cards import Card, cards, cards_of
from meshport.registry.types import Domain

SHOWN = 6
"""How many products each part shows."""


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
    registry = site.registry
    counts = registry.counts()
    bookmarks, recent = registry.bookmarks(viewer.person), registry.visits(viewer.person)
    mine = {
        each.product for principal in viewer.principals for each in registry.subscriptions(principal=principal)
    }.union(bookmarks)
    return Home(
        domains=tuple((domain, counts.get(domain.domain, 0)) for domain in registry.domains()),
        newest=cards(site, registry.newest(SHOWN)),
        most_used=cards_of(site, registry.most_used(SHOWN), viewer),
        bookmarks=cards_of(site, bookmarks[:SHOWN], viewer),
        recent=cards_of(site, recent[:SHOWN], viewer),
        recommended=cards_of(site, registry.also_used(mine, SHOWN), viewer) if mine else [],
    )
