"""What data policies said, kept beside dbt's results, and judged like them: evidence of one build, or none.

A missing piece of evidence is a blocked gate with a reason, never an exception.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from meshport.errors import UnavailableError
from meshport.model import Evidence, Gate, QualityRule
from meshport.quality.run import rules_digest
from meshport.quality.types import PortResult, PortRules, RuleResult

FILE_NAME = "quality.json"
KIND = "data_policy"
"""What data policies are in the evidence of a version, where tests have the name of the generic test."""
_AGAIN = "run `meshport quality run`"


class _Kept(msgspec.Struct):
    ports: tuple[PortResult, ...]


def read_results(artifacts: Path) -> dict[str, PortResult]:
    """Return what was kept in an artifacts folder, by unique id. An unreadable file is no evidence."""
    try:
        kept = msgspec.json.decode((artifacts / FILE_NAME).read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return {}
    return {result.unique_id: result for result in kept.ports}


def keep_results(artifacts: Path, results: Iterable[PortResult]) -> None:
    """Keep results in an artifacts folder, in place of earlier ones of the same ports.

    Raises UnavailableError where the folder cannot be written.
    """
    merged = {**read_results(artifacts), **{result.unique_id: result for result in results}}
    content = msgspec.json.encode(_Kept(tuple(merged[key] for key in sorted(merged))))
    try:
        handle, temporary = tempfile.mkstemp(dir=artifacts, prefix=".", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(artifacts / FILE_NAME)
    except OSError as error:
        raise UnavailableError(f"the results cannot be kept: {error.strerror}", where=str(artifacts)) from error


def missing(ports: Sequence[PortRules], builds: Mapping[str, str], kept: Mapping[str, PortResult]) -> list[PortRules]:
    """Return the ports that data policies are about and whose rules were not asked of this build."""
    return [checked for checked in ports if _governed(checked) and _stale(checked, builds, kept) is not None]


def quality_gates(
    ports: Sequence[PortRules], builds: Mapping[str, str], kept: Mapping[str, PortResult]
) -> dict[str, list[Gate]]:
    """Return the gates of each port by its unique id: one for each rule, or one that says why there is no evidence.

    A port that no data policy is about has none: its contract and tests have gates of their own. `builds` says by
    unique id which build is to be published.
    """
    return {checked.port.unique_id: _gates(checked, builds, kept) for checked in ports if _governed(checked)}


def evidence_of(result: PortResult) -> tuple[Evidence, ...]:
    """Return what data policies said as evidence of a version; tests are in dbt's own."""
    return tuple(
        Evidence(
            rule=QualityRule(
                unique_id=f"{KIND}.{result.unique_id}.{each.rule}",
                name=each.name,
                kind=KIND,
                column=each.columns[0],
                severity="warn" if each.severity == "warning" else "error",
            ),
            status=each.status,
            failures=each.violations,
            executed_at=result.executed_at,
        )
        for each in result.results
        if each.source == "policy"
    )


def _governed(checked: PortRules) -> bool:
    return any(rule.source == "policy" for rule in checked.rules)


def _stale(checked: PortRules, builds: Mapping[str, str], kept: Mapping[str, PortResult]) -> str | None:
    """Return why there is no evidence of this build and these rules, None where there is."""
    result = kept.get(checked.port.unique_id)
    if result is None:
        return "its data policies were not run"
    if result.build != builds.get(checked.port.unique_id):
        return "its data policies were run on another build"
    return None if result.digest == rules_digest(checked) else "its rules changed since they were run"


def _gates(checked: PortRules, builds: Mapping[str, str], kept: Mapping[str, PortResult]) -> list[Gate]:
    label = checked.port.label
    reason = _stale(checked, builds, kept)
    if reason is not None:
        return [Gate(name="quality", subject=label, passed=False, reason=reason, hint=_AGAIN)]
    return [_gate(label, result) for result in kept[checked.port.unique_id].results]


def _gate(label: str, result: RuleResult) -> Gate:
    subject = f"{label}.{','.join(result.columns)}: {result.name}" if result.columns else f"{label}: {result.name}"
    blocked = result.status in ("fail", "error")
    found = {
        "pass": "holds",
        "error": "it could not be asked",
        "fail": f"{result.violations} rows break it",
        "warn": f"{result.violations} rows break it",
    }[result.status]
    reason = "; ".join(filter(None, [found, result.reason]))
    hint = "look at the rows: meshport quality run --sample 20" if result.status == "fail" else ""
    return Gate(name="quality", subject=subject, passed=not blocked, reason=reason, hint=hint if blocked else "")
