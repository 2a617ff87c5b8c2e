"""The integration project in a scratch folder, and what the tests ask of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEYS = {"MESHPORT_KEY_DEFAULT": "correct-horse-battery-staple", "MESHPORT_KEY_OTHER": "another-secret-of-the-tests"}
BIN = Path(sys.executable).parent

Statement = dict[str, str]


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

    def run(self, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the virtual environment in the project."""
        return subprocess.run(
            [str(BIN / program), *arguments],
            cwd=self.path,
            env={**self.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def dbt(self, *arguments: str) -> str:
        """Run dbt, which must succeed; return what it printed."""
        done = self.run("dbt", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def operate(self, macro: str, **arguments: Any) -> subprocess.CompletedProcess[str]:
        """Run a macro."""
        return self.run("dbt", "--quiet", "run-operation", macro, "--args", json.dumps(arguments))

    def ask(self, request: object, size: int = 90_000) -> subprocess.CompletedProcess[str]:
        """Send a request to `meshport.render`, cut into variables of that size."""
        text = json.dumps(request)
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        variables = {f"MESHPORT_RENDER_{part}": piece for part, piece in enumerate(pieces)}
        arguments = json.dumps({"parts": len(pieces)})
        return self.run("dbt", "--quiet", "run-operation", "meshport.render", "--args", arguments, **variables)

    def response(self, operations: dict[str, tuple[str, dict[str, Any]]], size: int = 90_000) -> dict[str, Any]:
        """Render operations, given by id as name and arguments; return the response."""
        request = [{"id": key, "operation": name, "arguments": args} for key, (name, args) in operations.items()]
        done = self.ask(request, size)
        assert done.returncode == 0, done.stdout + done.stderr
        line = next(line for line in done.stdout.splitlines() if line.startswith("MESHPORT_RENDER:"))
        response: dict[str, Any] = json.loads(line.removeprefix("MESHPORT_RENDER:"))
        return response

    def render(self, operations: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, list[Statement]]:
        """Render operations, given by id as name and arguments; return the statements by id."""
        return {result["id"]: result["statements"] for result in self.response(operations)["results"]}
