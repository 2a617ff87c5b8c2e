"""What tasks of a job do: dbt runs in a copy of the project, as dbt tasks do, and commands of meshport in this process."""

from __future__ import annotations

import importlib.metadata
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from meshport import dbt_command


class Tasks:
    """Runs tasks. `said` is what they said, by task; one named in `broken` fails, so many times."""

    def __init__(self, **broken: int) -> None:
        self.said: dict[str, list[str]] = {}
        self.broken = broken

    def __call__(self, task: dict[str, Any], variables: Mapping[str, str]) -> bool:
        """Run one task with the variables of its cluster, and tell whether it succeeded."""
        key = task["task_key"]
        if self.broken.get(key, 0) > 0:
            self.broken[key] -= 1
            self.said.setdefault(key, []).append("broken")
            return False
        run = self._dbt if "dbt_task" in task else self._wheel
        done, said = run(task["dbt_task"] if "dbt_task" in task else task["python_wheel_task"], variables)
        self.said.setdefault(key, []).append(said)
        return done

    def _dbt(self, task: dict[str, Any], variables: Mapping[str, str]) -> tuple[bool, str]:
        said = ""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "project"
            ignored = shutil.ignore_patterns(
                "target", "dbt_packages", "logs"
            )  # what .gitignore keeps from the workspace
            shutil.copytree(task["project_directory"], copy, symlinks=True, ignore=ignored)
            profiles = str(copy / task["profiles_directory"])
            for command in task["commands"]:
                program, *arguments = shlex.split(command)
                assert program == "dbt"
                done = subprocess.run(
                    [dbt_command.executable(), *arguments],
                    cwd=copy,
                    env={**os.environ, **variables, "DBT_PROFILES_DIR": profiles},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                said += done.stdout + done.stderr
                if done.returncode != 0:
                    return False, said
        return True, said

    def _wheel(self, task: dict[str, Any], variables: Mapping[str, str]) -> tuple[bool, str]:
        found = importlib.metadata.distribution(task["package_name"]).entry_points
        (entry,) = [each for each in found if each.name == task["entry_point"]]
        out = io.StringIO()
        argv = patch.object(sys, "argv", ["task", *task["parameters"]])
        with argv, patch.dict(os.environ, variables), redirect_stdout(out), redirect_stderr(out):
            try:
                entry.load()()
            except BaseException:  # whatever is raised is a failure there: SystemExit, too
                return False, out.getvalue() + traceback.format_exc()
        return True, out.getvalue()
