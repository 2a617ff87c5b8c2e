"""How the inputs of a project stand: what is here, what is published, whether it may be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from meshport.access import subscriptions
from meshport.inputs.folder import read_descriptions
from meshport.inputs.package import deprecation

if TYPE_CHECKING:
    from meshport.registry import Registry


class Input(msgspec.Struct, frozen=True):
    """A product that the project reads.

    `version` is the one generated here, `published` the newest one (None where the registry does not know the product),
    `goes` the first day on which a port of it goes, `subscription` the state of this domain's newest one.
    """

    product: str
    version: str
    published: str | None
    status: str
    goes: str | None
    subscription: str


def standing(registry: Registry, project_dir: Path, domain: str) -> list[Input]:
    """Return the inputs of a project, by product. `domain` is the one that reads."""
    described = read_descriptions(project_dir).values()
    products = {key: version for each in described for key, version in each.products.items()}
    states = {each.product: each.state for each in subscriptions.subscriptions(registry, principal=f"domain:{domain}")}
    return [_input(registry, key, products[key], states.get(key, "none")) for key in sorted(products)]


def _input(registry: Registry, key: str, version: str, subscription: str) -> Input:
    head = registry.head(key)
    if head is None:
        return Input(key, version, None, "not in this registry", None, subscription)
    decided = registry.port_status(key)
    live = [port for port in head.product.ports if port.label not in decided or decided[port.label].status != "retired"]
    days = sorted(day for day in (deprecation(port, decided) for port in live) if day)
    status = "deprecated" if days and head.status == "published" else head.status
    return Input(key, version, head.version, status, days[0] if days else None, subscription)
