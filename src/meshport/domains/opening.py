"""Opening a domain of the central team's repository, for the commands and for the portal: its file, gates, platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec

from meshport.catalogs.platforms import open_platform
from meshport.domains.desired import desired, members, needed
from meshport.domains.file import Read
from meshport.domains.gates import check, gates_of, warnings_of
from meshport.domains.make import Wanted
from meshport.domains.site import Site
from meshport.model import Owner
from meshport.standards import load_standards


class Opened(msgspec.Struct, frozen=True):
    """A domain as planning and applying need it, and what policies warn of."""

    site: Site
    warnings: list[str] = []


def open_domain(
    read: Read,
    registry: Any,
    actor: str,
    tell: Callable[[str, int, int], None],
    *,
    standards: Path | None = None,
    destroys: bool = False,
) -> Opened:
    """Return a domain with what it should have, and what refuses it. `registry` is a `meshport.registry.Registry`.

    `standards` is the folder whose policies hold, None for `standards/` of the repository, else those that ship.
    `destroys`: nothing of its file is wanted. Raises InputError where nothing names its workspace.
    """
    said = read.said
    wanted, warnings = Wanted(said.name, said.platform), []
    if not destroys:
        own = read.root / "standards"
        found = load_standards(standards or (own if own.is_dir() else None))
        report = check(read, found, datetime.now(timezone.utc).date())
        warnings = warnings_of(read, report)
        people = [each.person for each in registry.members(said.name)]
        wanted = Wanted(
            said.name,
            said.platform,
            [*desired(said), *members(said, people)],
            needed(said),
            list(gates_of(read, report)),
        )
    site = Site(
        wanted=wanted,
        platform=open_platform(said.platform, read.root),
        registry=registry,
        actor=actor,
        tell=tell,
        title=said.title,
        description=said.description,
        owner=Owner(name=said.owner.name, email=said.owner.email),
    )
    return Opened(site, warnings)
