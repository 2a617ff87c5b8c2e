"""Searching products: an index that follows the registry, and what is found in it."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec

from meshport.access.principals import parse_principal
from meshport.discovery.asking import Asking, Piece, ask, pieces
from meshport.discovery.documents import EVERYTHING, FACETS, SHOWN, Document, asked
from meshport.discovery.engine import Busy, Damaged, Engine, Entry, Lookup, State
from meshport.discovery.following import Follower
from meshport.discovery.memory import MemoryEngine
from meshport.discovery.ranking import Weights, explain, factor, shares
from meshport.discovery.types import FILTERS, Count, Hit, Query, Results
from meshport.registry import Registry
from meshport.registry.types import Mark
from meshport.standards.ranking import FIELDS
from meshport.standards.types import Standards

FORMAT = 1
"""Of the documents and of what they are found by: another number is another index."""
_MOST_VALUES = 50
_PATIENCE = 60.0
T = TypeVar("T")


def weights_of(standards: Standards) -> Weights:
    """Return the weights that standards give."""
    return {name: entry.weight for name, entry in standards.ranking.items()}


def index_folder() -> Path:
    """Return where indexes are kept for whoever works on this machine."""
    from platformdirs import user_cache_path

    return user_cache_path("meshport", appauthor=False) / "search"


class Discovery:
    """Finds products. Threads may share one, and so may processes share its cache.

    The index is derived from the registry and follows it at every search: what was published before is found. It is
    made anew wherever it is missing, damaged, or of other weights or another version.
    """

    def __init__(
        self, registry: Registry, weights: Weights, make: Callable[[], Engine], spare: Callable[[], Engine]
    ) -> None:
        """Use `open`. `make` returns an index, `spare` one that nothing can be wrong with."""
        self._registry = registry
        self._weights = weights
        self._make, self._spare = make, spare
        self._changing = Lock()
        self._use(make())

    @classmethod
    def open(cls, registry: Registry, standards: Standards, *, cache: Path | None = None) -> Discovery:
        """Open an index of a registry: below the folder `cache`, which others may use too, or in memory.

        Without `tantivy` it is in memory always.
        """
        weights = weights_of(standards)
        if find_spec("tantivy") is None:
            return cls(registry, weights, lambda: MemoryEngine(weights), lambda: MemoryEngine(weights))
        from meshport.discovery.tantivy_engine import VERSION, TantivyEngine

        def spare() -> Engine:
            return TantivyEngine(weights, None)

        if cache is None:
            return cls(registry, weights, spare, spare)
        content = msgspec.json.encode([registry.name, FORMAT, VERSION, sorted(weights.items())])
        folder = cache / hashlib.sha256(content).hexdigest()[:16]
        return cls(registry, weights, lambda: _in_folder(folder, weights), spare)

    def search(self, query: Query, also: Sequence[Document] = ()) -> Results:
        """Return the products that are found, best first. `also` are documents that the registry does not have.

        First those with every word; where there are none, those with words that come near (misspelt, or inside another
        word); where there are none, those with two thirds of the words. Raises UnavailableError where the registry
        cannot be read, InputError where the viewer is no principal (`access.principals.parse_principal`).
        """
        self._follow()
        return self._mended(lambda: self._search(query, also))

    def refresh(self) -> None:
        """Read what is known of all products besides their definition (subscriptions, reads, ...) again, now."""
        self._follow()
        with self._changing:
            self._follower.refresh()

    @staticmethod
    def highlight(text: str, results: Results) -> tuple[Piece, ...]:
        """Return a text of a result in pieces, those that were searched for marked."""
        return pieces(text, results.asking)

    def _use(self, engine: Engine) -> None:
        self._engine = engine
        self._follower = Follower(self._registry, engine, self._weights)

    def _follow(self) -> None:
        """Bring the index up to date. Where another thread is at it, what there is will do."""
        if not self._changing.acquire(blocking=False):
            if self._mended(lambda: self._engine.state) is not None:
                return
            self._changing.acquire()
        try:
            for use in (None, self._make, self._spare):
                if use is not None:
                    self._use(use())
                try:
                    self._follower.follow()
                except Busy:
                    if self._awaited():
                        return
                except Damaged:
                    continue
                else:
                    return
        finally:
            self._changing.release()

    def _awaited(self) -> bool:
        """Wait for the process that writes, where nothing is there to be searched before it has done so."""
        patience = time.monotonic() + _PATIENCE
        while self._engine.state is None:
            if time.monotonic() > patience:
                return False
            time.sleep(0.05)
        return True

    def _mended(self, work: Callable[[], T]) -> T:
        """Do something with the index; once more with another where it turns out to be damaged."""
        try:
            return work()
        except Damaged:
            with self._changing:
                self._use(self._spare())
                self._follower.follow()
            return work()

    def _search(self, query: Query, also: Sequence[Document]) -> Results:
        engines = [self._engine]
        now = datetime.now(timezone.utc)
        if also:
            engines.append(self._beside(also, now))
        shown = _shown(query)
        chosen = {name: value for name in FILTERS if (value := getattr(query, name)) is not None}
        for asking in ask(query.text):
            if asking.nonsense:
                return Results((), 0, asking, {})
            parts = shares(asking, self._engine.frequency, self._engine.size)
            lookup = _lookup(asking, parts, chosen, shown)
            total, documents = _page(engines, lookup, query)
            if total:
                break
        hits = [_hit(asking, parts, document, self._weights, now) for document in documents]
        hits.sort(key=lambda hit: (-hit.score, hit.document.key))
        facets = _facets(engines, lookup, chosen) if query.facets else {}
        if also and query.size is not None:
            start = (max(query.page, 1) - 1) * query.size
            hits = hits[start : start + query.size]
        return Results(tuple(hits), total, asking, facets)

    def _beside(self, documents: Sequence[Document], now: datetime) -> Engine:
        engine = MemoryEngine(self._weights)
        nothing = State(Mark(0, ""), now.isoformat())
        engine.put((Entry(document, factor(document, self._weights, now)) for document in documents), nothing)
        return engine


def _in_folder(folder: Path, weights: Weights) -> Engine:
    """Open the index in a folder. What cannot be read there is thrown away; where none can be made, it is in memory."""
    from meshport.discovery.tantivy_engine import TantivyEngine

    try:
        return TantivyEngine(weights, folder)
    except Damaged:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        return TantivyEngine(weights, folder)
    except Damaged:
        return TantivyEngine(weights, None)


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


def _page(engines: Sequence[Engine], lookup: Lookup, query: Query) -> tuple[int, list[Document]]:
    """Return how many documents there are, and a page of them; all up to the page where several engines are asked."""
    offset, size = (0, None) if query.size is None else ((max(query.page, 1) - 1) * query.size, query.size)
    if len(engines) == 1:
        return engines[0].find(lookup, offset, size)
    found = [engine.find(lookup, 0, None if size is None else offset + size) for engine in engines]
    return sum(total for total, _ in found), [document for _, documents in found for document in documents]


def _facets(engines: Sequence[Engine], lookup: Lookup, chosen: Mapping[str, str]) -> dict[str, tuple[Count, ...]]:
    facets = {}
    for facet in FACETS:
        others = {name: value for name, value in chosen.items() if name != facet}
        wider = msgspec.structs.replace(lookup, filters=tuple(asked(name, value) for name, value in others.items()))
        counted: dict[str, int] = {}
        for engine in engines:
            for value, number in engine.count(wider, facet).items():
                counted[value] = counted.get(value, 0) + number
        best = sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:_MOST_VALUES]
        facets[facet] = tuple(Count(value, number) for value, number in best)
    return facets


def _hit(asking: Asking, parts: Sequence[float], document: Document, weights: Weights, now: datetime) -> Hit:
    terms = explain(asking, parts, document, weights, now)
    return Hit(document, terms, tuple(term.name for term in terms if term.name in FIELDS))
