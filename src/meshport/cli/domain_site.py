"""What `meshport domain` stands on: a domain's file, and the registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from meshport.cli.output import Progress, progress, say

if TYPE_CHECKING:
    from meshport.domains.file import Read
    from meshport.domains.site import Site


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
        from meshport.domains.opening import open_domain
        from meshport.registry import Registry, location

        with Registry.open(location(None, self.root, self._registry_url)) as registry, progress() as shown:
            found = open_domain(self.read, registry, user(), shown.step, standards=self._standards, destroys=destroys)
            for warning in found.warnings:
                say(f"Warning: {warning}")
            yield found.site, shown
