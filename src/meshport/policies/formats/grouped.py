"""The violations of a report by policy: what texts for people are made from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from meshport.policies.types import Report, Violation


def by_policy(report: Report) -> Iterator[tuple[Violation, list[Violation]]]:
    """Yield the violations of each policy, with the first of them for what all share; errors come before warnings."""
    ordered = sorted(report.violations, key=lambda item: (item.severity, item.policy))
    for _, items in groupby(ordered, key=lambda item: (item.severity, item.type, item.policy)):
        found = list(items)
        yield found[0], found


def where(path: str | None, line: int | None) -> str:
    """Return `models/orders.sql:3`, or as much of it as is known."""
    return "" if path is None else f"{path}:{line}" if line else path
