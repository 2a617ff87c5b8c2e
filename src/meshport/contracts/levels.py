"""What a product promised of its service, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Literal

import msgspec

from meshport.contracts.service import seconds_of
from meshport.model import Evidence, Product
from meshport.moments import moment_of


class Level(msgspec.Struct, frozen=True):
    """A promise of service. `met` is None where nothing is known: missing evidence is never success."""

    name: Literal["freshness", "quality"]
    promised: str
    found: str
    met: bool | None


def levels(
    product: Product, evidence: Mapping[str, Sequence[Evidence]], builds: Mapping[str, str]
) -> tuple[Level, ...]:
    """Return how the promises of a product stand.

    By port, `evidence` is that of its newest tested publication, `builds` when the published rows came to be: a product
    is as fresh as that of its ports which is the least.
    """
    found = []
    all_of_it = [each for results in evidence.values() for each in results]
    if product.slo.freshness:
        moments = [moment_of(builds[port.label]) for port in product.ports if port.label in builds]
        allowed, age = seconds_of(product.slo.freshness), _age(moments)
        met = None if allowed is None or age is None else age <= allowed
        found.append(Level("freshness", product.slo.freshness, "unknown" if age is None else _told(age), met))
    if product.slo.quality is not None:
        share = quality(all_of_it)
        met = None if share is None else share >= product.slo.quality
        found.append(
            Level("quality", f"{product.slo.quality:.1%}", "unknown" if share is None else f"{share:.1%}", met)
        )
    return tuple(found)


def quality(evidence: Iterable[Evidence]) -> float | None:
    """Return the share of tests that passed, of those that were run; None where none was. A warning is no pass: it
    keeps nothing from being published, and is counted here.
    """
    ran = [each for each in evidence if each.status != "skipped"]
    return sum(each.status == "pass" for each in ran) / len(ran) if ran else None


def _age(moments: Sequence[datetime | None]) -> float | None:
    """Return how many seconds ago the earliest was; None where there is none, or one that nobody knows."""
    known = [moment for moment in moments if moment is not None]
    if not known or len(known) < len(moments):
        return None
    return max((datetime.now(timezone.utc) - min(known)).total_seconds(), 0.0)


def _told(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit} old"
    return "fresh"
