"""What pages show of the whole mesh, made once and kept until something happens that changes it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from threading import Lock
from typing import Generic, TypeVar

from meshport.registry import Registry
from meshport.registry.types import Mark

T = TypeVar("T")


class Kept(Generic[T]):
    """A value made from the registry, for everybody alike. Threads may share it.

    It holds while the audit log has no newer entry of a kind that it depends on (`product.` is every action that begins
    so): entries are written in the transaction of what they tell of. Whoever asks first after that makes it anew, the
    others wait. What somebody may not know of has to be left out by whoever shows it to them.
    """

    def __init__(self, make: Callable[[Registry], T], kinds: Collection[str]) -> None:
        self._make = make
        self._kinds = kinds
        self._kept: tuple[Mark, T] | None = None
        self._lock = Lock()

    def of(self, registry: Registry) -> T:
        """Return the value as of now. Raises what making it does."""
        with self._lock:
            changes = registry.changes(self._kept[0] if self._kept else None, self._kinds)
            # The mark is read before the value: what happens in between is seen now, or makes the value anew later.
            if self._kept is None or changes.keys != frozenset():
                self._kept = changes.mark, self._make(registry)
            else:
                self._kept = changes.mark, self._kept[1]
            return self._kept[1]
