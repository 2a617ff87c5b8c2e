"""Looking up a query: in one index, or in several as if they were one. No index is changed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from heapq import nsmallest

import msgspec

from meshport.access.principals import parse_principal
from meshport.discovery.asking import Asking, ask
from meshport.discovery.documents import EVERYTHING, FACETS, SHOWN, asked
from meshport.discovery.engine import Engine, Entry, Lookup
from meshport.discovery.ranking import Weights, explain, shares
from meshport.discovery.types import FILTERS, Count, Hit, Query, Results
from meshport.standards.ranking import FIELDS

_MOST_VALUES = 50


def look_up(engines: Sequence[Engine], query: Query, weights: Weights, now: datetime) -> Results:
    """Return what is found, best first: with every word; else what comes near; else what has some of the words.

    The first index says how frequent words are. Raises what `Engine` does, InputError where the viewer is no principal.
    """
    shown = _shown(query)
    chosen = {name: value for name in FILTERS if (value := getattr(query, name)) is not None}
    for asking in ask(query.text):
        if asking.nonsense:
            return Results((), 0, asking, {})
        parts = shares(asking, engines[0].frequency, engines[0].size)
        lookup = _lookup(asking, parts, chosen, shown)
        total, entries = _page(engines, lookup, query)
        if total:
            break
    hits = [_hit(asking, parts, entry, weights, now) for entry in entries]
    hits.sort(key=lambda hit: (-hit.score, hit.document.key))
    facets = _facets(engines, lookup, chosen, total) if query.facets else {}
    if len(engines) > 1:
        hits = hits[query.offset :][: query.size]
    return Results(tuple(hits), total, asking, facets)


def _shown(query: Query) -> tuple[str, ...]:
    """Return the filters of which one must hold: what the viewer may see."""
    if query.everything:
        return (EVERYTHING,)
    viewer = parse_principal(query.viewer) if query.viewer else None
    own = (viewer.name,) if viewer and viewer.kind == "domain" else ()
    return (SHOWN, *(f"shown={domain}" for domain in (*own, *query.member_of)))


def _lookup(asking: Asking, parts: tuple[float, ...], chosen: Mapping[str, str], shown: tuple[str, ...]) -> Lookup:
    filters = tuple(asked(name, value) for name, value in chosen.items())
    return Lookup(asking, parts, filters, shown)


def _page(engines: Sequence[Engine], lookup: Lookup, query: Query) -> tuple[int, list[Entry]]:
    """Return how many products there are, and a page of them; all up to its end where several engines are asked."""
    if len(engines) == 1:
        return engines[0].find(lookup, query.offset, query.size)
    end = None if query.size is None else query.offset + query.size
    found = [engine.find(lookup, 0, end) for engine in engines]
    return sum(total for total, _ in found), [entry for _, entries in found for entry in entries]


def _facets(
    engines: Sequence[Engine], lookup: Lookup, chosen: Mapping[str, str], total: int
) -> dict[str, tuple[Count, ...]]:
    """Return the counts by facet; those that nothing is filtered by are counted in one go."""
    free = [facet for facet in FACETS if facet not in chosen]
    counted: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for together in (free, *([facet] for facet in FACETS if facet in chosen)):
        others = tuple(asked(name, value) for name, value in chosen.items() if name not in together)
        wider = msgspec.structs.replace(lookup, filters=others)
        known = total if wider == lookup and len(engines) == 1 else None
        for engine in engines:
            for facet, numbers in engine.count(wider, together, known).items():
                for value, number in numbers.items():
                    counted[facet][value] = counted[facet].get(value, 0) + number
    return {facet: _most(numbers) for facet, numbers in counted.items()}


def _most(numbers: Mapping[str, int]) -> tuple[Count, ...]:
    best = nsmallest(_MOST_VALUES, numbers.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Count(value, number) for value, number in best)


def _hit(asking: Asking, parts: Sequence[float], entry: Entry, weights: Weights, now: datetime) -> Hit:
    terms = explain(asking, parts, entry, weights, now)
    return Hit(entry.document, terms, tuple(term.name for term in terms if term.name in FIELDS))
