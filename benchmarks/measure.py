"""Time and peak memory of a piece of work, each time in a process of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
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


_TREE = """
import json, os, sys, threading, time
peak = 0
def watch():
    global peak
    while True:
        total = 0
        for pid in [os.getpid(), *map(int, open(f"/proc/self/task/{os.getpid()}/children").read().split())]:
            try:
                lines = open(f"/proc/{pid}/smaps_rollup").read().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            except OSError:
                continue
        peak = max(peak, total)
        time.sleep(0.1)
begin = time.perf_counter()
threading.Thread(target=watch, daemon=True).start()
"""


def measure_tree(subject: str, what: str, setup: str, work: str, *args: str, runs: int = 3) -> Row:
    """Measure like `measure`, with the memory of child processes too: what they share is counted once (Linux: PSS)."""
    code = f"{setup}\n{_TREE}\n{work}\nprint(json.dumps([time.perf_counter() - begin, peak / 1024]))"
    seconds, peaks = [], []
    for _ in range(runs):
        ran = subprocess.run([sys.executable, "-c", code, *args], check=True, capture_output=True, text=True)
        second, peak = json.loads(ran.stdout.splitlines()[-1])
        seconds.append(second)
        peaks.append(peak)
    return Row(subject, what, statistics.median(seconds), statistics.median(peaks), runs)


def measure_command(
    subject: str,
    what: str,
    command: Sequence[str],
    runs: int = 7,
    warm_up: bool = True,
    codes: Sequence[int] = (0,),
    says: str = "",
) -> Row:
    """Run a whole command, start and end included; once before, where it may have bytecode to write.

    `codes` are the exit codes it may end with, `says` is a text that it has to print: a command that could not even
    start may end with the same code.
    """
    code = """
import json, resource, subprocess, sys, time
begin = time.perf_counter()
ran = subprocess.run(sys.argv[3:], stdout=subprocess.PIPE)
seconds = time.perf_counter() - begin
assert ran.returncode in json.loads(sys.argv[1]), ran.returncode
assert sys.argv[2].encode() in ran.stdout, ran.stdout[-2000:]
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([seconds, peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)]))
"""
    # An installed program has its bytecode; so has this one after its first run, where nothing forbids to write it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds, peaks = [], []
    for run in range(runs + warm_up):
        harness = [sys.executable, "-c", code, json.dumps(list(codes)), says, *command]
        ran = subprocess.run(harness, check=True, stdout=subprocess.PIPE, text=True, env=environment)
        if run or not warm_up:
            second, peak = json.loads(ran.stdout)
            seconds.append(second)
            peaks.append(peak)
    return Row(subject, what, statistics.median(seconds), statistics.median(peaks), runs)
