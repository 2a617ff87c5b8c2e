"""The results of dbt's data tests, as what was asserted of a dataset in one run."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from meshport.artifacts.project import Project, Result, Test
from meshport.openlineage.flow import is_dataset
from meshport.openlineage.runs import rfc3339
from meshport.openlineage.types import Assertion

RAN = ("pass", "warn", "fail", "error")


class AskedTests(msgspec.Struct, frozen=True):
    """The tests of one node that one run of dbt asked.

    `result` tells when: from when the first began until the last had ended. It failed where a test did that dbt would
    stop for.
    """

    node: str
    result: Result
    assertions: tuple[Assertion, ...]
    failed: bool


def asked_tests(project: Project) -> Iterator[AskedTests]:
    """Yield the tests of every dataset by the run that asked them; unit tests are of code and say nothing of data."""
    for node in project.nodes.values():
        if not is_dataset(node):
            continue
        by_run: dict[str, list[tuple[Test, Result]]] = {}
        for test in project.tests_of(node.unique_id):
            result = project.results.get(test.unique_id)
            if test.kind != "unit" and result and result.status in RAN and rfc3339(result.completed_at):
                by_run.setdefault(result.invocation_id or "", []).append((test, result))
        for asked in by_run.values():
            yield _test_run(node.unique_id, asked)


def _test_run(node: str, asked: list[tuple[Test, Result]]) -> AskedTests:
    results = [result for _, result in asked]
    last = max(results, key=lambda result: result.completed_at or "")
    began = min((result.started_at for result in results if result.started_at), default=None)
    return AskedTests(
        node=node,
        result=msgspec.structs.replace(last, started_at=began),
        assertions=tuple(_assertion(test, result) for test, result in asked),
        failed=any(result.status in ("fail", "error") for result in results),
    )


def _assertion(test: Test, result: Result) -> Assertion:
    return Assertion(
        assertion=test.kind,
        success=result.status == "pass",
        severity=test.severity,
        name=test.name,
        column=test.column or UNSET,
        actual=UNSET if result.failures is None else str(result.failures),
    )
