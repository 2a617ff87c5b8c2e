"""The evidence that a port was built and tested: see docs/decisions/0005-evidence.md. Pure.

A missing piece of evidence is a blocked gate with a reason, never an exception.
"""

from __future__ import annotations

from textwrap import shorten

from meshport.artifacts.project import Node, Project, Result, Test
from meshport.model import Evidence, Gate, Port, QualityRule

BUILT = ("success", "pass")
PASSED = ("pass", "success", "warn")
LONGEST_MESSAGE = 160  # of dbt's words in a reason: it appends tables and stacks of macros
STORED = ("table", "incremental", "seed", "snapshot", "materialized_view", "streaming_table")


def evidence_of(
    project: Project, port: Port, target: str | None
) -> tuple[str | None, tuple[Evidence, ...], list[Gate]]:
    """Return the build a port would hold (None without evidence), what its tests said, and the gates.

    `target` is the dbt target to publish from, None for the profile's default.
    """
    node = project.nodes[port.unique_id]
    result = project.results.get(port.unique_id)
    problem = _build_problem(project, node, result, target)
    if problem is not None or result is None:
        reason, hint = problem or ("", "")
        return None, (), [Gate(name="built", subject=port.label, passed=False, reason=reason, hint=hint)]
    build = _filled(project, node)
    gates = [Gate(name="built", subject=port.label, passed=True, reason=f"built at {build}")]
    evidence = []
    for rule in port.contract.rules:
        seen, gate = _test(project, port, rule, result, build)
        gates.append(gate)
        if seen is not None:
            evidence.append(seen)
    return build, tuple(evidence), gates


def _build_problem(project: Project, node: Node, result: Result | None, target: str | None) -> tuple[str, str] | None:
    """Return why a result is no evidence for this node as the manifest has it (reason, hint), or None."""
    rebuild = f"run `meshport build --select {node.name}`"
    if result is None:
        return "no run result: nothing shows that it was built", rebuild
    if result.status not in BUILT:
        said = f": {shorten(result.message, LONGEST_MESSAGE, placeholder=' …')}" if result.message else ""
        return f"its last build ended with `{result.status}`{said}", rebuild
    if result.completed_at is None:
        return "its run result does not say when it was built", rebuild
    kept = project.kept.get(result.invocation_id or "")
    if kept is not None and kept.target != target:
        built, asked = (name or "the default target" for name in (kept.target, target))
        return f"it was built for {built}, not for {asked}", "build and publish with the same --target"
    return _mismatch(project, node, result, rebuild)


def _filled(project: Project, node: Node) -> str:
    """Return when the rows of a node came to be: for a view, when the newest of what it reads did."""
    moments = []
    waiting, seen = [node.unique_id], set()
    while waiting:
        unique_id = waiting.pop()
        current = project.nodes.get(unique_id)
        if current is None or unique_id in seen:
            continue
        seen.add(unique_id)
        result = project.results.get(unique_id)
        moments.append((result.completed_at if result else None) or "")
        if (current.materialized or current.resource_type) not in STORED:
            waiting.extend(current.depends_on)
    return max(moments)


def _mismatch(project: Project, node: Node | Test, result: Result, rebuild: str) -> tuple[str, str] | None:
    """Return how a result is of another code, target or environment than the manifest's, or None."""
    if result.invocation_id is not None and result.invocation_id == project.invocation_id:
        return None
    if result.environment != project.environment:
        return f"it was run in another environment ({result.environment} instead of {project.environment})", rebuild
    if isinstance(node, Node) and result.relation_name is not None and result.relation_name != node.relation_name:
        return (
            f"it was built as {result.relation_name}, the manifest says {node.relation_name}: another target",
            rebuild,
        )
    kept = project.kept.get(result.invocation_id or "")
    if kept is not None and node.unique_id in kept.checksums:
        same = kept.checksums[node.unique_id] == (node.checksum or "")
        return None if same else ("its code changed since it was run", rebuild)
    if result.compiled_code is None or node.compiled_code is None:
        return "nothing shows that this code was run: the artifacts are of different dbt runs", rebuild
    return None if result.compiled_code == node.compiled_code else ("its code changed since it was run", rebuild)


def _test(project: Project, port: Port, rule: QualityRule, built: Result, filled: str) -> tuple[Evidence | None, Gate]:
    def gate(passed: bool, reason: str, hint: str = "") -> Gate:
        subject = f"{port.label}: {rule.name}"
        return Gate(name="tests", subject=subject, passed=passed, reason=reason, hint=hint)

    again = f"run `meshport build --select {port.name}`"
    result = project.results.get(rule.unique_id)
    if result is None:
        return None, gate(False, "the test was not run", again)
    evidence = Evidence(rule=rule, status=result.status, failures=result.failures, executed_at=result.completed_at)
    if result.status not in PASSED:
        failures = f", {result.failures} failures" if result.failures else ""
        return evidence, gate(False, f"the test ended with `{result.status}`{failures}", "mend the data or the test")
    # A unit test judges the model's code, on rows of its own and before the model is built: the run that built it is
    # enough. A data test judges the rows that it read.
    with_its_model = rule.kind == "unit" and result.invocation_id == built.invocation_id
    mismatch = None if with_its_model else _mismatch(project, project.tests[rule.unique_id], result, again)
    if mismatch is not None:
        return evidence, gate(False, *mismatch)
    if rule.kind != "unit" and (result.started_at or "") < filled:
        return evidence, gate(False, "the test was run on an older build", again)
    return evidence, gate(True, "warned" if result.status == "warn" else "passed")
