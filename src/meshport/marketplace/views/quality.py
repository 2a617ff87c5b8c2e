"""How good a product is: its rules with their results over time, and what it promised of its service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

import msgspec

from meshport.contracts.service import seconds_of
from meshport.model import Evidence, Product
from meshport.registry import Registry
from meshport.registry.types import Publication

RUNS = 12
"""How many publications the results go back."""
GREEN = ("pass", "warn")


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


class Level(msgspec.Struct, frozen=True):
    """A promise of service. `met` is None where nothing is known: missing evidence is never success."""

    name: str
    promised: str
    found: str
    met: bool | None


class Quality(msgspec.Struct, frozen=True):
    """The rules of a product, in the order of its ports, over the publications `runs`, and its service levels."""

    runs: tuple[Publication, ...]
    rules: tuple[Rule, ...]
    levels: tuple[Level, ...]


def quality(registry: Registry, product: Product, history: Sequence[Publication]) -> Quality:
    """Return the quality of a product. `history` are its publications, newest first."""
    tested = [each for each in history if each.passed or each.warned or each.failed][:RUNS][::-1]
    evidence = [registry.evidence(product.key, each.number) for each in tested]
    rules = _rules(evidence)
    return Quality(tuple(tested), rules, _levels(product, evidence[-1] if evidence else {}))


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


def _levels(product: Product, evidence: dict[str, tuple[Evidence, ...]]) -> tuple[Level, ...]:
    levels = []
    all_of_it = [each for found in evidence.values() for each in found]
    if product.slo.freshness:
        newest = max((each.executed_at for each in all_of_it if each.executed_at), default=None)
        allowed, age = seconds_of(product.slo.freshness), _age(newest)
        met = None if allowed is None or age is None else age <= allowed
        levels.append(Level("freshness", product.slo.freshness, "unknown" if age is None else _told(age), met))
    if product.slo.quality is not None:
        ran = [each for each in all_of_it if each.status != "skipped"]
        share = sum(each.status in GREEN for each in ran) / len(ran) if ran else None
        met = None if share is None else share >= product.slo.quality
        levels.append(
            Level("quality", f"{product.slo.quality:.1%}", "unknown" if share is None else f"{share:.1%}", met)
        )
    return tuple(levels)


def _age(stamp: str | None) -> float | None:
    if stamp is None:
        return None
    try:
        moment = datetime.fromisoformat(stamp.replace("Z", "+00:00")[:32])
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max((datetime.now(timezone.utc) - moment).total_seconds(), 0.0)


def _told(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit} old"
    return "fresh"
