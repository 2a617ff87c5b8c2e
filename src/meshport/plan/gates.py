"""The gates of publishing: what must be shown before anything of a product is written. Pure.

A missing piece of evidence is a blocked gate with a reason, never an exception.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from textwrap import shorten

from meshport.artifacts.project import Node, Project, Result, Test
from meshport.contracts import diff_contracts
from meshport.model import Evidence, Gate, Port, Product, QualityRule
from meshport.registry.types import Standing

BUILT = ("success", "pass")
PASSED = ("pass", "success", "warn")
LONGEST_MESSAGE = 160  # of dbt's words in a reason: it appends tables and stacks of macros


def evidence_of(project: Project, port: Port) -> tuple[str | None, tuple[Evidence, ...], list[Gate]]:
    """Return the build a port would hold (None without evidence), what its tests said, and the gates."""
    node = project.nodes[port.unique_id]
    result = project.results.get(port.unique_id)
    problem = _build_problem(project, node, result)
    if problem is not None or result is None:
        reason, hint = problem or ("", "")
        return None, (), [Gate(name="built", subject=port.label, passed=False, reason=reason, hint=hint)]
    gates = [Gate(name="built", subject=port.label, passed=True, reason=f"built at {result.completed_at}")]
    evidence = []
    for rule in port.contract.rules:
        seen, gate = _test(project, port, rule, result)
        gates.append(gate)
        if seen is not None:
            evidence.append(seen)
    return result.completed_at, tuple(evidence), gates


def contract_gates(product: Product, standing: Standing | None, dialect: str) -> Iterator[Gate]:
    """Yield a gate for each port: its contract against the one that consumers have now."""
    before = {port.label: port for port in standing.head.product.ports} if standing else {}
    for port in product.ports:
        hint = f"declare the types of all columns of `{port.name}`"
        untyped = [column.name for column in port.contract.columns if not column.data_type]
        if not port.contract.columns or untyped:
            reason = f"no data type: {', '.join(untyped)}" if untyped else "the contract has no columns"
            yield Gate(name="contract", subject=port.label, passed=False, reason=reason, hint=hint)
        old = before.get(port.label)
        if old is None:
            yield Gate(name="contract", subject=port.label, passed=True, reason="new port")
            continue
        changes = diff_contracts(old.contract, port.contract, dialect)
        breaking = [change for change in changes if change.severity == "breaking"]
        for change in breaking:
            yield Gate(
                name="contract",
                subject=f"{port.label}.{change.subject}" if change.subject else port.label,
                passed=False,
                reason=f"breaking: {change.message}",
                hint=f"publish it as a new version of `{port.name}` beside this one (dbt: `versions:`)",
            )
        if not breaking:
            yield Gate(name="contract", subject=port.label, passed=True, reason="compatible with what is published")


def continuity_gates(product: Product, standing: Standing) -> Iterator[Gate]:
    """Yield blocked gates for what would take something from consumers without a word: ports gone, names taken over."""
    declared = {port.label: port for port in product.ports}
    for port in standing.head.product.ports:
        now = declared.get(port.label)
        if port.label in standing.retired:
            if now is not None:
                reason, hint = "the port was retired", "publish it again as a new version, or under another name"
                yield Gate(name="contract", subject=port.label, passed=False, reason=reason, hint=hint)
        elif now is not None and now.relation != port.relation:
            reason = f"breaking: the port would move from {port.relation} to {now.relation}"
            hint = "publish it as a new version beside this one, or keep its alias"
            yield Gate(name="contract", subject=port.label, passed=False, reason=reason, hint=hint)
        elif now is None:
            yield Gate(
                name="contract",
                subject=port.label,
                passed=False,
                reason="breaking: the port is published and is not declared any more",
                hint=f"declare it again, or retire it first: meshport product retire {product.key} --port {port.label}",
            )
    packages = {port.unique_id.split(".")[1] for port in standing.head.product.ports}
    ours = {port.unique_id.split(".")[1] for port in product.ports}
    if packages and ours and not packages & ours:
        yield Gate(
            name="origin",
            subject=product.name,
            passed=False,
            reason=f"another dbt project ({', '.join(sorted(packages))}) has published {product.key}",
            hint="two products cannot share a name: rename the group, or the domain in mesh.yml",
        )


def withdrawn_gates(builds: Mapping[str, str], withdrawn: Mapping[str, Collection[str]]) -> Iterator[Gate]:
    """Yield a blocked gate for each build that a rollback took away: it does not come back by publishing it again."""
    for label, build in builds.items():
        if build in withdrawn.get(label, ()):
            yield Gate(
                name="withdrawn",
                subject=label,
                passed=False,
                reason=f"the build of {build} was rolled back",
                hint="mend the model and run `meshport build` again",
            )


def _build_problem(project: Project, node: Node, result: Result | None) -> tuple[str, str] | None:
    """Return why a result is no evidence for this node as the manifest has it (reason, hint), or None."""
    rebuild = f"run `meshport build --select {node.name}`"
    if result is None:
        return "no run result: nothing shows that it was built", rebuild
    if result.status not in BUILT:
        said = f": {shorten(result.message, LONGEST_MESSAGE, placeholder=' …')}" if result.message else ""
        return f"its last build ended with `{result.status}`{said}", rebuild
    if result.completed_at is None:
        return "its run result does not say when it was built", rebuild
    return _mismatch(project, node, result, rebuild)


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
    kept = project.checksums.get(result.invocation_id or "", {}).get(node.unique_id)
    if kept is not None:
        return None if kept == (node.checksum or "") else ("its code changed since it was run", rebuild)
    if result.compiled_code is None or node.compiled_code is None:
        return "nothing shows that this code was run: the artifacts are of different dbt runs", rebuild
    return None if result.compiled_code == node.compiled_code else ("its code changed since it was run", rebuild)


def _test(project: Project, port: Port, rule: QualityRule, built: Result) -> tuple[Evidence | None, Gate]:
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
    if rule.kind != "unit" and (result.started_at or "") < (built.completed_at or ""):
        return evidence, gate(False, "the test was run on an older build", again)
    return evidence, gate(True, "warned" if result.status == "warn" else "passed")
