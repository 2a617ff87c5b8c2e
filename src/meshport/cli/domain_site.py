"""What `meshport domain` stands on: a domain's file, the standards, the platform and the registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.cli.output import Progress, progress, say

if TYPE_CHECKING:
    from meshport.catalogs.platforms import Platform
    from meshport.domains.file import Read
    from meshport.domains.site import Site
    from meshport.standards import Standards


class DomainSite:
    """One domain of the central team's repository, as the commands need it."""

    def __init__(self, folder: Path, name: str, standards: Path | None, registry_url: str | None) -> None:
        from meshport.domains.file import read_domain

        self.root = folder.resolve()
        self.read: Read = read_domain(self.root, name)
        self._standards = standards
        self._registry_url = registry_url

    @contextmanager
    def opened(self, *, destroys: bool = False) -> Iterator[tuple[Site, Progress]]:
        """Yield what planning and applying need, with the registry open. `destroys`: nothing of the file is wanted."""
        from meshport.access.principals import user
        from meshport.domains.desired import desired, needed
        from meshport.domains.gates import check, gates_of, warnings_of
        from meshport.domains.make import Wanted
        from meshport.domains.site import Site
        from meshport.model import Owner
        from meshport.registry import Registry, location

        said = self.read.said
        if destroys:
            wanted = Wanted(said.name, said.platform)
        else:
            report = check(self.read, self._the_standards(), datetime.now(timezone.utc).date())
            for warning in warnings_of(self.read, report):
                say(f"Warning: {warning}")
            wanted = Wanted(said.name, said.platform, desired(said), needed(said), list(gates_of(self.read, report)))
        with Registry.open(location(None, self.root, self._registry_url)) as registry, progress() as shown:
            yield (
                Site(
                    wanted=wanted,
                    platform=self.platform,
                    registry=registry,
                    actor=user(),
                    tell=shown.step,
                    title=said.title,
                    description=said.description,
                    owner=Owner(name=said.owner.name, email=said.owner.email),
                ),
                shown,
            )

    @property
    def platform(self) -> Platform:
        """Where the domain lives. Raises InputError where it is a workspace that nothing names."""
        if self.read.said.platform == "duckdb":
            from meshport.catalogs.duckdb_files import DuckDBFiles

            return DuckDBFiles(self.root)
        from meshport.catalogs.databricks.provisioning.platform import platform

        return platform()

    def http_path(self, platform: Platform) -> str | None:
        """Return what connects to the domain's first warehouse, None where it has none that connects anything."""
        from meshport.catalogs.databricks.provisioning.platform import DatabricksPlatform

        first = next(iter(self.read.said.warehouses), None)
        return platform.computing.http_path(first) if isinstance(platform, DatabricksPlatform) and first else None

    def _the_standards(self) -> Standards:
        """Return the standards of the central team: a folder of its repository, else those that ship."""
        from meshport.standards import load_standards

        own = self.root / "standards"
        return load_standards(self._standards or (own if own.is_dir() else None))
