"""Keeping an index up to date with the registry: only what changed is read again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta, timezone

from meshport.discovery.documents import of_version
from meshport.discovery.engine import Engine, Entry, State, Writer
from meshport.discovery.ranking import Weights, entry_of
from meshport.plan.certification import of_published
from meshport.registry import Registry
from meshport.registry.types import Changes, Mark, Signals

SIGNALS_FOR = timedelta(days=1)
"""How long signals of all products are good for: they change with every query, and by the day. Those of a product that
is published are read then."""
_AT_ONCE = 500
_NOTICEABLE = 0.005


class Follower:
    """Brings one engine up to date with one registry. Not for several threads at once."""

    def __init__(self, registry: Registry, engine: Engine, weights: Weights) -> None:
        self._registry = registry
        self._engine = engine
        self._weights = weights
        # The audit log grows with every query: how far it was read is not worth a commit of the index.
        self._read: Mark | None = None

    def follow(self) -> None:
        """Bring the index up to date. Raises what `Engine.writing` does."""
        state = self._engine.state
        since = None if state is None else self._read or state.mark
        changes = self._registry.changes(since)
        if state is not None and changes.keys == frozenset() and _fresh(state):
            self._read = changes.mark
            return
        with self._engine.writing() as writer:
            self._write(writer)

    def refresh(self) -> None:
        """Read the signals of all products again, now. Raises what `Engine.writing` does."""
        with self._engine.writing() as writer:
            if writer.state is not None:
                self._refresh(writer, writer.state.mark)

    def _write(self, writer: Writer) -> None:
        """Write what is missing; asked again, because another process may have written it just now."""
        state = writer.state
        changes = self._registry.changes(state.mark if state else None)
        if state is None or changes.keys is None:
            writer.clear()
            keys = self._registry.product_keys()
            writer.put(self._entries(keys, self._registry.signals()), State(changes.mark, _now().isoformat()))
        else:
            if changes.keys:
                signals = self._registry.signals(changes.keys)
                writer.put(self._entries(changes.keys, signals), State(changes.mark, state.signals_at))
            if not _fresh(state):
                self._refresh(writer, changes.mark, besides=changes)
        self._read = changes.mark

    def _entries(self, keys: Collection[str], signals: dict[str, Signals]) -> Iterator[Entry]:
        ordered, now = sorted(keys), _now()
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            tested = self._registry.newest_results_of(some)
            for key, standing in sorted(self._registry.standing_of(some).items()):
                known = signals.get(key, Signals())
                published = datetime.fromisoformat(known.published_at) if known.published_at else now
                results = tested[key].evidence if key in tested else {}
                earned = of_published(standing.head, standing, results, published)
                yield entry_of(of_version(standing.head, earned.values(), known), self._weights, now)

    def _refresh(self, writer: Writer, mark: Mark, besides: Changes | None = None) -> None:
        """Write the documents whose place in an order would be another by what is known of them now."""
        written = besides.keys if besides is not None and besides.keys else frozenset()
        writer.put(self._moved(written), State(mark, _now().isoformat()))

    def _moved(self, written: frozenset[str]) -> Iterator[Entry]:
        signals, now = self._registry.signals(), _now()
        for entry in list(self._engine.entries()):
            if entry.document.key in written:
                continue
            document = entry.document.with_signals(signals.get(entry.document.key, Signals()))
            moved = entry_of(document, self._weights, now)
            if document != entry.document or abs(moved.factor - entry.factor) > _NOTICEABLE:
                yield moved


def _fresh(state: State) -> bool:
    return _now() - datetime.fromisoformat(state.signals_at) < SIGNALS_FOR


def _now() -> datetime:
    return datetime.now(timezone.utc)
