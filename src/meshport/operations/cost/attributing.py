"""Whose work it was: from models and tables to products and domains, by what the registry knows. Pure but for reading.

A model of several products is shared equally between them, as is a statement that read ports of several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from meshport.catalogs.billing import Use
from meshport.registry.types import CostKind, PortLineage, Scope

if TYPE_CHECKING:
    from meshport.model import Product
    from meshport.registry import Registry


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a piece of work was. `products` are keys: it is shared equally between them."""

    kind: CostKind
    domain: str | None = None
    products: tuple[str, ...] = ()
    model: str | None = None
    consumer: str | None = None


class Known(msgspec.Struct, frozen=True, dict=True):
    """What the registry knows: products by domain and name of a model or test, and by full name of a port."""

    models: Mapping[tuple[str, str], Collection[str]]
    ports: Mapping[str, Collection[str]]

    @cached_property
    def domains(self) -> Mapping[str, list[str]]:
        """The domains that have a model or test of a name."""
        found: dict[str, list[str]] = defaultdict(list)
        for domain, name in sorted(self.models):
            found[name].append(domain)
        return found


def known(registry: Registry) -> Known:
    """Return what the registry knows of models and ports, in a constant number of queries."""
    products = [head.product for head in registry.heads().values()]
    return known_of(products, registry.column_lineages(Scope()))


def known_of(products: Iterable[Product], lineages: Mapping[str, Mapping[str, PortLineage]]) -> Known:
    """Return which models, tests and ports belong to which products. `lineages` are by product and port label.

    A product's are its ports' own models and tests, and what they are built from in its own domain.
    """
    models: dict[tuple[str, str], set[str]] = defaultdict(set)
    ports: dict[str, set[str]] = defaultdict(set)
    own: set[tuple[str, str]] = set()
    whole = list(products)
    for product in whole:
        for port in product.ports:
            relation = port.relation
            ports[".".join((relation.database, relation.schema, relation.identifier)).lower()].add(product.key)
            for unique_id in (port.unique_id, *(rule.unique_id for rule in port.contract.rules)):
                models[product.domain, name_of(unique_id)].add(product.key)
            own.add((product.domain, name_of(port.unique_id)))
    for product in whole:
        projects = {port.unique_id.split(".")[1] for port in product.ports}
        for lineage in lineages.get(product.key, {}).values():
            for unique_id in lineage.nodes:
                place = (product.domain, name_of(unique_id))
                # What a port is of one product is not another's because that one is built from it.
                if unique_id.split(".")[1] in projects and place not in own:
                    models[place].add(product.key)
    return Known(models, ports)


def name_of(unique_id: str) -> str:
    """Return the name by which dbt tags the statements of a node: the same for all versions of a model."""
    return unique_id.split(".")[2]


def work_of(use: Use, payer: str | None, known: Known) -> Work:
    """Return whose work statements were. `payer` is the domain of their warehouse, which decides between models of one
    name.
    """
    if use.model is not None:
        domains = known.domains.get(use.model, [])
        domain = payer if payer in domains or len(domains) != 1 else domains[0]
        return built(domain, use.model, known)
    for kind, names in (("publish", use.writes), ("read", use.reads)):
        products = tuple(sorted({key for name in names for key in known.ports.get(name, ())}))
        if products:
            domains = sorted({key.partition(".")[0] for key in products})
            return Work(
                kind="publish" if kind == "publish" else "read",
                domain=domains[0] if len(domains) == 1 else None,
                products=products,
                consumer=use.executed_by if kind == "read" else None,
            )
    return Work(kind="other", domain=payer, consumer=use.executed_by)


def built(domain: str | None, model: str, known: Known) -> Work:
    """Return whose work building a model or running a test of a domain was."""
    products = known.models.get((domain, model), ()) if domain is not None else ()
    return Work(kind="build", domain=domain, products=tuple(sorted(products)), model=model)
