"""What `meshport build` keeps of each dbt run, because dbt overwrites `run_results.json` with the next one.

In `<target>/run_results/`, `<invocation id>.json` is dbt's file as it was, and `code/<invocation id>.json` says for
which dbt target and with which code it ran: evidence that a later manifest can be compared with.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import msgspec

from meshport.artifacts.project import KeptRun, Node, Test
from meshport.errors import InputError

FOLDER = "run_results"
CODE = "code"
KEPT_RUNS = 20


def keep_run(artifacts: Path, target: str | None) -> Path:
    """Keep the run that dbt has just recorded in the folder `artifacts`, and return where. Runs beyond 20 are dropped.

    `target` is the dbt target it was run for, None for the profile's default.
    Raises InputError where dbt left no run results of its last run there.
    """
    from meshport.artifacts import load_project

    results = artifacts / "run_results.json"
    try:
        raw = msgspec.json.decode(results.read_bytes(), type=_RunResults)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"dbt left no run results: {error}", where=str(results)) from error
    project = load_project(artifacts)
    if project.invocation_id != raw.metadata.invocation_id:
        raise InputError("dbt's last run left no run results: these are of an earlier one", where=str(results))
    invocation = Path(raw.metadata.invocation_id).name
    folder = artifacts / FOLDER
    (folder / CODE).mkdir(parents=True, exist_ok=True)
    code: dict[str, Node | Test] = {**project.nodes, **project.tests}
    ran = {r.unique_id: code[r.unique_id].checksum or "" for r in raw.results if r.unique_id in code}
    _write(folder / CODE / f"{invocation}.json", msgspec.json.encode(KeptRun(target=target, checksums=ran)))
    kept = folder / f"{invocation}.json"
    _write(kept, results.read_bytes())
    for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_RUNS:]:
        (folder / CODE / old.name).unlink(missing_ok=True)
        old.unlink()
    return kept


def kept_runs(artifacts: Path) -> dict[str, KeptRun]:
    """Return what was kept of each run, by invocation id. An unreadable file is no evidence."""
    found = {}
    for path in (artifacts / FOLDER / CODE).glob("*.json"):
        try:
            found[path.stem] = msgspec.json.decode(path.read_bytes(), type=KeptRun)
        except (OSError, msgspec.DecodeError):
            continue
    return found


def evidence_digest(artifacts: Path) -> str:
    """Return a digest of the artifacts that a plan stands on: the manifest and every run's results."""
    digest = hashlib.blake2b(digest_size=16)
    for path in (
        artifacts / "manifest.json",
        artifacts / "run_results.json",
        *sorted((artifacts / FOLDER).glob("*.json")),
    ):
        if path.is_file():
            digest.update(path.name.encode())
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()


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
