"""dbt as a program: found, run, and asked to render macros. The only stable interface that dbt 1 and dbt 2 share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from meshport.catalogs.base import Statement
from meshport.errors import InputError, UnavailableError
from meshport.plan.operations import Operation

ARTIFACTS = "target"
"""Where dbt writes its artifacts, in the project; DBT_TARGET_PATH is set to it, so that they are found."""
MARKER = "MESHPORT_RENDER:"
PART_BYTES = 100_000  # Linux limits one argument or variable to 128 KiB
CALL_BYTES = 1_000_000  # ... and all of them together to 2 MiB


class Rendered(msgspec.Struct, frozen=True):
    """What dbt rendered: the statements by operation id, and `target`, what dbt connects to."""

    target: dict[str, Any]
    statements: Mapping[str, tuple[Statement, ...]]


class _Result(msgspec.Struct):
    id: str
    statements: tuple[Statement, ...]


class _Response(msgspec.Struct):
    target: dict[str, Any]
    results: list[_Result]


STDERR = 2
"""The file descriptor."""


class Dbt:
    """dbt in one project, for one target (None: DBT_TARGET, else the profile's default)."""

    def __init__(self, project_dir: Path, target: str | None = None) -> None:
        self.project_dir = project_dir
        self.target = target or os.environ.get("DBT_TARGET")

    def run(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        capture: bool = False,
        aside: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a dbt command in the project and return how it ended.

        Its output is shown unless captured; `aside`, on standard error, for commands whose own output is data.
        """
        target = ["--target", self.target] if self.target else []
        return subprocess.run(
            [executable(), *command, *target],
            cwd=self.project_dir,
            env={**os.environ, "DBT_TARGET_PATH": ARTIFACTS, **(environment or {})},
            stdout=subprocess.PIPE if capture else STDERR if aside else None,
            stderr=subprocess.PIPE if capture else None,
            text=True,
            check=False,
        )

    def render(self, operations: Sequence[Operation]) -> Rendered:
        """Render operations through the macros of the dbt package `meshport`.

        One call of dbt, or a few when the request is larger than the system lets a program be given.
        Raises UnavailableError where dbt fails: its own message says why.
        """
        self.ensure_packages()
        target: dict[str, Any] = {}
        statements: dict[str, tuple[Statement, ...]] = {}
        for batch in _batches(operations):
            response = self._render(batch)
            target = response.target
            if "path" in target:  # as the profile has it: relative to where dbt runs
                target["path"] = str(self.project_dir / target["path"])
            statements.update((result.id, result.statements) for result in response.results)
        return Rendered(target=target, statements=statements)

    def ensure_packages(self) -> None:
        """Run `dbt deps` where packages are declared that are not installed, or were declared after the last time.

        Raises InputError where dbt cannot install them.
        """
        declared, installed = self.project_dir / "packages.yml", self.project_dir / "dbt_packages"
        if not declared.is_file():
            return
        if installed.is_dir() and installed.stat().st_mtime >= declared.stat().st_mtime:
            return
        done = self.run(["--quiet", "deps"], capture=True)
        if done.returncode != 0:
            raise InputError("dbt deps failed:\n" + (done.stdout + done.stderr).strip(), where=str(self.project_dir))

    def _render(self, request: bytes) -> _Response:
        parts = _parts(request.decode())
        # Without --no-write-json dbt would write its artifacts over those of the build that is being published.
        environment = {f"MESHPORT_RENDER_{number}": part for number, part in enumerate(parts)}
        done = self.run(
            ["--quiet", "--no-write-json", "run-operation", "meshport.render", "--args", f"{{parts: {len(parts)}}}"],
            environment=environment,
            capture=True,
        )
        answer = next((line for line in done.stdout.splitlines() if line.startswith(MARKER)), None)
        if done.returncode != 0 or answer is None:
            said = (done.stdout + done.stderr).strip()
            raise UnavailableError(
                "dbt could not render the statements:\n" + said,
                where=str(self.project_dir),
                hint="run `meshport doctor`; is the package meshport in packages.yml, and did `dbt deps` run?",
            )
        return msgspec.json.decode(answer.removeprefix(MARKER), type=_Response)


def executable() -> str:
    """Return the dbt program: the one beside this Python, else the one on the path.

    Raises UnavailableError where there is none.
    """
    beside = Path(sys.executable).with_name("dbt")
    found = str(beside) if beside.is_file() else shutil.which("dbt")
    if found is None:
        raise UnavailableError("dbt is not installed", hint="pip install 'meshport[duckdb]' or 'meshport[databricks]'")
    return found


def _batches(operations: Sequence[Operation]) -> list[bytes]:
    """Encode operations into JSON lists, each small enough for one call."""
    batches: list[list[bytes]] = [[]]
    size = 0
    for operation in operations:
        encoded = msgspec.json.encode(operation)
        if batches[-1] and size + len(encoded) > CALL_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(encoded)
        size += len(encoded)
    return [b"[" + b",".join(batch) + b"]" for batch in batches]


def _parts(text: str) -> list[str]:
    """Cut a text into parts of at most PART_BYTES bytes, never within a character."""
    encoded = text.encode()
    parts, start = [], 0
    while start < len(encoded):
        end = min(start + PART_BYTES, len(encoded))
        while end < len(encoded) and encoded[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(encoded[start:end].decode())
        start = end
    return parts
