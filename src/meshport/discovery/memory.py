"""An index in this process's memory, without any library: for where `tantivy` is not installed.

It finds the same products in the same order. It is read from the registry anew by every process.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from threading import RLock

from meshport.discovery.asking import Wanted, fit
from meshport.discovery.documents import called, filters, values
from meshport.discovery.engine import Entry, Lookup, State
from meshport.discovery.ranking import LONGEST_NAME, Weights, worth
from meshport.standards.ranking import CALLED


class _Kept:
    """An entry with everything it is found by, so that it can be taken out again."""

    __slots__ = ("called", "entry", "filters")

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.filters = filters(entry.document)
        self.called = called(entry.document)


class MemoryEngine:
    """See `Engine`."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._lock = RLock()
        self._state: State | None = None
        self._reset()

    def _reset(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._fields: defaultdict[str, dict[str, str]] = defaultdict(dict)  # word → key → field
        self._words: list[str] = []  # the same words, sorted
        self._filtered: defaultdict[str, set[str]] = defaultdict(set)

    @property
    def state(self) -> State | None:
        """What the index is up to date with; None where it is empty."""
        return self._state

    @property
    def size(self) -> int:
        """How many documents there are."""
        return len(self._kept)

    def frequency(self, word: str) -> int:
        """Return how many documents have a word."""
        with self._lock:
            return len(self._fields.get(word, ()))

    def find(self, lookup: Lookup, offset: int, size: int | None) -> tuple[int, list[Entry]]:
        """Return how many documents there are, and some of them: the best after so many, equal ones by key."""
        with self._lock:
            scores = self._scores(lookup)
            best = sorted(scores, key=lambda key: (-scores[key], key))
            some = best[offset:] if size is None else best[offset : offset + size]
            return len(scores), [self._kept[key].entry for key in some]

    def count(self, lookup: Lookup, facets: Collection[str], total: int | None) -> dict[str, dict[str, int]]:
        """Return by facet how many documents have each value."""
        with self._lock:
            found = [self._kept[key].entry.document for key in self._scores(lookup)]
            return {
                facet: dict(Counter(value for document in found for value in values(document, facet)))
                for facet in facets
            }

    def entries(self) -> Iterator[Entry]:
        """Yield everything there is."""
        with self._lock:
            yield from [kept.entry for kept in self._kept.values()]

    @contextmanager
    def writing(self) -> Iterator[MemoryEngine]:
        """Begin a change. Readers wait for it."""
        with self._lock:
            yield self

    def clear(self) -> None:
        """Remove everything."""
        self._state = None
        self._reset()

    def put(self, entries: Iterable[Entry], state: State) -> None:
        """Add documents, in place of those of the same key, and write what the index is up to date with now."""
        first = not self._kept
        for entry in entries:
            key = entry.document.key
            if key in self._kept:
                self._remove(key)
            kept = self._kept[key] = _Kept(entry)
            for word, field in entry.words.items():
                if not first and word not in self._fields:
                    insort(self._words, word)
                self._fields[word][key] = field
            for value in kept.filters:
                self._filtered[value].add(key)
        if first:
            self._words = sorted(self._fields)
        self._state = state

    def _remove(self, key: str) -> None:
        kept = self._kept.pop(key)
        for word in kept.entry.words:
            del self._fields[word][key]
        for value in kept.filters:
            self._filtered[value].discard(key)

    def _scores(self, lookup: Lookup) -> dict[str, float]:
        """Return the scores of what is found, by key."""
        allowed = set().union(*(self._filtered.get(value, set()) for value in lookup.shown))
        for value in lookup.filters:
            allowed &= self._filtered.get(value, set())
        asking = lookup.asking
        if not asking.words:
            return {key: self._kept[key].entry.factor for key in allowed}
        total: defaultdict[str, float] = defaultdict(float)
        found: Counter[str] = Counter()
        for wanted, share in zip(asking.words, lookup.shares, strict=True):
            worths = self._worths(wanted, near=asking.near)
            for key in worths.keys() & allowed:
                total[key] += share * worths[key]
                found[key] += 1
        asked = {wanted.word for wanted in asking.words}
        scores = {}
        for key, number in found.items():
            if number >= asking.least:
                kept = self._kept[key]
                named = asked & kept.called if len(kept.called) <= LONGEST_NAME else ()
                share = len(named) / len(kept.called) if named else 0.0
                scores[key] = (total[key] + share * self._weights[CALLED]) * kept.entry.factor
        return scores

    def _worths(self, wanted: Wanted, *, near: bool) -> dict[str, float]:
        """Return what the best fit of a word is worth, by key."""
        best: dict[str, float] = {}
        for word in self._candidates(wanted, near=near):
            how = fit(wanted, word, near=near)
            if how is None:
                continue
            by_field = {field: worth(field, how, self._weights) for field in set(self._fields[word].values())}
            for key, field in self._fields[word].items():
                best[key] = max(best.get(key, 0.0), by_field[field])
        return best

    def _candidates(self, wanted: Wanted, *, near: bool) -> Iterator[str]:
        if near:
            yield from self._words
            return
        start = bisect_left(self._words, wanted.typed)
        for place in range(start, len(self._words)):
            if not self._words[place].startswith(wanted.typed):
                break
            yield self._words[place]
        if wanted.word in self._fields and not wanted.word.startswith(wanted.typed):
            yield wanted.word
