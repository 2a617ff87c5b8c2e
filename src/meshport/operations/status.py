"""How ports stand now: what ran last, what its tests said, how old the rows are that can be read, what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from meshport.contracts.service import seconds_of
from meshport.operations.freshness import age
from meshport.operations.history import current
from meshport.operations.ports import builds, living
from meshport.registry.runs import TESTS
from meshport.registry.types import Incident, RunResult, Scope

if TYPE_CHECKING:
    from meshport.registry import Registry


class PortStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A port of a published product.

    `built` is what became of its model when it last ran, `tests` the newest result of each of its tests, `sources` how
    fresh dbt last found what it is built from. `age` is that of the published rows in seconds (None: nobody knows);
    `fresh` None where nothing is promised or known.
    """

    product: str
    port: str
    built: RunResult | None
    tests: tuple[RunResult, ...]
    sources: tuple[RunResult, ...]
    promised: str | None
    age: float | None

    @property
    def fresh(self) -> bool | None:
        """Whether the published rows are as fresh as promised."""
        allowed = seconds_of(self.promised) if self.promised else None
        return None if allowed is None or self.age is None else self.age <= allowed


class Status(msgspec.Struct, frozen=True):
    """The ports of some products by product and label, and what is wrong with them."""

    ports: tuple[PortStatus, ...]
    incidents: tuple[Incident, ...]


def status(registry: Registry, scope: Scope, now: datetime) -> Status:
    """Return how the ports of products stand; retired ones are left out."""
    newest = registry.newest_run_results(scope)
    sources = {each.unique_id: each for _, each in newest if each.kind == "source"}
    there = list(living(registry, scope))
    results = current({product.key: product for product, _ in there}.values(), newest)
    published = builds(registry, scope)
    ports = []
    for product, port in there:
        of_port = [each for each in results[product.key] if each.label == port.label]
        old = age(published.get((product.key, port.label), ()), now)
        ports.append(
            PortStatus(
                product=product.key,
                port=port.label,
                built=next((each for each in of_port if each.unique_id == port.unique_id), None),
                tests=tuple(each for each in of_port if each.kind in TESTS),
                sources=tuple(sources[each.unique_id] for each in port.upstream if each.unique_id in sources),
                promised=product.slo.freshness,
                age=None if old is None else old.total_seconds(),
            )
        )
    lasting = registry.incidents(scope.product, domain=scope.domain, lasting=True)
    return Status(tuple(ports), tuple(lasting))
