"""What a publish shows to be wrong with products: hard where it was refused, soft where it was published all the same.

Judged is what publishing knows anyhow: what the tests of a build said, and what the product promised of its service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshport.contracts.levels import levels
from meshport.plan.types import Plan, ProductPlan
from meshport.registry.types import INCIDENT_KINDS, Incident, IncidentKind, Trouble

if TYPE_CHECKING:
    from meshport.registry import Registry

FAILED = ("fail", "error")
"""How a test ended that keeps a build from being published."""
SHOWN = 3


def keep(registry: Registry, plan: Plan, *, actor: str) -> list[Incident]:
    """Keep the incidents of all products of a plan, once it was carried out as far as nothing of it is refused.

    Owners are told of each that begins, those who subscribe of the soft ones. Returns those that began.
    """
    lasting = {each.product for each in registry.incidents(domain=plan.domain, lasting=True)}
    began = []
    for planned in plan.products:
        looked_at, found = troubles(planned)
        if found or planned.product.key in lasting:
            began += registry.keep_incidents(planned.product.key, looked_at, found, actor=actor)
    return began


def troubles(planned: ProductPlan) -> tuple[tuple[IncidentKind, ...], list[Trouble]]:
    """Return which kinds of trouble a product's plan tells of, and what it found. Pure but for what time it is.

    Of a build that is refused nothing is known but its tests: what is published keeps its quality and gets older.
    """
    if planned.blocked:
        return ("tests",), _failed_tests(planned)
    missed = [level for level in levels(planned.product, planned.evidence) if level.met is False]
    key = planned.product.key
    return INCIDENT_KINDS, [
        Trouble(level.name, "soft", f"{key} misses its {level.name}: {level.promised} promised, {level.found}")
        for level in missed
    ]


def _failed_tests(planned: ProductPlan) -> list[Trouble]:
    failed = [
        f"{each.rule.name} of {label}"
        for label, results in planned.evidence.items()
        for each in results
        if each.status in FAILED
    ]
    if not failed:
        return []
    more = f" and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    text = f"publishing {planned.product.key} was refused, its tests failed: {', '.join(failed[:SHOWN])}{more}"
    return [Trouble("tests", "hard", text)]
