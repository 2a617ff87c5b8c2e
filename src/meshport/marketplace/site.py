"""What every page stands on: the registry, the search and the settings, opened once for the process."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from meshport.discovery import Discovery
from meshport.errors import NotFoundError
from meshport.marketplace.identity import Identity
from meshport.marketplace.kept import Kept
from meshport.marketplace.settings import Settings
from meshport.marketplace.views.front import Front, kept_front
from meshport.marketplace.views.history import History
from meshport.marketplace.views.traits import Traits
from meshport.model import Port, Status
from meshport.registry import Registry
from meshport.registry.types import ProductVersion


class Site(msgspec.Struct, frozen=True):
    """The open marketplace. `local` is who somebody is taken for where nobody signs in, None where people do."""

    registry: Registry
    discovery: Discovery
    settings: Settings
    local: Identity | None
    traits: Traits = msgspec.field(default_factory=Traits)
    history: History = msgspec.field(default_factory=History)
    front: Kept[Front] = msgspec.field(default_factory=kept_front)

    def product(self, key: str, viewer: Identity) -> ProductVersion:
        """Return a product as far as somebody may know of it. Raises NotFoundError as `Registry.require` does."""
        version = self.registry.require(key)
        if not visible(version.product.domain, version.status, viewer):
            raise hidden(key)
        return version

    def products(self, keys: Iterable[str], viewer: Identity) -> list[ProductVersion]:
        """Return these products in this order, without those that somebody may not know of."""
        ordered = list(dict.fromkeys(keys))
        found = self.registry.heads_of(ordered)
        known = (found[key] for key in ordered if key in found)
        return [each for each in known if visible(each.product.domain, each.status, viewer)]

    def known(self, keys: Collection[str], viewer: Identity) -> list[str]:
        """Return these keys in this order, without those of products that somebody may not know of."""
        found = self.registry.statuses_of(keys)
        return [key for key in keys if key in found and visible(key.partition(".")[0], found[key], viewer)]

    def keys_of(self, domain: str, viewer: Identity) -> list[str]:
        """Return the keys of a domain's products that somebody may know of, in order."""
        found = self.registry.statuses(domain)
        return [key for key, status in found.items() if visible(domain, status, viewer)]


def visible(domain: str, status: Status, viewer: Identity) -> bool:
    """Return whether somebody finds a domain's product: a retired one is the domain's alone, and the auditor's."""
    return status != "retired" or domain in viewer.domains or viewer.auditor


def hidden(key: str) -> NotFoundError:
    """Return the error for a product that somebody may not know of: the one of a product that is not there."""
    return NotFoundError(f"no product {key!r} is published", hint="search finds what is published")


def port_of(version: ProductVersion, label: str) -> Port:
    """Return a product's port by its exact label. Raises NotFoundError where there is none."""
    found = next((port for port in version.product.ports if port.label == label), None)
    if found is None:
        raise NotFoundError(f"{version.product.key} has no port {label}")
    return found
