"""Which catalogs know people by tokens of their own, and reading as the person whose token it is.

Light to import: what has no token opens no catalog.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

import msgspec

BY_TOKEN = frozenset({"databricks"})
"""Types of catalogs that say themselves what a person reads, and mask it for them."""


class Table(msgspec.Struct, frozen=True):
    """What a query returned. `columns` are (name, the catalog's name of the type)."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]]


class Reader(Protocol):
    """A catalog as one person sees it. Both methods raise DeniedError where the catalog refuses that person, and
    UnavailableError where it cannot be asked.
    """

    def name(self) -> str:
        """Return what the catalog calls the person."""

    def table(self, sql: str) -> Table:
        """Return what a query finds."""


def open_reader(catalog: str, token: str) -> AbstractContextManager[Reader]:
    """Open a catalog, by the name that the registry has for it, as the person whose token this is.

    The token goes to the workspace that the environment names, and to no other; it is forgotten at the end. Raises
    InputError where nothing says how to reach a workspace, UnavailableError where it is another one.
    """
    from meshport.catalogs.databricks import access_to
    from meshport.catalogs.databricks.reading import connected

    access, _ = access_to(catalog, hint="whoever runs this sets that workspace: docs/guides/databricks.md")
    return connected(access, token)
