"""One publish of a domain at a time, whatever becomes of the one before. Real processes, real signals."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from meshport.errors import UnavailableError
from meshport.registry import Registry
from meshport.registry.lock import LEASE_SECONDS
from meshport.registry.process import is_gone, this_process
from meshport.registry.schema import lease
from tests.registry.samples import url

spawn = multiprocessing.get_context("spawn")


def rewrite(registry: Registry, **values: Any) -> None:
    with registry._write() as connection:
        connection.execute(update(lease).values(**values))


def ago(seconds: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def _count(path: Path, counter: Path, times: int, together: Barrier) -> None:
    with Registry.open(url(path)) as registry:
        together.wait(60)
        for _ in range(times):
            with registry.lock("sales", "user:ann", 60):
                value = int(counter.read_text())
                counter.write_text("")  # whoever comes in now finds no number
                time.sleep(0.02)
                counter.write_text(str(value + 1))


def test_two_processes_are_never_in_at_once(registry: Registry, path: Path, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    together = spawn.Barrier(2)
    both = [spawn.Process(target=_count, args=(path, counter, 10, together), daemon=True) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(120)
    assert [each.exitcode for each in both] == [0, 0]
    assert counter.read_text() == "20"


def _hold(path: Path, held: Event) -> None:
    with Registry.open(url(path)) as registry, registry.lock("sales", "user:holder", 5):
        held.set()
        signal.pause()


def test_a_killed_holder_loses_the_lock_at_once(registry: Registry, path: Path) -> None:
    held = spawn.Event()
    holder = spawn.Process(target=_hold, args=(path, held), daemon=True)
    holder.start()
    assert held.wait(60)
    with pytest.raises(UnavailableError) as error, registry.lock("sales", "user:me", 0.2):
        raise AssertionError("the lock was free")
    assert "user:holder is publishing sales" in error.value.message
    assert f"process {holder.pid}" in error.value.message
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join(60)
    with registry.lock("sales", "user:me", 0):
        pass


def test_domains_do_not_wait_for_each_other(registry: Registry) -> None:
    with registry.lock("sales", "user:ann", 0), registry.lock("marketing", "user:ann", 0):
        pass


def test_a_reused_process_number_does_not_keep_the_lock(registry: Registry) -> None:
    with registry.lock("sales", "user:dead", 0) as dead:
        rewrite(registry, process_started="1")  # this process' number, of a process that started at another time
        with registry.lock("sales", "user:me", 0), pytest.raises(UnavailableError, match="lost its turn"):
            dead.renew()


def test_a_lease_that_was_not_renewed_lapses(registry: Registry) -> None:
    with registry.lock("sales", "user:slow", 0) as slow:
        rewrite(registry, machine="another machine", renewed_at=ago(LEASE_SECONDS - 60))
        with pytest.raises(UnavailableError), registry.lock("sales", "user:me", 0):
            raise AssertionError("the lock was free")
        slow.renew()
        rewrite(registry, renewed_at=ago(LEASE_SECONDS + 1))
        with registry.lock("sales", "user:me", 0):
            pass


def test_only_the_own_lock_is_given_back(registry: Registry) -> None:
    with registry.lock("sales", "user:slow", 0):
        rewrite(registry, renewed_at=ago(LEASE_SECONDS + 1))
        second = registry.lock("sales", "user:me", 0)
        second.__enter__()
    with pytest.raises(UnavailableError, match="user:me is publishing"), registry.lock("sales", "user:third", 0):
        raise AssertionError("the lock was free")
    second.__exit__(None, None, None)
    with registry.lock("sales", "user:third", 0):
        pass


def test_a_failed_publish_gives_the_lock_back(registry: Registry) -> None:
    with pytest.raises(ZeroDivisionError), registry.lock("sales", "user:ann", 0):
        raise ZeroDivisionError
    with registry.lock("sales", "user:ann", 0):
        pass


def test_a_process_is_gone_when_it_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    me = this_process()
    theirs = msgspec.structs.replace(me, pid=child.pid, started=None)
    assert not is_gone(me)
    assert not is_gone(theirs)
    child.communicate(b"\n", timeout=30)
    assert is_gone(theirs)
    assert is_gone(msgspec.structs.replace(theirs, started=me.started))
    assert not is_gone(msgspec.structs.replace(theirs, machine="another machine"))
