"""A report for programs."""

from __future__ import annotations

from typing import Any

import msgspec

from meshport.policies.types import Report
from meshport.standards.policy import Policy


def data(report: Report) -> dict[str, Any]:
    """Return the report as JSON-able builtins; of each policy what its YAML says, without its SQL."""
    found: dict[str, Any] = msgspec.to_builtins(report)
    return {**found, "policies": [_policy(policy) for policy in report.policies]}


def _policy(policy: Policy) -> dict[str, Any]:
    named = {"name": policy.name, "type": policy.type, "path": policy.path}
    return {**named, **msgspec.to_builtins(policy.spec)}
