"""Searching products: an index that follows the registry, and what is found in it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TypeVar

from meshport.discovery.asking import Piece, pieces
from meshport.discovery.documents import Document
from meshport.discovery.engine import Busy, Damaged, Engine, State
from meshport.discovery.folders import folder_of, remove_unused
from meshport.discovery.following import Follower
from meshport.discovery.looking import look_up
from meshport.discovery.memory import MemoryEngine
from meshport.discovery.ranking import Weights, entry_of
from meshport.discovery.types import Query, Results
from meshport.registry import Registry
from meshport.registry.types import Mark
from meshport.standards.types import Standards

_PATIENCE = 60.0
T = TypeVar("T")


def weights_of(standards: Standards) -> Weights:
    """Return the weights that standards give."""
    return {name: entry.weight for name, entry in standards.ranking.items()}


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

        Indexes there that nobody has used for long are removed. Without `tantivy` it is in memory always.
        """
        weights = weights_of(standards)
        if find_spec("tantivy") is None:
            return cls(registry, weights, lambda: MemoryEngine(weights), lambda: MemoryEngine(weights))
        from meshport.discovery.tantivy_engine import TantivyEngine

        def spare() -> Engine:
            return TantivyEngine(weights, None)

        if cache is None:
            return cls(registry, weights, spare, spare)
        folder = folder_of(cache, registry.name, weights)
        remove_unused(cache, folder)
        return cls(registry, weights, lambda: _in_folder(folder, weights), spare)

    def search(self, query: Query, also: Sequence[Document] = ()) -> Results:
        """Return the products that are found, best first. `also` are documents that the registry does not have.

        First those with every word; where there are none, those with words that come near (misspelt); where there are
        none, those with two thirds of the words (one of two). Raises UnavailableError where the
        registry cannot be read, InputError where the viewer is no principal (`access.principals.parse_principal`).
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
        now = datetime.now(timezone.utc)
        beside = [self._beside(also, now)] if also else []
        return look_up([self._engine, *beside], query, self._weights, now)

    def _beside(self, documents: Sequence[Document], now: datetime) -> Engine:
        engine = MemoryEngine(self._weights)
        nothing = State(Mark(0, ""), now.isoformat())
        engine.put((entry_of(document, self._weights, now) for document in documents), nothing)
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
