"""The integration project in a scratch folder, and what the tests ask of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEYS = {"MESHPORT_KEY_DEFAULT": "correct-horse-battery-staple", "MESHPORT_KEY_OTHER": "another-secret-of-the-tests"}
BIN = Path(sys.executable).parent

Statement = dict[str, str]
Operations = dict[str, tuple[str, dict[str, Any]]]  # by id: name and arguments
Outcome = tuple[int, str]  # exit code, standard output


class Integration:
    """A copy of tests/dbt_project beside a copy of the package, as the wheel ships it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "project"
        self.built = ""  # what `dbt build` printed
        shutil.copytree(ROOT / "tests" / "dbt_project", self.path)
        shutil.copytree(ROOT / "macros", folder / "meshport" / "macros")
        shutil.copy(ROOT / "dbt_project.yml", folder / "meshport")
        (self.path / "packages.yml").write_text("packages:\n  - local: ../meshport\n")
        self.environ = {**os.environ, **KEYS, "DBT_PROJECT_DIR": str(self.path), "DBT_PROFILES_DIR": str(self.path)}

    def run(self, program: str, *arguments: str, **variables: str) -> Outcome:
        """Run a program of the virtual environment in the project."""
        done = subprocess.run(
            [str(BIN / program), *arguments],
            cwd=self.path,
            env={**self.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    @cached_property
    def worker(self) -> subprocess.Popen[str]:
        """A dbt that waits for commands."""
        return subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("dbt_worker.py"))],
            cwd=self.path,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End the waiting dbt."""
        self.worker.communicate()

    def operate(self, macro: str, variables: dict[str, str] | None = None, **arguments: Any) -> Outcome:
        """Run a macro."""
        command = ["--quiet", "run-operation", macro, "--args", json.dumps(arguments)]
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(json.dumps({"arguments": command, "variables": variables or {}}) + "\n")
        self.worker.stdin.flush()
        answer = json.loads(self.worker.stdout.readline())
        return answer["code"], answer["printed"]

    def ask(self, request: object) -> Outcome:
        """Send a request to `meshport.render`."""
        parts = cut(request, 90_000)
        return self.operate("meshport.render", parts, parts=len(parts))

    def render(self, operations: Operations) -> dict[str, list[Statement]]:
        """Render operations; return the statements by id."""
        code, printed = self.ask(requested(operations))
        assert code == 0, printed
        return {result["id"]: result["statements"] for result in answered(printed)["results"]}


def requested(operations: Operations) -> list[dict[str, Any]]:
    """Write operations as the protocol does."""
    return [{"id": key, "operation": name, "arguments": args} for key, (name, args) in operations.items()]


def cut(request: object, size: int) -> dict[str, str]:
    """Cut a request into the variables that `meshport.render` reads."""
    text = json.dumps(request)
    pieces = (text[start : start + size] for start in range(0, len(text), size))
    return {f"MESHPORT_RENDER_{part}": piece for part, piece in enumerate(pieces)}


def answered(printed: str) -> dict[str, Any]:
    """Find the response in what dbt printed."""
    line = next(line for line in printed.splitlines() if line.startswith("MESHPORT_RENDER:"))
    response: dict[str, Any] = json.loads(line.removeprefix("MESHPORT_RENDER:"))
    return response
