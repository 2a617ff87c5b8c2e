"""Lineage kept by content: the key says everything it depends on, so that an entry is right or is not found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

KEPT_UNUSED = 4
"""Entries that this run did not use are dropped when there are more than this many times as many as it used."""


class Cache:
    """The entries of one file, read at once. New ones are written when the cache is closed."""

    def __init__(self, entries: dict[bytes, tuple[bytes, bytes]]) -> None:
        self._entries = entries
        self._used: set[bytes] = set()
        self.new: list[tuple[bytes, bytes, bytes]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: bytes) -> tuple[bytes, bytes] | None:
        """Return a node's encoded lineage and the digest of its columns' names, or None."""
        found = self._entries.get(key)
        if found is not None:
            self._used.add(key)
        return found

    def put(self, key: bytes, payload: bytes, names: bytes) -> bytes:
        """Keep an encoded lineage, and return the digest of its columns' names."""
        self.new.append((key, payload, names))
        return names

    def unused(self) -> list[bytes]:
        """Return the keys to drop."""
        unused = self._entries.keys() - self._used
        return list(unused) if len(unused) > KEPT_UNUSED * (len(self._used) + len(self.new)) else []


@contextmanager
def open_cache(path: Path | None) -> Iterator[Cache]:
    """Yield the cache in this file. A file that cannot be read or written is done without: it only saves time."""
    entries: dict[bytes, tuple[bytes, bytes]] = {}
    if path is not None:
        try:
            with closing(_connect(path)) as connection:
                entries = {key: (payload, names) for key, payload, names in connection.execute("select * from lineage")}
        except (sqlite3.Error, OSError):
            path = None
    cache = Cache(entries)
    yield cache
    if path is not None and (cache.new or cache.unused()):
        try:
            with closing(_connect(path)) as connection, connection:
                connection.executemany("delete from lineage where key = ?", [(key,) for key in cache.unused()])
                connection.executemany("insert or replace into lineage values (?, ?, ?)", cache.new)
        except (sqlite3.Error, OSError):
            return


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=5)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("create table if not exists lineage (key blob primary key, payload blob, names blob)")
    return connection
