"""What an index has to do, whichever library does it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from meshport.discovery.asking import Asking
from meshport.discovery.documents import Document
from meshport.registry.types import Mark


class State(msgspec.Struct, frozen=True):
    """What an index is up to date with: a place in the registry's audit log, and when signals were read for all."""

    mark: Mark
    signals_at: str


class Lookup(msgspec.Struct, frozen=True):
    """What to look up: words with their shares, filters as `documents.filters` has them, and which may be `shown`."""

    asking: Asking
    shares: tuple[float, ...]
    filters: tuple[str, ...]
    shown: tuple[str, ...]


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A document with what depends on weights: its words, each with its field, and what their worth is multiplied with
    (`ranking.placed`, `ranking.factor`). Made by `ranking.entry_of`.
    """

    document: Document
    words: dict[str, str]
    factor: float


class Damaged(Exception):
    """The index cannot be read or written: it has to be made anew."""


class Busy(Exception):
    """Another process is writing the index."""


class Writer(Protocol):
    """One change of an index: all of it, or nothing where an exception ends it."""

    @property
    def state(self) -> State | None:
        """What the index is up to date with, now that nobody else can write; None where it is empty."""

    def clear(self) -> None:
        """Remove everything."""

    def put(self, entries: Iterable[Entry], state: State) -> None:
        """Add documents, in place of those of the same key, and write what the index is up to date with now."""


class Engine(Protocol):
    """An index of documents. Threads may share one. Every method may raise Damaged, `writing` Busy too."""

    @property
    def state(self) -> State | None:
        """What the index is up to date with; None where it is empty."""

    @property
    def size(self) -> int:
        """How many documents there are."""

    def frequency(self, word: str) -> int:
        """Return how many documents have a word."""

    def find(self, lookup: Lookup, offset: int, size: int | None) -> tuple[int, list[Entry]]:
        """Return how many documents there are, and some of them: the best after so many, equal ones by key."""

    def count(self, lookup: Lookup, facets: Collection[str], total: int | None) -> dict[str, dict[str, int]]:
        """Return by facet how many documents have each value; of very many values, the most frequent.

        `total` is how many documents the lookup finds, where that is known.
        """

    def entries(self) -> Iterator[Entry]:
        """Yield everything there is."""

    def writing(self) -> AbstractContextManager[Writer]:
        """Begin a change."""
