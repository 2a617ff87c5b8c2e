"""From `run_results.json` files to one result per node: the newest of a command that really ran it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from meshport.artifacts.project import Result
from meshport.artifacts.reading import Artifact, Metadata, read_artifact

SCHEMA_VERSIONS = range(4, 7)
EVIDENCE = frozenset({"build", "run", "test", "seed", "snapshot", "retry"})
"""Commands whose results say something about data. dbt writes the same file when it only compiled."""
CHANGES = EVIDENCE | {"clone"}
"""Commands that change data: what they did supersedes what was shown before, evidence or not."""


class Timing(msgspec.Struct, gc=False):
    """When a phase (`compile`, `execute`) began and ended."""

    name: str | None = None
    started_at: str | None = None
    completed_at: str | None = None


class Entry(msgspec.Struct, gc=False):
    """One node's result as dbt writes it."""

    unique_id: str
    status: str
    timing: tuple[Timing, ...] | None = None
    execution_time: float | None = None
    message: str | None = None
    failures: int | None = None
    relation_name: str | None = None
    compiled_code: str | None = None


class Arguments(msgspec.Struct, gc=False):
    """What dbt was called with; dbt 1 says `which`, dbt 2 `command` too."""

    which: str | None = None
    command: str | None = None
    target: str | None = None
    empty: bool | None = None
    sample: Any = None

    @property
    def name(self) -> str:
        """The command."""
        return self.which or self.command or ""

    @property
    def no_evidence(self) -> str | None:
        """Why what the command built or tested is not what should be published; None where it is."""
        if self.name not in EVIDENCE:
            return self.name
        return "empty" if self.empty else "sample" if self.sample else None


class File(Artifact, gc=False):
    """One `run_results.json`."""

    args: Arguments | None = None
    results: tuple[Entry, ...] | None = None


_decoder = msgspec.json.Decoder(File)


def read_run_results(artifacts_dir: Path, known: Collection[str]) -> tuple[dict[str, Result], int]:
    """Read `run_results.json` and `run_results/*.json`, whichever are there.

    Returns the newest result of each `known` unique id, and how many results of runs name a node that is not known.
    Raises InputError for a file that is not a complete run_results.
    """
    newest: dict[str, Result] = {}
    foreign = 0
    for path in files(artifacts_dir):
        for result in results_of(read_file(path)):
            if result.unique_id not in known:
                foreign += result.unique_id.partition(".")[0] in _KINDS
            elif result.unique_id not in newest or _moment(result) >= _moment(newest[result.unique_id]):
                newest[result.unique_id] = result
    return newest, foreign


def files(artifacts_dir: Path) -> list[Path]:
    """Return the files with results that are there: of dbt's last run, and of those that `meshport build` kept."""
    single = artifacts_dir / "run_results.json"
    return [*([single] if single.exists() else []), *sorted((artifacts_dir / "run_results").glob("*.json"))]


def read_file(path: Path) -> File:
    """Read one file. Raises InputError where it is not a complete run_results."""
    return read_artifact(path, _decoder, "run-results", SCHEMA_VERSIONS)


def results_of(file: File) -> list[Result]:
    """Return the results of a command that changes data; of others none."""
    if file.args is None or file.args.name not in CHANGES:
        return []
    environment, instead = file.metadata.environment, file.args.no_evidence
    return [_result(entry, file.metadata, environment, instead) for entry in file.results or ()]


def _result(entry: Entry, metadata: Metadata, environment: dict[str, str], instead: str | None) -> Result:
    """Build a result; `instead` is the status of what was run and shows nothing."""
    execute = next((timing for timing in entry.timing or () if timing.name == "execute"), Timing())
    return Result(
        unique_id=entry.unique_id,
        status=instead or entry.status,
        failures=entry.failures,
        message=entry.message,
        started_at=execute.started_at,
        completed_at=execute.completed_at or metadata.generated_at,
        execution_time=entry.execution_time or 0.0,
        relation_name=entry.relation_name,
        compiled_code=entry.compiled_code,
        invocation_id=metadata.invocation_id,
        environment=environment,
    )


def _moment(result: Result) -> str:
    """Return the end as text that sorts by time: dbt writes UTC, with six or nine digits of a second."""
    return (result.completed_at or "").removesuffix("Z").removesuffix("+00:00")


_KINDS = frozenset({"model", "seed", "snapshot", "test", "unit_test"})
