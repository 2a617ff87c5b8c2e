"""The ledger while a plan is applied: it says first what will be written, and in the end what was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from meshport.catalogs.base import Catalog
from meshport.errors import MeshportError, UnavailableError
from meshport.model import Relation
from meshport.plan.certification import KEY
from meshport.plan.diff import diff
from meshport.plan.make import resources_of
from meshport.plan.site import Site
from meshport.plan.types import ProductPlan
from meshport.registry.types import LedgerKey
from meshport.resources import ObservedRelation, Resource, observed_of, place_of, tag


class Progress(msgspec.Struct):
    """How far writing came. `begun` are ports of which a statement was sent, where the catalog does not write a port
    whole or not at all; `ports` those that are written, `products` those of which all are, as they came out.

    `lost` are ports of which no version before could be kept, `uncertified` those that could not be given what they
    have earned; with what the catalog said.
    """

    products: list[ProductPlan] = []
    begun: set[Relation] = set()
    ports: set[Relation] = set()
    lost: dict[Relation, str] = {}
    uncertified: dict[Relation, str] = {}

    @property
    def half_done(self) -> bool:
        """Whether some of a port may be in the catalog, and the rest is not."""
        return not self.begun <= self.ports


@contextmanager
def intended(site: Site, products: Sequence[ProductPlan], progress: Progress) -> Iterator[None]:
    """Say in the ledger what is about to be written, so that nothing of ours is ever taken for somebody else's.

    After an error, what was not even begun is taken back.
    """
    catalog, before = site.catalog.name, site.registry.ledger(site.catalog.name, site.domain)
    entries = _entries(_desired(products))
    site.registry.write_ledger(catalog, site.domain, entries)
    try:
        yield
    except MeshportError:
        ours = progress.begun | progress.ports
        left = [key for key in entries if place_of(key.key) not in ours]
        site.registry.write_ledger(catalog, site.domain, {key: before[key] for key in left if key in before})
        site.registry.forget(catalog, site.domain, [key for key in left if key not in before])
        raise


def finish_ledger(site: Site, products: list[ProductPlan]) -> None:
    """Read the catalog back, check that it took everything, and keep in the ledger what was written."""
    catalog: Catalog = site.catalog
    relations = catalog.observe()
    desired = _desired(products)
    wanted = {resource.key for resource in desired}
    found = [r for relation in _relations(products, relations) for r in observed_of(relation)]
    missing, _ = diff(desired, found, {})
    if missing:
        raise UnavailableError(
            f"the catalog did not keep what was written: {missing[0].subject} ({missing[0].kind})",
            where=catalog.name,
            hint="somebody else is writing there; run `meshport plan`",
        )
    ledger: dict[LedgerKey, str] = site.registry.ledger(catalog.name, site.domain)
    entries = _entries([resource for resource in found if resource.key in wanted])
    changed = {key: value for key, value in entries.items() if ledger.get(key) != value}
    site.registry.write_ledger(catalog.name, site.domain, changed)
    ours = {port.relation for product in products for port in product.product.ports}
    site.registry.forget(
        catalog.name, site.domain, [key for key in ledger if key not in entries and place_of(key.key) in ours]
    )


def certification_key(relation: Relation) -> LedgerKey:
    """Return the ledger's key of a port's certification."""
    resource = Resource(kind=tag.KIND, relation=relation, fields={}, name=KEY)
    return LedgerKey(kind=resource.kind, key=resource.key)


def _desired(products: Sequence[ProductPlan]) -> list[Resource]:
    return [r for plan in products for r in resources_of(plan.product, plan.builds, plan.certifications)]


def _relations(products: list[ProductPlan], relations: Mapping[Any, ObservedRelation]) -> Iterator[ObservedRelation]:
    for product in products:
        for port in product.product.ports:
            if port.relation in relations:
                yield relations[port.relation]


def _entries(resources: Sequence[Resource]) -> dict[LedgerKey, str]:
    return {
        LedgerKey(kind=resource.kind, key=resource.key): msgspec.json.encode(resource.fields, order="sorted").decode()
        for resource in resources
    }
