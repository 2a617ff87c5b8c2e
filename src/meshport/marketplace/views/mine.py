"""What one person has to do with the mesh: subscriptions, requests, bookmarks; for owners what waits for a decision."""

from __future__ import annotations

import msgspec

from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.marketplace.views.cards import Card, cards_of
from meshport.registry.types import Subscription


class Mine(msgspec.Struct, frozen=True):
    """A person's own page, newest first."""

    subscriptions: list[Subscription]
    bookmarks: list[Card]
    recent: list[Card]


class Decisions(msgspec.Struct, frozen=True):
    """What the owners of some domains have before them: open requests, oldest first, and who reads their products."""

    open: list[Subscription]
    others: list[Subscription]


def mine(site: Site, viewer: Identity) -> Mine:
    """Return somebody's own page."""
    registry = site.registry
    own = [each for principal in viewer.principals for each in registry.subscriptions(principal=principal)]
    return Mine(
        subscriptions=sorted(own, key=lambda each: -each.id),
        bookmarks=cards_of(site, registry.bookmarks(viewer.person), viewer),
        recent=cards_of(site, registry.visits(viewer.person)[:12], viewer),
    )


def decisions(site: Site, viewer: Identity) -> Decisions:
    """Return what waits for somebody to decide about, of the domains that they own."""
    theirs = sorted(
        (each for domain in viewer.owns for each in site.registry.subscriptions(domain=domain)),
        key=lambda each: each.id,
    )
    return Decisions(
        open=[each for each in theirs if each.state == "requested"],
        others=sorted((each for each in theirs if each.state != "requested"), key=lambda each: -each.id),
    )
