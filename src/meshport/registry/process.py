"""Which process this is, told so that another one on the same machine can see whether it still runs."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import msgspec

_PROC = Path("/proc")


class Process(msgspec.Struct, frozen=True):
    """A process. `machine` says where `pid` means something, `started` tells a reused pid (None where unknown)."""

    host: str
    machine: str
    pid: int
    started: str | None


def this_process() -> Process:
    """Return the running process."""
    return Process(socket.gethostname(), _machine(), os.getpid(), _started(os.getpid()))


def is_gone(process: Process) -> bool:
    """Return whether a process certainly runs no more. A process of another machine is never certainly gone."""
    if process.machine != _machine():
        return False
    if process.started is not None and _PROC.is_dir():
        return _started(process.pid) != process.started
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it exists and belongs to somebody else
        return False
    return False


def _machine() -> str:
    # Two containers may share a host name, and even a kernel; their process numbers are still not the same ones.
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{socket.gethostname()} {boot} {os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def _started(pid: int) -> str | None:
    """Return when a process started, in clock ticks since the boot (field 22 of /proc/<pid>/stat), or None."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # Field 2 is the program's name in brackets and may hold anything; field 3 follows the last bracket.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]
