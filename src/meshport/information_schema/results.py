"""run_results.json and sources.json: what happened when dbt ran."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from meshport.artifacts.kept import FOLDER
from meshport.artifacts.reading import Artifact, Metadata, read_artifact
from meshport.artifacts.run_results import SCHEMA_VERSIONS
from meshport.artifacts.runs import FRESHNESS_VERSIONS
from meshport.information_schema.entries import FRESHNESS, RESULT, entry_type


def _file_type(keys: dict[str, str], **more: Any) -> Any:
    entry = entry_type(keys, invocation_id=str | None, generated_at=str | None)
    fields: list[tuple[str, Any, Any]] = [("results", list[entry] | None, None)]  # type: ignore[valid-type]
    fields += [(name, kind, None) for name, kind in more.items()]
    return msgspec.json.Decoder(msgspec.defstruct("Results", fields, bases=(Artifact,), gc=False))


_results = _file_type(RESULT)
_freshness = _file_type(FRESHNESS)
_runs = msgspec.json.Decoder(
    msgspec.defstruct(
        "Run",
        [
            ("elapsed_time", float | None, None),
            ("args", dict[str, Any] | None, None),
            ("results", list[Raw] | None, None),
        ],
        bases=(Artifact,),
        gc=False,
    )
)


def results(artifacts: Path) -> Iterator[Any]:
    """Yield the result of each node in each run. Raises InputError for a file that is not a complete run_results."""
    for file in _once(artifacts, _results):
        yield from _stamped(file)


def freshness(artifacts: Path) -> Iterator[Any]:
    """Yield the freshness of each source. Raises InputError for a file that is not dbt's."""
    path = artifacts / "sources.json"
    if path.exists():
        yield from _stamped(read_artifact(path, _freshness, "sources", FRESHNESS_VERSIONS))


def invocations(artifacts: Path) -> Iterator[dict[str, Any]]:
    """Yield each run of dbt whose results are there. Raises as `results` does."""
    for file in _once(artifacts, _runs):
        args = file.args or {}
        metadata: Metadata = file.metadata
        yield {
            "invocation_id": metadata.invocation_id,
            "command": args.get("which") or args.get("command"),
            "selector": " ".join(map(str, args.get("select") or ())) or None,
            "dbt_version": metadata.dbt_version,
            "generated_at": metadata.generated_at,
            "elapsed_time": file.elapsed_time,
            "args": _json(args),
            "node_count": len(file.results or ()),
            "target_name": args.get("target"),
            "target_threads": args.get("threads"),
            "vars_override": _json(args.get("vars")),
        }


def _once(artifacts: Path, decoder: Any) -> Iterator[Any]:
    """Read the results that are there, each run once: the newest one is there under two names."""
    seen = set()
    single = artifacts / "run_results.json"
    for path in [*([single] if single.exists() else []), *sorted((artifacts / FOLDER).glob("*.json"))]:
        file = read_artifact(path, decoder, "run-results", SCHEMA_VERSIONS)
        if file.metadata.invocation_id not in seen:
            seen.add(file.metadata.invocation_id)
            yield file


def _stamped(file: Any) -> Iterator[Any]:
    """Yield the entries of a file with its run."""
    for entry in file.results or ():
        entry.invocation_id = file.metadata.invocation_id
        entry.generated_at = file.metadata.generated_at
        yield entry


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None
