"""How good a product is: its rules with their results over time, and what it promised of its service."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from meshport.contracts.levels import Level, levels
from meshport.model import Evidence, Product
from meshport.registry import Registry
from meshport.registry.types import Scope

RUNS = 12
"""How many publications the results go back."""


class Rule(msgspec.Struct, frozen=True):
    """A quality rule of a port. `results` are statuses by publication, oldest first; None where it was not run."""

    port: str
    name: str
    kind: str
    column: str | None
    results: tuple[str | None, ...]
    failures: int | None

    @property
    def latest(self) -> str | None:
        """What it said when it was last run."""
        return next((status for status in reversed(self.results) if status), None)


class Quality(msgspec.Struct, frozen=True):
    """The rules of a product, in the order of its ports, over the publications at `runs`, and its service levels."""

    runs: list[str]
    rules: tuple[Rule, ...]
    levels: tuple[Level, ...]


def quality(registry: Registry, product: Product) -> Quality:
    """Return the quality of a product."""
    tested = registry.tested(product.key, RUNS)
    evidence = [each.evidence for each in tested]
    builds = registry.newest_builds(Scope(product=product.key)).get(product.key, {})
    promised = levels(product, evidence[-1] if evidence else {}, builds)
    return Quality([each.published_at for each in tested], _rules(evidence), promised)


def _rules(evidence: Sequence[dict[str, tuple[Evidence, ...]]]) -> tuple[Rule, ...]:
    seen: dict[tuple[str, str], Evidence] = {}
    results: dict[tuple[str, str], list[str | None]] = {}
    for position, found in enumerate(evidence):
        for label, each in ((label, each) for label, rules in found.items() for each in rules):
            key = (label, each.rule.unique_id)
            seen[key] = each
            results.setdefault(key, [None] * len(evidence))[position] = each.status
    return tuple(
        Rule(
            label,
            seen[label, rule].rule.name,
            seen[label, rule].rule.kind,
            seen[label, rule].rule.column,
            tuple(statuses),
            seen[label, rule].failures,
        )
        for (label, rule), statuses in sorted(results.items())
    )
