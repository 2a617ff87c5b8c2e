"""What the engine answered before: a query over tables that never change has one answer."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
_VARIES = re.compile(
    r"\b(rand\w*|uuid|shuffle|aes_encrypt|try_aes_encrypt|now|current_\w+|curdate|getdate|localtimestamp|unix_timestamp|monotonically_\w+|tablesample)\b",
    re.I,
)


def repeatable(sql: str) -> bool:
    """Return whether a query over the same rows certainly has the same answer: no clock and no chance in it.

    Encrypting takes chance: its initialisation vector is another one each time.
    """
    return _VARIES.search(sql) is None


class Memory(Generic[T]):
    """The newest `most` answers by what was asked, of those that are `small`. Safe for many threads; what raises is asked again."""

    def __init__(self, most: int, small: Callable[[T], bool] = lambda _: True) -> None:
        self._most, self._small = most, small
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was kept for a key, else what `make` returns now."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        if not self._small(made):
            return made
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
