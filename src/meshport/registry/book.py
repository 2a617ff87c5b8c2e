"""A ledger as one reads and writes it: fields by key, of one catalog and one owner, under a name of its own.

What is kept apart from the ledger of ports, which a publish judges, has another name: `<catalog>#registration`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from meshport.registry.types import LedgerKey


class Book:
    """The ledger of one `name` and one domain. `registry` is a `meshport.registry.Registry`."""

    def __init__(self, registry: Any, name: str, domain: str) -> None:
        self._registry, self._name, self._domain = registry, name, domain

    def read(self) -> dict[str, dict[str, str]]:
        """Return all entries by key."""
        rows = self._registry.ledger(self._name, self._domain)
        return {key.key: msgspec.json.decode(value, type=dict[str, str]) for key, value in rows.items()}

    def write(self, entries: Mapping[str, Mapping[str, str]]) -> None:
        """Add or update entries, all or none."""
        rows = {_key(key): msgspec.json.encode(fields, order="sorted").decode() for key, fields in entries.items()}
        if rows:
            self._registry.write_ledger(self._name, self._domain, rows)

    def forget(self, keys: Iterable[str]) -> None:
        """Remove entries, all or none."""
        if gone := [_key(key) for key in keys]:
            self._registry.forget(self._name, self._domain, gone)


def _key(key: str) -> LedgerKey:
    return LedgerKey(kind=key.partition("/")[0], key=key)
