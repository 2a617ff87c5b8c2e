"""What one person has to do with the mesh: subscriptions, requests, bookmarks; for owners what waits for a decision."""

from __future__ import annotations

import msgspec

from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.marketplace.views.cards import Card, cards_of
from meshport.marketplace.views.paging import SIZE, Place, place, start
from meshport.registry.types import Subscription, SubscriptionState

SHOWN_REQUESTS = 50
"""How many open requests are shown at once."""
DECIDED: tuple[SubscriptionState, ...] = ("approved", "active", "denied", "expired", "revoked")


class Mine(msgspec.Struct, frozen=True):
    """A person's own page, newest first."""

    subscriptions: list[Subscription]
    bookmarks: list[Card]
    recent: list[Card]


class Decisions(msgspec.Struct, frozen=True):
    """What the owners of some domains have before them: open requests, oldest first, and who reads their products.

    Of many requests the oldest are shown; `waiting` is how many there are. The `others` are a page at `place`.
    """

    open: list[Subscription]
    waiting: int
    others: list[Subscription]
    place: Place


def mine(site: Site, viewer: Identity) -> Mine:
    """Return somebody's own page."""
    registry = site.registry
    own = [each for principal in viewer.principals for each in registry.subscriptions(principal=principal)]
    return Mine(
        subscriptions=sorted(own, key=lambda each: -each.id),
        bookmarks=cards_of(site, registry.bookmarks(viewer.person), viewer),
        recent=cards_of(site, registry.visits(viewer.person)[:12], viewer),
    )


def decisions(site: Site, viewer: Identity, page: int) -> Decisions:
    """Return what waits for somebody to decide about, of the domains that they own."""
    registry = site.registry
    waiting = sorted(
        (each for domain in viewer.owns for each in registry.subscriptions(domain=domain, states=["requested"])),
        key=lambda each: each.id,
    )
    total, others = registry.subscriptions_in(viewer.owns, DECIDED, start(page), SIZE)
    return Decisions(waiting[:SHOWN_REQUESTS], len(waiting), others, place(page, total))
