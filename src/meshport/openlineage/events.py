"""The events of a project: what ran, where dbt's results have it; how a job is designed, where not; what was tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

import msgspec
from msgspec import UNSET, UnsetType

from meshport.artifacts.project import Node, Project, Result
from meshport.lineage.types import Lineage
from meshport.openlineage.assertions import AskedTests, asked_tests
from meshport.openlineage.datasets import Datasets
from meshport.openlineage.fields import column_lineage
from meshport.openlineage.flow import Flow, Flows, is_dataset
from meshport.openlineage.naming import Naming
from meshport.openlineage.runs import Ended, events_of, rfc3339
from meshport.openlineage.types import (
    Assertions,
    Dataset,
    ErrorMessage,
    Event,
    InputFacets,
    Job,
    JobEvent,
    JobFacets,
    JobType,
    ProcessingEngine,
    Sql,
)

JOBS = ("model", "snapshot", "seed")
FAILED = {"success": False, "error": True, "partial success": True}
"""dbt's words for a run that ended. What is not here did not run: skipped, or by a command that built nothing."""

TOLD_EVERY = 100
Tell = Callable[[str, int, int], None]


class Settings(msgspec.Struct, frozen=True):
    """What the artifacts do not say: the namespace of jobs, the names of datasets, and whether SQL is sent along."""

    namespace: str
    naming: Naming
    sql: bool = False


class Counts(msgspec.Struct):
    """How many jobs there were events of: what ran, how many of those failed, what did not run, and runs of tests."""

    runs: int = 0
    failed: int = 0
    designs: int = 0
    tests: int = 0


def events(
    project: Project, lineage: Lineage, settings: Settings, counts: Counts, tell: Tell = lambda label, done, total: None
) -> Iterator[Event]:
    """Yield the events of every model, snapshot and seed, and of their tests, in the order in which they happened.

    What dbt ran gives a START and a COMPLETE or FAIL, what it did not run an event of the job's design. `counts` is
    added to, `tell` hears of the progress. The same artifacts give the same events, byte for byte.
    """
    made = _Events(project, lineage, settings)
    nodes = [node for node in project.nodes.values() if node.resource_type in JOBS and is_dataset(node)]
    runs = {node.unique_id: _run_of(project, node) for node in nodes}
    nodes.sort(key=lambda node: ((run.completed_at or "") if (run := runs[node.unique_id]) else "", node.unique_id))
    for done, node in enumerate(nodes, 1):
        run = runs[node.unique_id]
        if run is None:
            counts.designs += 1
            yield made.design(node)
        else:
            counts.runs += 1
            counts.failed += FAILED[run.status]
            yield from made.run(node, run)
        if done % TOLD_EVERY == 0:
            tell("Making events", done, len(nodes))
    for asked in asked_tests(project):
        counts.tests += 1
        yield from made.tests(asked)


def _run_of(project: Project, node: Node) -> Result | None:
    """Return the run of a node; None where it has none that really built it, or nobody knows when."""
    result = project.results.get(node.unique_id)
    ran = result is not None and result.status in FAILED and rfc3339(result.completed_at)
    return result if ran else None


class _Events:
    def __init__(self, project: Project, lineage: Lineage, settings: Settings) -> None:
        self._project = project
        self._settings = settings
        self._datasets = Datasets(project, lineage, settings.naming)
        self._flows = Flows(project, lineage, described=settings.sql)
        self._engine = ProcessingEngine(version=project.dbt_version)
        self._designed = rfc3339(project.generated_at) or datetime.now(timezone.utc).isoformat()

    def design(self, node: Node) -> JobEvent:
        flow = self._flows.of(node.unique_id)
        return JobEvent(
            event_time=self._designed, job=self._job(node), inputs=self._inputs(flow), outputs=self._outputs(node, flow)
        )

    def run(self, node: Node, result: Result) -> Iterator[Event]:
        flow = self._flows.of(node.unique_id)
        failed = FAILED[result.status]
        error: ErrorMessage | UnsetType = UNSET
        if failed:
            language = "PYTHON" if node.path.endswith(".py") else "SQL"
            error = ErrorMessage(message=result.message or result.status, programming_language=language)
        outputs = () if failed else self._outputs(node, flow)  # what failed wrote nothing
        ended = Ended(self._job(node), result, failed, self._inputs(flow), outputs, error)
        return events_of(ended, self._engine, self._project.name)

    def tests(self, asked: AskedTests) -> Iterator[Event]:
        dataset = self._datasets.of(asked.node)
        if dataset is None:
            return iter(())
        job = Job(self._settings.namespace, f"{asked.node}.tests", JobFacets(JobType(job_type="TEST")))
        tested = msgspec.structs.replace(dataset, input_facets=InputFacets(Assertions(assertions=asked.assertions)))
        return events_of(Ended(job, asked.result, asked.failed, (tested,)), self._engine, self._project.name)

    def _job(self, node: Node) -> Job:
        sql: Sql | UnsetType = UNSET
        if self._settings.sql and node.compiled_code:
            sql = Sql(query=node.compiled_code, dialect=self._project.adapter_type)
        kind = JobType(job_type=node.resource_type.upper())
        return Job(self._settings.namespace, node.unique_id, JobFacets(kind, sql))

    def _inputs(self, flow: Flow) -> tuple[Dataset, ...]:
        found = (self._datasets.of(each) for each in flow.inputs)
        return tuple(dataset for dataset in found if dataset is not None)

    def _outputs(self, node: Node, flow: Flow) -> tuple[Dataset, ...]:
        dataset = self._datasets.of(node.unique_id)
        if dataset is None:
            return ()
        facets = msgspec.structs.replace(dataset.facets, column_lineage=column_lineage(flow, self._datasets))
        return (msgspec.structs.replace(dataset, facets=facets),)
