"""The README's transcript: parse it, run its commands, compare or rewrite what they print.

`python -m tests.docs.transcript` rewrites the outputs in README.md. A prompt is `$` in the home folder, `sales$` in its
folder `sales`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
PROMPT = re.compile(r"^(\w*)\$ (.+)$")
# What differs from one run to the next: time stamps, digests, names of kept runs.
VARYING = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?Z?|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{16}\b")
# Only said when something takes longer than a second.
PROGRESS = re.compile(r"^(rendering with dbt|stage|swap) .*\d+/\d+$")


class Step(NamedTuple):
    """A command in a folder (empty: home), and what it prints."""

    folder: str
    command: str
    output: str


def parse(text: str) -> list[Step]:
    """Return the steps of every console block, in order."""
    steps: list[Step] = []
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            prompt = PROMPT.match(line)
            if prompt:
                steps.append(Step(prompt[1], prompt[2], ""))
            else:
                last = steps[-1]
                steps[-1] = last._replace(output=f"{last.output}{line}\n")
    return steps


def run(steps: list[Step], home: Path) -> list[Step]:
    """Run the steps in an empty home folder and return them with what they really print."""
    programs = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MESHPORT_")}
    environment = {
        **kept,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / ".data"),
        "MESHPORT_REGISTRY": str(home / "registry.db"),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "DO_NOT_TRACK": "1",
    }
    done = []
    for step in steps:
        result = subprocess.run(
            step.command,
            shell=True,
            cwd=home / step.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = result.stdout.replace(f"{home}/", "").rstrip().splitlines()
        shown = [line.rstrip() for line in lines if not PROGRESS.match(line)]
        done.append(step._replace(output="".join(f"{line}\n" for line in shown)))
    return done


def comparable(output: str) -> str:
    """Return an output without what differs from run to run."""
    return re.sub(r" +", " ", VARYING.sub("<varies>", output))


def rewrite() -> None:
    """Run the README's commands and write what they print into it."""
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as home:
        steps = run(parse(text), Path(home).resolve())
    lines = [f"{step.folder}$ {step.command}\n{step.output}" for step in steps]
    README.write_text(BLOCK.sub(lambda _: "```console\n" + "\n".join(lines) + "```", text, count=1), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
