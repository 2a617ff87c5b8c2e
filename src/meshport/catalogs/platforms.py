"""What provisioning asks of a platform: look at things by kind and name, and make, change or remove them one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from meshport.resources import Resource


class Seen(msgspec.Struct, frozen=True):
    """What is there of what was asked about, and what else stands on it: tags and grants of its catalogs.

    `contents` are by the key of what holds them: the tables and views in a catalog or a schema, bookkeeping left out,
    and who is in a group and was not asked about.
    """

    resources: tuple[Resource, ...]
    contents: dict[str, tuple[str, ...]] = {}


class Platform(Protocol):
    """Where a domain lives. `name` tells one from another: the ledger is kept by it. `kinds` are what it has.

    Everything may be done again: what is there already is made, what is gone already is removed.
    """

    name: str
    kinds: frozenset[str]

    def observe(self, asked: Collection[Resource]) -> Seen:
        """Look at these things. Raises UnavailableError."""

    def make(self, resources: Sequence[Resource]) -> None:
        """Make something: one thing, or several grants in one place. Raises UnavailableError."""

    def change(self, resource: Resource) -> None:
        """Make something that is there what it should be. Raises UnavailableError."""

    def remove(self, resources: Sequence[Resource], *, force: bool) -> None:
        """Remove something: one thing, or several grants in one place. With `force`, with all that is in it.

        Raises UnavailableError, and BlockedError where it holds something and there is no `force`.
        """

    def http_path(self, warehouse: str) -> str | None:
        """Return what connects to a SQL warehouse, None where there are none. Raises UnavailableError."""


def open_platform(kind: str, root: Path) -> Platform:
    """Return a platform: the workspace that the environment names, or the DuckDB files below a folder.

    Raises InputError where no workspace is named.
    """
    if kind == "duckdb":
        from meshport.catalogs.duckdb_files import DuckDBFiles

        return DuckDBFiles(root)
    from meshport.catalogs.databricks.provisioning.platform import platform

    return platform()
