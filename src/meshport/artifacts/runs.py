"""From `run_results.json` files and `sources.json` to every run of dbt that is told of there."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from meshport.artifacts.kept import kept_runs
from meshport.artifacts.project import Result, Run
from meshport.artifacts.reading import Artifact, read_artifact
from meshport.artifacts.run_results import files, read_file, results_of

FRESHNESS_VERSIONS = range(1, 4)
FRESHNESS = "source freshness"
"""The command that asks how old the rows of sources are."""


class Source(msgspec.Struct, gc=False):
    """One source's freshness as dbt writes it. `max_loaded_at` is missing where the source could not be asked."""

    unique_id: str
    status: str
    max_loaded_at: str | None = None
    snapshotted_at: str | None = None
    execution_time: float | None = None
    error: str | int | None = None


class Sources(Artifact, gc=False):
    """`sources.json`."""

    results: tuple[Source, ...] | None = None


_decoder = msgspec.json.Decoder(Sources)


def read_runs(artifacts_dir: Path, known: Collection[str] = ()) -> list[Run]:
    """Return every run that changed or tested data, or asked how fresh sources are; those that are `known` by their
    invocation id are left out.

    The end of a source's result is when its newest row was loaded. Raises InputError for a file that is not dbt's.
    """
    found: dict[str, Run] = {}
    kept = kept_runs(artifacts_dir)
    for path in files(artifacts_dir):
        if path.stem in known or path.stem in found:
            continue
        file = read_file(path)
        invocation, results = file.metadata.invocation_id or "", tuple(results_of(file))
        if invocation and results and invocation not in known:
            ended = file.metadata.generated_at or ""
            found[invocation] = Run(
                invocation_id=invocation,
                command=file.args.name if file.args else "",
                target=kept[invocation].target if invocation in kept else file.args.target if file.args else None,
                started_at=min((each.started_at for each in results if each.started_at), default=ended),
                ended_at=ended,
                results=results,
            )
    return [*found.values(), *_freshness(artifacts_dir / "sources.json", known)]


def _freshness(path: Path, known: Collection[str]) -> list[Run]:
    if not path.exists():
        return []
    file = read_artifact(path, _decoder, "sources", FRESHNESS_VERSIONS)
    invocation, ended = file.metadata.invocation_id or "", file.metadata.generated_at or ""
    if not file.results or not invocation or invocation in known:
        return []
    results = tuple(
        Result(
            unique_id=each.unique_id,
            status=each.status,
            message=None if each.error is None else str(each.error),
            completed_at=each.max_loaded_at,
            execution_time=each.execution_time or 0.0,
        )
        for each in file.results
    )
    started = min((each.snapshotted_at for each in file.results if each.snapshotted_at), default=ended)
    return [
        Run(
            invocation_id=invocation,
            command=FRESHNESS,
            target=None,
            started_at=min(started, ended),
            ended_at=ended,
            results=results,
        )
    ]
