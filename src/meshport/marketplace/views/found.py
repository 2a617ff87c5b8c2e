"""What a search finds: products as cards, and by what the results can be narrowed down."""

from __future__ import annotations

import msgspec

from meshport.discovery import Query
from meshport.discovery.types import FILTERS, Count, Hit
from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.marketplace.views.cards import Card, cards_of

SHOWN_VALUES = 8
"""How many values of each facet are shown."""


class Found(msgspec.Struct, frozen=True):
    """Some results. `near` says that no product has all the words as they were written."""

    cards: list[Card]
    hits: tuple[Hit, ...]
    total: int
    near: bool
    facets: dict[str, tuple[Count, ...]]


def find(site: Site, viewer: Identity, text: str, filters: dict[str, str], offset: int, size: int) -> Found:
    """Return `size` of what somebody finds, after `offset`.

    `filters` are by name (`discovery.types.FILTERS`); empty ones do not filter.
    """
    query = Query(
        text=text,
        **{name: filters.get(name) or None for name in FILTERS},
        viewer=viewer.person,
        member_of=tuple(sorted(viewer.domains)),
        everything=viewer.auditor,
        offset=offset,
        size=size,
        facets=True,
    )
    results = site.discovery.search(query)
    found = {card.key: card for card in cards_of(site, (hit.document.key for hit in results.hits), viewer)}
    return Found(
        cards=[found[hit.document.key] for hit in results.hits if hit.document.key in found],
        hits=results.hits,
        total=results.total,
        near=bool(results.total) and results.asking.found_by in ("near", "some"),
        facets={name: counts[:SHOWN_VALUES] for name, counts in results.facets.items() if counts},
    )
