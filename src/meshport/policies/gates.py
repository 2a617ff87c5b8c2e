"""What a report means for publishing: per product, gates. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from meshport.model import Gate
from meshport.policies.types import Report

NAME = "policies"


def gates_of(report: Report, products: Iterable[str]) -> dict[str, tuple[Gate, ...]]:
    """Return the gates of each of these products (keys): one blocked gate for each error that is theirs.

    A policy that could not be asked blocks all of them: nobody knows whether it holds. Warnings and what a baseline
    knows block nothing.
    """
    unknown = tuple(
        Gate(
            name=NAME,
            subject=item.policy,
            passed=False,
            reason=f"the policy could not be asked: {item.reason}",
            hint=f"mend {item.path}" + (f":{item.line}" if item.line else ""),
        )
        for item in report.failed
    )
    return {key: unknown + _of(report, key) or (_passed(report, key),) for key in products}


def _of(report: Report, product: str) -> tuple[Gate, ...]:
    return tuple(
        Gate(name=NAME, subject=item.subject, passed=False, reason=f"{item.policy}: {item.message}", hint=item.fix)
        for item in report.violations
        if item.product == product and item.severity == "error"
    )


def _passed(report: Report, product: str) -> Gate:
    held = f"{len(report.policies)} policies hold"
    return Gate(name=NAME, subject=product.partition(".")[2], passed=True, reason=held)
