"""A catalog that keeps grants in memory, and a product that is published in it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from meshport.access.granting import Settled, settle
from meshport.errors import UnavailableError
from meshport.mesh import Guard
from meshport.model import Port, Relation
from meshport.registry import Registry
from meshport.registry.types import PublicationRecord
from meshport.resources import Resource
from meshport.resources.grant import grant, said
from tests.registry.samples import port, product, record

CATALOG = "databricks:somewhere/sales_published"
KEY = "sales.customer_360"


class Memory:
    """Who holds what. `unknown` are principals that it refuses; `calls` counts what was changed, one by one."""

    parallel = 2

    def __init__(self) -> None:
        self.held: dict[str, Resource] = {}
        self.unknown: set[str] = set()
        self.calls: list[tuple[str, str]] = []
        self.questions = 0
        self._lock = threading.Lock()

    @contextmanager
    def open(self, catalog: str) -> Iterator[Memory]:
        """Do what `open_grants` does."""
        assert catalog == CATALOG
        yield self

    def observe(self) -> list[Resource]:
        self.questions += 1
        return list(self.held.values())

    def grant(self, resource: Resource) -> None:
        with self._lock:
            self.calls.append(("grant", said(resource)))
            if resource.fields["to"] in self.unknown:
                raise UnavailableError(f"no principal {resource.fields['to']}")
            assert resource.key not in self.held, f"granted twice: {said(resource)}"
            self.held[resource.key] = resource

    def revoke(self, resource: Resource) -> None:
        with self._lock:
            self.calls.append(("revoke", said(resource)))
            del self.held[resource.key]

    def by_hand(self, place: Relation, privilege: str, to: str) -> None:
        """Grant as somebody does who goes around meshport."""
        resource = grant(place, privilege, to)
        self.held[resource.key] = resource

    @property
    def texts(self) -> set[str]:
        return {said(resource) for resource in self.held.values()}

    def settle(self, registry: Registry, guard: Guard | None = None, **more: Any) -> Settled:
        return settle(registry, "sales", actor="user:ann", guard=guard, opener=self.open, **more)


def published(number: int, ports: Collection[str], name: str = "customer_360") -> PublicationRecord:
    """Return a publication of a product with these ports; each `number` is another version."""
    made = tuple(at(name, each) for each in ports)
    return record(
        product(name, ports=made),
        version=f"{number}.0.0",
        digest=f"definition {number}",
        plan_digest=f"plan {number} {name}",
        catalog=CATALOG,
        catalog_type="databricks",
        builds={each.label: "build" for each in made},
        evidence={},
    )


def at(product_name: str, name: str) -> Port:
    return port(name, None, relation=Relation("sales_published", product_name, name))


def reading(to: str, *ports: str, schema: str = "customer_360") -> set[str]:
    """Return the least that reading these ports takes."""
    if not ports:
        return set()
    return {
        f"USE CATALOG on sales_published to {to}",
        f"USE SCHEMA on sales_published.{schema} to {to}",
        *(f"SELECT on sales_published.{schema}.{each} to {to}" for each in ports),
    }
