"""What the linter found in the words of policies' reports, for the formats that these have. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from meshport.linting.types import Finding, Linted
from meshport.policies import Report, Violation
from meshport.standards.policy import Policy, Spec


def report_of(linted: Iterable[Linted]) -> Report:
    """Return findings as a report: a rule is a policy, a finding its violation."""
    findings = [finding for each in linted for finding in each.findings]
    rules = {finding.rule: finding for finding in findings}
    return Report(
        policies=tuple(_rule(rules[name]) for name in sorted(rules)),
        violations=tuple(_violation(finding) for finding in findings),
    )


def _rule(finding: Finding) -> Policy:
    spec = Spec(description=f"sqlfluff: {finding.name}", severity=finding.severity)
    return Policy(name=finding.rule, type="code", path=finding.path, sql="", spec=spec)


def _violation(finding: Finding) -> Violation:
    same = f"{finding.rule}:{finding.path}:{finding.line}:{finding.column}:{finding.message}"
    return Violation(
        policy=finding.rule,
        type="code",
        severity=finding.severity,
        subject=f"{finding.path}:{finding.line}:{finding.column}",
        message=finding.message,
        fingerprint=hashlib.sha256(same.encode()).hexdigest()[:32],
        path=finding.path,
        line=finding.line,
    )
