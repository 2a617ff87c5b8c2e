"""SARIF 2.1.0 (OASIS), as code scanning reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import msgspec

from meshport import __version__
from meshport.policies.types import Failed, Report, Violation
from meshport.standards.policy import Policy, PolicyType

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION = "2.1.0"


def sarif(report: Report, root: str = "") -> str:
    """Return the report as JSON. `root` leads from the repository to the dbt project."""
    run = {
        "tool": {"driver": {"name": "meshport", "version": __version__, "rules": list(map(_rule, report.policies))}},
        "invocations": [_invocation(report, root)],
        "results": list(_results(report, root)),
    }
    data = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"


def _rule(policy: Policy) -> dict[str, Any]:
    help_text = "\n".join(filter(None, [policy.spec.rationale, policy.spec.fix]))
    return {
        "id": policy.name,
        "shortDescription": {"text": policy.spec.description},
        **({"help": {"text": help_text}} if help_text else {}),
        "defaultConfiguration": {"level": policy.severity},
        "properties": {"tags": [policy.type], **({"owner": policy.spec.owner} if policy.spec.owner else {})},
    }


def _invocation(report: Report, root: str) -> dict[str, Any]:
    told = [_notification(item, root) for item in report.failed]
    return {"executionSuccessful": not told, **({"toolExecutionNotifications": told} if told else {})}


def _notification(item: Failed, root: str) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"{item.policy} could not be asked: {item.reason}"},
        "locations": [_location(item.path, item.line, root)],
    }


def _results(report: Report, root: str) -> Iterator[dict[str, Any]]:
    index = {(policy.type, policy.name): number for number, policy in enumerate(report.policies)}
    for item in report.violations:
        yield _result(item, index, root)
    for item in report.known:
        yield {**_result(item, index, root), "baselineState": "unchanged"}
    for excused in report.excused:
        why = (
            f"{excused.exemption.reason} (approved by {excused.exemption.approved_by} until {excused.exemption.until})"
        )
        yield {**_result(excused.violation, index, root), "suppressions": [{"kind": "external", "justification": why}]}


def _result(item: Violation, index: dict[tuple[PolicyType, str], int], root: str) -> dict[str, Any]:
    place = _location(item.path, item.line, root) if item.path else {}
    return {
        "ruleId": item.policy,
        **({"ruleIndex": index[item.type, item.policy]} if (item.type, item.policy) in index else {}),
        "level": item.severity,
        "message": {"text": f"{item.subject}: {item.message}"},
        "locations": [{**place, "logicalLocations": [{"fullyQualifiedName": item.subject}]}],
        "partialFingerprints": {"meshport/v1": item.fingerprint},
    }


def _location(path: str, line: int | None, root: str) -> dict[str, Any]:
    # A path on disk is a URI only after escaping; an absolute one needs its scheme.
    place = str(PurePosixPath(root, path))
    uri = ("file://" if place.startswith("/") else "") + quote(place)
    region = {"region": {"startLine": line}} if line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}
