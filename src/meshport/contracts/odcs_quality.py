"""Quality rules between dbt and the Open Data Contract Standard: one table for both directions. Pure.

Three of dbt's tests are metrics of the standard. Every other generic test is a `custom` rule of the engine `dbt`, and
so are the constraints that the standard has no field for. A singular test is SQL in somebody's project: a `text`.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from meshport.contracts.odcs_types import Quality
from meshport.model import Constraint, QualityRule

ENGINE = "dbt"
# In a test's arguments dbt runs Jinja, and a call of `env_var` without any braces.
_RUNS = re.compile(r"\{[{%#]|^\s*env_var\s*\(")
_METRICS = {
    "not_null": ("nullValues", "completeness"),
    "unique": ("duplicateValues", "uniqueness"),
    "accepted_values": ("invalidValues", "conformity"),
}
_TESTS = {metric: test for test, (metric, _) in _METRICS.items()}
# ODCS 3.0 called metrics rules.
_TESTS |= {"nullCheck": "not_null", "duplicateCount": "unique", "validValues": "accepted_values"}
_WARNINGS = ("warn", "warning", "info", "low", "minor")


def rule_entry(rule: QualityRule) -> dict[str, Any]:
    """Return a test of dbt as a quality rule of the standard."""
    if rule.kind == "singular":
        told = "A test of the producer's own."
        return {"type": "text", "name": rule.name, "description": told, "severity": rule.severity}
    values = rule.arguments.get("values")
    usual = {"values": values} if rule.kind == "accepted_values" else {}
    plain = rule.arguments == usual and not rule.limits and not runs(values)
    if rule.kind in _METRICS and plain and rule.column is not None:
        metric, dimension = _METRICS[rule.kind]
        entry = {"type": "library", "metric": metric, "mustBe": 0, "dimension": dimension, "severity": rule.severity}
        return entry if values is None else {**entry, "arguments": {"validValues": values}}
    said = {"test": rule.kind, "arguments": rule.arguments, "config": rule.limits}
    implementation = {key: value for key, value in said.items() if value}
    return {"type": "custom", "engine": ENGINE, "implementation": implementation, "severity": rule.severity}


def constraint_entry(constraint: Constraint) -> dict[str, Any]:
    """Return a constraint that the standard has no field for as a quality rule of the standard."""
    said = msgspec.to_builtins(constraint)
    implementation = {"constraint": said.pop("type"), **said}
    return {"type": "custom", "engine": ENGINE, "implementation": implementation}


def runs(value: Any) -> bool:
    """Tell whether dbt would run something that stands in a test's arguments."""
    if isinstance(value, dict):
        return any(map(runs, value.values()))
    if isinstance(value, list | tuple):
        return any(map(runs, value))
    return isinstance(value, str) and _RUNS.search(value) is not None


def read_rule(quality: Quality, column: str | None) -> QualityRule | Constraint | None:
    """Return the test or constraint that a quality rule is, None where dbt has none like it, or it would run Jinja."""
    if runs([quality.arguments, quality.valid_values, quality.implementation]):
        return None
    kind = quality.type or "library"
    severity = "warn" if (quality.severity or "").lower() in _WARNINGS else "error"
    if kind == "text" and quality.name:
        return QualityRule("", quality.name, "singular", column, severity=severity)
    if kind == "custom" and quality.engine == ENGINE and isinstance(quality.implementation, dict):
        return _custom(quality.implementation, column, severity)
    test = _TESTS.get(quality.metric or quality.rule or "")
    none_allowed = quality.must_be == 0 or (quality.must_be is None and quality.valid_values)
    if kind != "library" or test is None or column is None or not none_allowed:
        return None
    if test != "accepted_values":
        return None if quality.arguments else QualityRule("", test, test, column, severity=severity)
    arguments = dict(quality.arguments or {})
    values = arguments.pop("validValues", None) or quality.valid_values
    if arguments or not isinstance(values, list):
        return None
    return QualityRule("", test, test, column, arguments={"values": values}, severity=severity)


def _custom(said: dict[str, Any], column: str | None, severity: str) -> QualityRule | Constraint | None:
    try:
        if "constraint" in said:
            rest = {"type" if key == "constraint" else key: value for key, value in said.items()}
            known = rest.keys() <= set(Constraint.__struct_fields__)
            return msgspec.convert(rest, Constraint) if known else None
        found = msgspec.convert(said, _Test)
    except msgspec.ValidationError:
        return None
    return QualityRule(
        "", found.test, found.test, column, arguments=found.arguments, severity=severity, limits=found.config
    )


class _Test(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    test: str
    arguments: dict[str, Any] = {}
    config: dict[str, Any] = {}
