"""Publishing a generated project: for the first time, again unchanged, and after a few models were rebuilt."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from benchmarks.counting import Counted
from benchmarks.ports import COLUMNS, PRODUCTS, model_name, write_project
from benchmarks.report import Goal, Report, Row

REBUILT = 10
UNCHANGED_RUNS = 3


def run(ports: int) -> Report:
    """Measure projects of `ports` ports and of a tenth of them, so that what grows with their number shows."""
    rows, goals, notes = [], [], []
    for size in (ports, max(ports // 10, REBUILT)):
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "project"
            write_project(project, size)
            built = _build(project)
            rows += _publishes(project, size)
        notes.append(f"{size} ports in {min(PRODUCTS, size)} products, {len(COLUMNS)} columns each; {built}")
    large, small = rows[1], rows[4]
    read = [sum(count for name, count in row.counts.items() if name.endswith("reads")) for row in (large, small)]
    written = sum(count for name, count in large.counts.items() if not name.endswith("reads"))
    goals.append(Goal("unchanged: reads that the tenth does not need", read[0] - read[1], at_most=1))
    goals.append(Goal("unchanged: writes, and calls of dbt", written, at_most=1))
    notes.append("peak MB is meshport's own process; dbt, which renders, is another one. Writes are statements sent.")
    return Report("publish", rows, goals, notes)


def _publishes(project: Path, ports: int) -> list[Row]:
    subject = f"{ports} ports"
    first = _publish(subject, "first publish", project)
    again = _publish(subject, "unchanged", project, runs=UNCHANGED_RUNS)
    step = max(ports // REBUILT, 1)
    rebuilt = [model_name(number * step) for number in range(REBUILT)]
    _build(project, *(word for name in rebuilt for word in ("--select", name)))
    return [first, again, _publish(subject, f"{REBUILT} models rebuilt", project)]


def _publish(subject: str, what: str, project: Path, runs: int = 1) -> Row:
    """Publish `runs` times, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.counting", "publish", "--yes", "--project-dir", str(project)]
    counted = []
    for _ in range(runs):
        ran = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        counted.append(msgspec.json.decode(ran.stdout.splitlines()[-1], type=Counted))
        assert counted[-1].code == 0, counted[-1].said
    seconds, peaks = [each.seconds for each in counted], [each.peak_mb for each in counted]
    return Row(subject, what, statistics.median(seconds), statistics.median(peaks), runs, counted[-1].counts)


def _build(project: Path, *arguments: str) -> str:
    """Build and test with dbt, and tell how long that took: the time is dbt's, not meshport's."""
    command = [sys.executable, "-c", "from meshport.cli import main; main()", "build", "--project-dir", str(project)]
    begin = time.perf_counter()
    ran = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr
    return f"dbt built and tested them in {time.perf_counter() - begin:.0f} s"
