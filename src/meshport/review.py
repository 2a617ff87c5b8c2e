"""A review of a change: what each step found, in one report. Pure.

Whatever a step looks for, its findings are violations, so that every format of `meshport.policies.formats` shows them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from meshport.artifacts.project import Project
from meshport.contracts import ProductDiff
from meshport.lineage.impact import Impact
from meshport.operations.cost.change import ChangeCost
from meshport.operations.cost.rate import SECONDS
from meshport.policies import Report, Violation
from meshport.policies.formats import summary
from meshport.quality.types import PortResult
from meshport.standards.policy import Policy, PolicyType, Severity, Spec

Outcome = Literal["passed", "failed", "skipped"]
_BAD = frozenset({"error", "fail", "runtime error", "partial success"})


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a review. `summary` is a sentence; `report` what it found, empty for a step that only tells."""

    name: str
    outcome: Outcome
    summary: str
    report: Report = Report(policies=())


def judged(name: str, report: Report, text: str = "") -> Step:
    """Return a step whose outcome is that of a report."""
    return Step(
        name=name, outcome="failed" if report.fails() else "passed", summary=text or summary(report), report=report
    )


def merged(steps: Iterable[Step]) -> Report:
    """Return what all steps found as one report."""
    reports = [step.report for step in steps]
    return Report(
        policies=tuple(policy for report in reports for policy in report.policies),
        violations=tuple(item for report in reports for item in report.violations),
        known=tuple(item for report in reports for item in report.known),
        excused=tuple(item for report in reports for item in report.excused),
        failed=tuple(item for report in reports for item in report.failed),
        remarks=tuple(remark for report in reports for remark in report.remarks),
    )


def of_build(project: Project, seconds: float) -> Step:
    """Return the step of a build: every node and test that dbt says went wrong."""
    found = []
    ran = 0
    for unique_id, result in sorted(project.results.items()):
        ran += result.status not in ("skipped", "no-op")
        if result.status in _BAD:
            node = project.nodes.get(unique_id)
            message = " ".join((result.message or result.status).split())
            found.append(_violation("dbt_build", "code", "error", unique_id, message, node.path if node else None))
    report = Report(
        policies=(_policy("dbt_build", "code", "dbt builds and tests it", "error"),), violations=tuple(found)
    )
    return judged("build", report, f"{ran} nodes and tests in {seconds:.0f} s: {len(found)} went wrong")


def of_contracts(compared: Sequence[tuple[str, ProductDiff]], project: Project, declared: dict[str, str]) -> Step:
    """Return the step of contracts, by product. `declared` maps `product.port` to the unique id of its model."""
    found, kinds, compatible = [], {}, 0
    for product, diff in compared:
        changes = [("", change) for change in diff.changes]
        changes += [(port.port, change) for port in diff.ports for change in port.changes]
        for port, change in changes:
            if change.severity != "breaking":
                compatible += 1
                continue
            rule = f"contract_{change.kind}"
            kinds[rule] = change.message
            subject = ".".join(filter(None, (product, port, change.subject)))
            node = project.nodes.get(declared.get(f"{product}.{port}", ""))
            message, fix = f"breaking: {change.message}", "publish it as a new version beside this one"
            found.append(_violation(rule, "code", "error", subject, message, node.path if node else None, product, fix))
        for port_diff in diff.ports:
            if port_diff.state == "removed":
                subject, message = f"{product}.{port_diff.port}", "breaking: the port is gone"
                found.append(_violation("contract_port_removed", "code", "error", subject, message, None, product))
                kinds["contract_port_removed"] = "a port is gone"
    policies = tuple(_policy(rule, "code", text, "error") for rule, text in sorted(kinds.items()))
    text = f"{len(found)} breaking, {compatible} other changes" if found or compatible else "no contract changed"
    return judged("contracts", Report(policies=policies, violations=tuple(found)), text)


def of_impact(found: Impact) -> Step:
    """Return the step of impact: it tells, and fails only where somebody reads a column that is gone."""
    broken = [each for each in found.nodes if each.how == "reads what is gone"]
    violations = tuple(
        _violation("reads_what_is_gone", "code", "error", each.unique_id, "it reads a column that was removed", None)
        for each in broken
    )
    policy = _policy("reads_what_is_gone", "code", "no model reads a column that is gone", "error")
    people = sum(len(each.subscribers) for each in found.products)
    text = (
        f"{len(found.changes)} changed columns; below them {len(found.nodes)} models, "
        f"{len(found.exposures)} exposures, {len(found.products)} products, {people} subscribers"
    )
    return judged("impact", Report(policies=(policy,), violations=violations), text)


def of_cost(found: ChangeCost) -> Step:
    """Return the step of cost: what building the change and all below it costs, by the last runs."""
    rest = f"; {found.unknown} of them have not run yet" if found.unknown else ""
    text = f"{len(found.nodes)} nodes to build again: {found.seconds:.0f} s by the last runs{rest}"
    if found.currency != SECONDS:
        text += f", which is {found.amount:.4f} {found.currency} a run"
    return Step(name="cost", outcome="passed", summary=text)


def of_data(results: Sequence[PortResult]) -> Step:
    """Return the step of data policies: every rule that rows break."""
    found, rules = [], {}
    for port in results:
        for rule in port.results:
            rules[rule.name] = _policy(rule.name, "data", f"{rule.source}: {rule.kind}", rule.severity)
            if rule.status != "pass":
                subject = f"{port.product}.{port.port}" + (f".{','.join(rule.columns)}" if rule.columns else "")
                count = "it could not be asked" if rule.violations is None else f"{rule.violations} rows break it"
                severity: Severity = "warning" if rule.status == "warn" else "error"
                message = f"{count}{f': {rule.reason}' if rule.reason else ''}"
                found.append(_violation(rule.name, "data", severity, subject, message, None, port.product))
    total = sum(len(port.results) for port in results)
    sent = sum(port.statements for port in results)
    text = f"{total} rules over {len(results)} ports in {sent} statements: {len(found)} broken"
    return judged("data", Report(policies=tuple(rules.values()), violations=tuple(found)), text)


def _policy(name: str, kind: PolicyType, description: str, severity: Severity) -> Policy:
    return Policy(name=name, type=kind, path="", sql="", spec=Spec(description=description, severity=severity))


def _violation(
    rule: str,
    kind: PolicyType,
    severity: Severity,
    subject: str,
    message: str,
    path: str | None,
    product: str | None = None,
    fix: str = "",
) -> Violation:
    same = hashlib.sha256(f"{rule}\0{subject}".encode()).hexdigest()[:20]
    return Violation(
        policy=rule,
        type=kind,
        severity=severity,
        subject=subject,
        message=message,
        fingerprint=same,
        path=path,
        product=product,
        fix=fix,
    )
