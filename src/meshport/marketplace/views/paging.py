"""Long lists come on several pages, of one length everywhere."""

from __future__ import annotations

import msgspec

SIZE = 24
"""How many of a list a page shows."""


class Place(msgspec.Struct, frozen=True):
    """Which page of a list is shown, and how many there are; both begin at 1."""

    page: int
    pages: int


def place(page: int, total: int) -> Place:
    """Return where a page is in a list of so many. A page behind the last one is there, and empty."""
    return Place(page, max(-(-total // SIZE), 1))


def start(page: int) -> int:
    """Return how many of a list are on the pages before."""
    return (page - 1) * SIZE
