"""One filling of the database: the artifacts and facts that several tables share, each read once and only if needed."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.information_schema.manifest import Manifest, read_manifest
from meshport.information_schema.outline import Outline
from meshport.information_schema.registry import Facts
from meshport.information_schema.sources import Sources
from meshport.information_schema.spec import Table

if TYPE_CHECKING:
    from meshport.lineage import Lineage
    from meshport.standards import Standards


class Filling(ExitStack):
    """What `tables` are filled from. Leave it as a context manager: it may have opened the registry.

    `manifest_needed` says that there is nothing else which tables of dbt's could come from, `outlined` that the outline
    is wanted, too.
    """

    def __init__(
        self, sources: Sources, tables: Collection[Table], *, manifest_needed: bool = True, outlined: bool = False
    ) -> None:
        super().__init__()
        self.sources = sources
        self.tables = tables
        self._manifest_needed = manifest_needed
        self._outlined = outlined

    @property
    def manifest_path(self) -> Path:
        """Where the manifest is."""
        return self.sources.artifacts / "manifest.json"

    @property
    def without_manifest(self) -> bool:
        """Whether there is no manifest, and need not be: dbt's tables are dbt's own, and what they lack is empty."""
        return not self._manifest_needed and not self.manifest_path.exists()

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest as far as the tables need it. Raises InputError where it is needed and cannot be read."""
        if self.without_manifest:
            return Manifest()
        return read_manifest(self.manifest_path, self.tables, outlined=self._outlined)

    @property
    def outline(self) -> Outline:
        """Where the things of the project are declared: nothing where there is no manifest, and need not be."""
        return Outline(Manifest() if self.sources.without_project else self.manifest)

    @property
    def generated_at(self) -> str | None:
        """When the manifest was written."""
        return self.manifest.metadata.generated_at

    @cached_property
    def lineage(self) -> Lineage:
        """Where columns come from."""
        return self.sources.lineage()

    @cached_property
    def standards(self) -> Standards:
        """What the central team decided."""
        return self.sources.standards()

    @cached_property
    def registry(self) -> Facts:
        """What the registry knows."""
        opened = self.sources.registry
        return Facts(None if opened is None else self.enter_context(opened()), self.sources.scope)
