"""The two events of a run: that it began, and how it ended."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from meshport.artifacts.project import Result
from meshport.openlineage.types import (
    Dataset,
    ErrorMessage,
    Job,
    JobReference,
    Parent,
    ProcessingEngine,
    Run,
    RunEvent,
    RunFacets,
    RunReference,
)


class Ended(msgspec.Struct, frozen=True):
    """One execution of a job, with what it read and wrote. `error` says why it failed, where that is known."""

    job: Job
    result: Result
    failed: bool
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    error: ErrorMessage | UnsetType = UNSET


def events_of(ended: Ended, engine: ProcessingEngine, project: str) -> Iterator[RunEvent]:
    """Yield START, where its time is known, and COMPLETE or FAIL. The result's end is a time stamp (`rfc3339`)."""
    result = ended.result
    run_id = run_id_of(result.invocation_id or result.completed_at or "", ended.job.name)
    parent = _parent(result, ended.job.namespace, project)
    began, over = rfc3339(result.started_at), rfc3339(result.completed_at)
    assert over is not None
    if began is not None:
        run = Run(run_id, RunFacets(engine, parent))
        yield RunEvent(event_time=began, event_type="START", run=run, job=ended.job)
    yield RunEvent(
        event_time=over,
        event_type="FAIL" if ended.failed else "COMPLETE",
        run=Run(run_id, RunFacets(engine, parent, ended.error)),
        job=ended.job,
        inputs=ended.inputs,
        outputs=ended.outputs,
    )


def run_id_of(invocation: str, job: str) -> str:
    """Return the id of a run: the same for the same job in the same run of dbt, whoever sends it, however often."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"dbt:{invocation}:{job}"))


_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?")


def rfc3339(time: str | None) -> str | None:
    """Return one of dbt's time stamps with its zone (UTC where it names none); None for what is no time stamp."""
    found = _TIME.fullmatch(time or "")
    return f"{found[1]}T{found[2]}{found[3] or 'Z'}" if found else None


def _parent(result: Result, namespace: str, project: str) -> Parent | UnsetType:
    """Return the run of dbt that this run was a part of; dbt's ids of its runs are such as OpenLineage wants."""
    try:
        run_id = str(uuid.UUID(result.invocation_id or ""))
    except ValueError:
        return UNSET
    return Parent(run=RunReference(run_id), job=JobReference(namespace, project))
