"""What `meshport build` keeps of each dbt run, because dbt overwrites `run_results.json` with the next one.

In `<target>/run_results/`, `<invocation id>.json` is dbt's file as it was, and `checksums/<invocation id>.json` maps
unique ids to the checksums that the code had in that run: evidence that a later manifest can be compared with.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from meshport.artifacts.project import Node, Test
from meshport.errors import InputError

FOLDER = "run_results"
CHECKSUMS = "checksums"
KEPT_RUNS = 20


def keep_run(target: Path) -> Path:
    """Keep the run that dbt has just recorded in `target` and return where; older runs beyond 20 are dropped.

    Raises InputError where dbt left no run results there.
    """
    from meshport.artifacts import load_project

    results = target / "run_results.json"
    try:
        raw = msgspec.json.decode(results.read_bytes(), type=_RunResults)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"dbt left no run results: {error}", where=str(results)) from error
    invocation = Path(raw.metadata.invocation_id).name
    folder = target / FOLDER
    (folder / CHECKSUMS).mkdir(parents=True, exist_ok=True)
    project = load_project(target)
    code: dict[str, Node | Test] = {**project.nodes, **project.tests}
    ran = {r.unique_id: code[r.unique_id].checksum or "" for r in raw.results if r.unique_id in code}
    _write(folder / CHECKSUMS / f"{invocation}.json", msgspec.json.encode(ran))
    kept = folder / f"{invocation}.json"
    _write(kept, results.read_bytes())
    for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_RUNS:]:
        (folder / CHECKSUMS / old.name).unlink(missing_ok=True)
        old.unlink()
    return kept


def kept_checksums(artifacts: Path) -> dict[str, dict[str, str]]:
    """Return the checksums of every kept run, by invocation id and unique id. An unreadable file is no evidence."""
    found = {}
    for path in (artifacts / FOLDER / CHECKSUMS).glob("*.json"):
        try:
            found[path.stem] = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            continue
    return found


class _Metadata(msgspec.Struct):
    invocation_id: str


class _Ran(msgspec.Struct):
    unique_id: str


class _RunResults(msgspec.Struct):
    metadata: _Metadata
    results: list[_Ran]


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    shutil.move(temporary, path)
