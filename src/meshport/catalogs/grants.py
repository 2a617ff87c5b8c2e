"""Which catalogs keep grants, and opening one for them.

Light to import: deciding about a subscription asks it, and opens no catalog.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from meshport.resources import Resource

GRANTING = frozenset({"databricks"})
"""Types of catalogs in which a subscription comes to grants. DuckDB has no users: there `meshport query` asks the
registry. An open-source Unity Catalog server gets grants with all else, from `meshport unity apply`.
"""


class Grants(Protocol):
    """The grants of one catalog. `parallel` is how many statements it takes at a time."""

    parallel: int

    def observe(self) -> list[Resource]:
        """Read every grant on the catalog, its schemas and relations, in a constant number of questions."""

    def grant(self, resource: Resource) -> None:
        """Grant one privilege. Raises UnavailableError where the catalog refuses: it may not know the principal."""

    def revoke(self, resource: Resource) -> None:
        """Revoke one privilege. Raises UnavailableError as `grant` does."""


def has_grants(catalog_type: str) -> bool:
    """Tell whether subscriptions to what is published in such a catalog come to grants there."""
    return catalog_type in GRANTING


def open_grants(catalog: str) -> AbstractContextManager[Grants]:
    """Open a catalog with grants, by the name that the registry has for it (`databricks:HOST/DATABASE`).

    Raises InputError where nothing says how to reach a workspace, UnavailableError where it is another one.
    """
    from meshport.catalogs.databricks import access_to
    from meshport.catalogs.databricks.grants import connected

    return connected(*access_to(catalog, hint="grants are made where that workspace is set: meshport access reconcile"))
