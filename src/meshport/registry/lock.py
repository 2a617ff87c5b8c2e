"""One publish of a domain at a time: a lease in the registry, which a dead holder does not keep."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from meshport.errors import UnavailableError
from meshport.registry import dialects
from meshport.registry.clock import age, now
from meshport.registry.process import Process, is_gone, this_process
from meshport.registry.schema import lease as _lease

Writing = Callable[[], AbstractContextManager[Connection]]

LEASE_SECONDS = 15 * 60
_POLL_SECONDS = 0.1


class Lock:
    """A lease that is held. A publish that may take longer than `LEASE_SECONDS` renews it between its steps."""

    def __init__(self, writing: Writing, domain: str) -> None:
        self.domain = domain
        self._writing = writing
        self._token = secrets.token_hex(16)

    def renew(self) -> None:
        """Hold the lease for another `LEASE_SECONDS`. Raises UnavailableError where somebody else has taken it."""
        with self._writing() as connection:
            mine = (_lease.c.domain == self.domain) & (_lease.c.token == self._token)
            held = connection.execute(update(_lease).where(mine).values(renewed_at=now())).rowcount
        if not held:
            raise UnavailableError(
                f"this publish of {self.domain} took too long and lost its turn to another one",
                hint="run the same command again: it goes on from what is there",
            )

    def take(self, holder: str) -> Row[Any] | None:
        """Take the lease if nobody holds it, or a dead one does. Returns the row of a living holder, else None."""
        me, at = this_process(), now()
        row = {
            "domain": self.domain,
            "token": self._token,
            "holder": holder,
            "host": me.host,
            "machine": me.machine,
            "pid": me.pid,
            "process_started": me.started,
            "acquired_at": at,
            "renewed_at": at,
        }
        with self._writing() as connection:
            while not dialects.insert_missing(connection, _lease, row):
                held = connection.execute(
                    select(_lease).where(_lease.c.domain == self.domain).with_for_update()
                ).first()
                if held is None:  # given back a moment ago
                    continue
                if not _abandoned(held):
                    return held
                dialects.upsert(connection, _lease, [row])
                break
        return None

    def release(self) -> None:
        """Give the lease back, if it is still this one's."""
        with self._writing() as connection:
            connection.execute(delete(_lease).where(_lease.c.domain == self.domain, _lease.c.token == self._token))


@contextmanager
def hold(writing: Writing, domain: str, holder: str, wait: float) -> Iterator[Lock]:
    """Hold the lease of a domain; wait for it up to `wait` seconds.

    Raises UnavailableError that names the holder where it did not become free.
    """
    lock = Lock(writing, domain)
    deadline = time.monotonic() + wait
    while (other := lock.take(holder)) is not None:
        if time.monotonic() >= deadline:
            raise _held(other)
        time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))
    try:
        yield lock
    finally:
        lock.release()


def _abandoned(row: Row[Any]) -> bool:
    gone = is_gone(Process(row.host, row.machine, row.pid, row.process_started))
    return gone or age(row.renewed_at) > LEASE_SECONDS


def _held(row: Row[Any]) -> UnavailableError:
    minutes = max(1, round((LEASE_SECONDS - age(row.renewed_at)) / 60))
    return UnavailableError(
        f"{row.holder} is publishing {row.domain} (on {row.host}, process {row.pid}, since {row.acquired_at})",
        hint=f"try again when it is done; if it hangs, end that process, or wait {minutes} min until its turn lapses",
    )
