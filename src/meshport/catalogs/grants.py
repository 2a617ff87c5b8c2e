"""Which catalogs keep grants. Light to import: deciding about a subscription asks it, and opens no catalog."""

from __future__ import annotations

GRANTING: frozenset[str] = frozenset()
"""Types of catalogs in which a subscription comes to grants. DuckDB has no users: there `meshport query` asks the
registry. An open-source Unity Catalog server gets grants with all else, from `meshport unity apply`.
"""


def has_grants(catalog_type: str) -> bool:
    """Tell whether subscriptions to what is published in such a catalog come to grants there."""
    return catalog_type in GRANTING
