"""The weights of searching: their names and bounds. What they do is in `meshport.discovery.ranking`."""

from __future__ import annotations

import msgspec

HIGHEST = 100.0


class Weight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one term of the formula counts."""

    description: str
    weight: float


FIELDS = ("name", "title", "domain", "port", "column", "tag", "classification", "owner", "description", "details")
"""What a word is worth by where it is found."""
CALLED = "called"
FITS = ("beginning", "misspelt")
"""... times how it fits there: 1 for the word itself."""
SIGNALS = ("subscriptions", "reads", "tests", "promises", "freshness", "rating", "certification")
"""How much better a product becomes by what is known of it, as a share of how well its text fits."""
DEPRECATED = "deprecated"

BOUNDS: dict[str, tuple[float, float]] = {
    **dict.fromkeys((*FIELDS, CALLED), (0.0, HIGHEST)),
    **dict.fromkeys(FITS, (0.0, 1.0)),
    **dict.fromkeys(SIGNALS, (0.0, HIGHEST)),
    DEPRECATED: (-1.0, 0.0),
}
"""Every weight, and the smallest and the largest number that it may be."""
