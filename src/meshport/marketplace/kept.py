"""What pages show again and again: made once, and kept until something happens that changes it, or for good."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
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


class Recent(Generic[T]):
    """Values that never change, by what they are made of: the `size` that were last asked for. Threads may share it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made where it is not kept. Raises what making it does."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()  # two who ask at once may both make it: they make the same
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made
