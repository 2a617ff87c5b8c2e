"""Service levels over a window of time: how much of what was promised was kept, and what may still go wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from math import floor
from typing import TYPE_CHECKING, Literal

import msgspec

from meshport.contracts.service import seconds_of
from meshport.operations.freshness import Build, fresh_for
from meshport.operations.ports import builds, living
from meshport.registry.types import PortTests, Scope

if TYPE_CHECKING:
    from meshport.model import Port, Product
    from meshport.registry import Registry

DAYS = 30
"""How far back service levels are looked at, where nobody says otherwise."""
FRESH = 0.99
"""The share of the time that a port has to be as fresh as promised. Of quality, the product promises the share."""


class Attainment(msgspec.Struct, frozen=True, kw_only=True):
    """How a promise of a port stands over a window.

    Of `measured` (seconds, or results of tests), `good` were as promised, and the share `objective` has to be. Nothing
    measured: nothing is known.
    """

    product: str
    port: str
    level: Literal["freshness", "quality"]
    promised: str
    objective: float
    measured: float = 0
    good: float = 0

    @property
    def attained(self) -> float | None:
        """The share that was as promised, from 0 to 1; None where nothing is known."""
        return self.good / self.measured if self.measured else None

    @property
    def met(self) -> bool | None:
        """Whether the objective is reached so far: False where the budget is spent, None where nothing is known."""
        return None if self.attained is None else self.attained >= self.objective

    @property
    def budget(self) -> float:
        """What may go wrong in what was measured: seconds, or results."""
        return (1 - self.objective) * self.measured

    @property
    def left(self) -> float:
        """What of the budget is left; below 0 where more went wrong than it allows."""
        return self.budget - (self.measured - self.good)

    @property
    def said_objective(self) -> str:
        """The objective, for people."""
        return f"{self.objective:.1%}"

    @property
    def said(self) -> str:
        """What was attained, for people; rounded away from praise."""
        return "unknown" if self.attained is None else f"{floor(self.attained * 1000) / 10:.1f}%"

    @property
    def said_left(self) -> str:
        """What is left of the budget, for people: a time, or a number of results."""
        if self.attained is None:
            return ""
        if self.level == "quality":
            return f"{self.left:.1f} of {self.budget:.1f} results"
        sign = "-" if self.left < 0 else ""
        return f"{sign}{_time(abs(self.left))} of {_time(self.budget)}"


def _time(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def attainments(registry: Registry, scope: Scope, window: timedelta, now: datetime) -> list[Attainment]:
    """Return how the promises of products stand over the window that ends now, by product and port.

    Retired products and ports are left out, and products that promise nothing.
    """
    start = now - window
    published = builds(registry, scope)
    counts = registry.test_counts(scope, start.isoformat(timespec="microseconds"))
    found = []
    for product, port in living(registry, scope):
        place = (product.key, port.label)
        found += _of_port(product, port, published.get(place, []), counts.get(place), start, now)
    return found


def lately(registry: Registry, scope: Scope) -> list[Attainment]:
    """Return how the promises of products stand over the usual window, that ends now."""
    return attainments(registry, scope, timedelta(days=DAYS), datetime.now(timezone.utc))


def _of_port(
    product: Product, port: Port, published: list[Build], tests: PortTests | None, start: datetime, now: datetime
) -> list[Attainment]:
    found = []
    if product.slo.freshness is not None:
        found.append(freshness(product, port, published, start, now))
    if product.slo.quality is not None:
        found.append(
            Attainment(
                product=product.key,
                port=port.label,
                level="quality",
                promised=f"{product.slo.quality:.1%}",
                objective=product.slo.quality,
                measured=tests.ran if tests else 0,
                good=tests.passed if tests else 0,
            )
        )
    return found


def freshness(product: Product, port: Port, published: list[Build], start: datetime, now: datetime) -> Attainment:
    """Return how the freshness of a port stands: from the start of the window or its first publication, to now."""
    promised = product.slo.freshness or ""
    seconds = seconds_of(promised)
    begins = max(start, min((each.since for each in published), default=now))
    measured = timedelta() if seconds is None else max(now - begins, timedelta())
    good = timedelta() if seconds is None else fresh_for(published, timedelta(seconds=seconds), begins, now)
    return Attainment(
        product=product.key,
        port=port.label,
        level="freshness",
        promised=promised,
        objective=FRESH,
        measured=measured.total_seconds(),
        good=good.total_seconds(),
    )
