"""A report for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from meshport.policies.formats.grouped import by_policy, where
from meshport.policies.formats.summary import summary
from meshport.policies.types import Report, Violation
from meshport.standards.policy import Policy

SHOWN = 20
"""Of one policy; more are for programs."""


def text(report: Report, *, explain: bool = False) -> str:
    """Return what was found, by policy, with what to do, and a line that sums it up.

    `explain` adds why each policy is there, what it was set to, and its exceptions.
    """
    failed = [f"failed  {item.policy}: {item.reason}\n  {where(item.path, item.line)}" for item in report.failed]
    found = ["\n".join(_found(first, items)) for first, items in by_policy(report)]
    told = ["\n".join(_explained(policy)) for policy in report.policies] if explain else []
    return "\n\n".join([*told, *failed, *found, *report.remarks, summary(report)]) + "\n"


def _found(first: Violation, items: list[Violation]) -> Iterator[str]:
    yield f"{first.severity}  {first.policy}"
    for item in items[:SHOWN]:
        yield "  " + "  ".join(filter(None, [item.subject, where(item.path, item.line)]))
        yield f"      {item.message}"
    if len(items) > SHOWN:
        yield f"  ... and {len(items) - SHOWN} more (--format json tells all)"
    if first.fix:
        yield f"  fix: {first.fix}"


def _explained(policy: Policy) -> Iterator[str]:
    spec = policy.spec
    yield f"{policy.name} ({policy.type}, {policy.severity}): {spec.description}"
    if spec.rationale:
        yield f"  why: {spec.rationale}"
    if spec.owner:
        yield f"  owner: {spec.owner}"
    for name, value in spec.settings.items():
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        yield f"  {name}: {shown}"
    for each in spec.exceptions:
        yield f"  exception: {each.subject} until {each.until}: {each.reason} (approved by {each.approved_by})"
    if policy.path:
        yield f"  query: {policy.path}"
