"""Time and peak memory of a piece of work, each time in a process of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.report import Row

# A child's ru_maxrss begins with what its parent held when it forked, so this process must stay small: whatever is
# large, generating input too, is done by children.
_HARNESS = """
import json, resource, sys, time
{setup}
begin = time.perf_counter()
{work}
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)]))
"""


def measure(subject: str, what: str, setup: str, work: str, *args: str, runs: int = 3) -> Row:
    """Run Python `work` after `setup` (imports; not timed), `args` as `sys.argv[1:]`."""
    code = _HARNESS.format(setup=setup, work=work)
    seconds, peaks = [], []
    for _ in range(runs):
        ran = subprocess.run([sys.executable, "-c", code, *args], check=True, capture_output=True, text=True)
        second, peak = json.loads(ran.stdout.splitlines()[-1])
        seconds.append(second)
        peaks.append(peak)
    return Row(subject, what, statistics.median(seconds), statistics.median(peaks), runs)


def measure_command(subject: str, what: str, command: Sequence[str], runs: int = 7) -> Row:
    """Run a whole command, start and end included."""
    code = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))
"""
    # An installed program has its bytecode; so has this one after its first run, where nothing forbids to write it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        seconds.append(time.perf_counter() - begin)
    ran = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, text=True)
    return Row(subject, what, statistics.median(seconds), float(ran.stdout), runs)
