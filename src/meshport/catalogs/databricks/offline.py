"""A published catalog that nobody can look at from here: for plans of what a project declares, without a workspace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any

from meshport.catalogs.base import Capabilities, Writer
from meshport.catalogs.databricks.connection import access_of
from meshport.errors import InputError
from meshport.model import Relation
from meshport.resources import ObservedRelation


class OfflineCatalog:
    """Nothing is seen in it, and nothing can be written."""

    type = "databricks"
    capabilities = Capabilities(enforces_reads=True, native_masks=True)

    def __init__(self, database: str) -> None:
        self.name = f"databricks:?/{database}"

    def observe(self) -> dict[Relation, ObservedRelation]:
        """Return nothing: it is not known."""
        return {}

    def raw_copies(self, databases: Collection[str]) -> list[Relation]:
        """Return nothing: it is not known."""
        return []

    def writer(self, target: Mapping[str, Any]) -> AbstractContextManager[Writer]:
        """Raise InputError: which variables name a workspace."""
        access_of()
        raise InputError("this was planned without a workspace", hint="plan again")
