"""What provisioning works with: what is wanted, the platform, the registry, and who does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from meshport.catalogs.platforms import Platform, Seen
from meshport.domains.make import Observed, Wanted
from meshport.model import Owner
from meshport.registry.book import Book
from meshport.resources import Resource
from meshport.resources.infrastructure import ENTRY, named


class Site(msgspec.Struct, frozen=True):
    """Everything that planning and applying need. `tell` says what is going on (what, how many of how many).

    `title`, `description` and `owner` are what the registry is told of a domain that it does not know yet.
    """

    wanted: Wanted
    platform: Platform
    registry: Any  # a meshport.registry.Registry; not named, so that planning does not import a database
    actor: str
    tell: Callable[[str, int, int], None]
    title: str = ""
    description: str = ""
    owner: Owner = Owner()

    @property
    def domain(self) -> str:
        """What the lock and the journal know this by: apart from the publishes of the same domain."""
        return f"domain {self.wanted.domain}"

    @property
    def book(self) -> Book:
        """The ledger of what was provisioned."""
        return Book(self.registry, f"{self.platform.name}#domain", self.wanted.domain)

    def observe(self) -> Observed:
        """Read everything that planning needs."""
        ledger, domain = self.book.read(), self.wanted.domain
        asked = {each.key: each for each in (Resource.at(key, fields) for key, fields in ledger.items())}
        asked |= {each.key: each for each in (*self.wanted.resources, *self.wanted.needed)}
        seen = self.platform.observe([each for each in asked.values() if each.kind in self.platform.kinds])
        standing = self.registry.standing(domain)
        return Observed(
            place=self.platform.name,
            kinds=self.platform.kinds | {ENTRY},
            seen=Seen((*seen.resources, *self._entry()), seen.contents),
            ledger=ledger,
            interrupted=bool(self.registry.unfinished(self.domain)),
            published=tuple(sorted(key for key, at in standing.items() if at.head.status != "retired")),
        )

    def enter(self, resource: Resource) -> None:
        """Write a domain's groups to the registry, and the domain itself where nobody has yet."""
        groups = (resource.fields["owner_group"], resource.fields["developer_group"])
        self.registry.enter_domain(
            self.wanted.domain, self.title, self.description, self.owner, groups=groups, actor=self.actor
        )

    def leave(self) -> None:
        """Take a domain's groups out of the registry, and the domain itself where it never published anything."""
        self.registry.leave_domain(self.wanted.domain, actor=self.actor)

    def _entry(self) -> list[Resource]:
        groups = self.registry.domain_groups().get(self.wanted.domain)
        if groups is None:
            return []
        return [named(ENTRY, self.wanted.domain, {"owner_group": groups[0], "developer_group": groups[1]})]
