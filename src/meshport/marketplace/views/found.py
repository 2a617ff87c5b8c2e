"""What a search finds: products as cards, and by what the results can be narrowed down."""

from __future__ import annotations

import msgspec

from meshport.discovery import Query
from meshport.discovery.types import FILTERS, Count, Hit
from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.marketplace.views.cards import Card, cards_of

PAGE = 24
SHOWN_VALUES = 8
"""How many values of each facet are shown."""


class Found(msgspec.Struct, frozen=True):
    """A page of results. `near` says that no product has all the words as they were written."""

    cards: list[Card]
    hits: tuple[Hit, ...]
    total: int
    page: int
    pages: int
    near: bool
    facets: dict[str, tuple[Count, ...]]


def find(site: Site, viewer: Identity, text: str, filters: dict[str, str], page: int, size: int = PAGE) -> Found:
    """Return what somebody finds. `filters` are by name (`discovery.types.FILTERS`); empty ones do not filter."""
    query = Query(
        text=text,
        **{name: filters.get(name) or None for name in FILTERS},
        viewer=viewer.person,
        member_of=tuple(sorted(viewer.domains)),
        everything=viewer.auditor,
        page=page,
        size=size,
        facets=True,
    )
    results = site.discovery.search(query)
    found = {card.key: card for card in cards_of(site, (hit.document.key for hit in results.hits), viewer)}
    return Found(
        cards=[found[hit.document.key] for hit in results.hits if hit.document.key in found],
        hits=results.hits,
        total=results.total,
        page=page,
        pages=max(-(-results.total // size), 1),
        near=bool(results.total) and results.asking.found_by in ("near", "some"),
        facets={name: counts[:SHOWN_VALUES] for name, counts in results.facets.items() if counts},
    )
