"""Run a publish or a rollback again and again, and kill it before its 1st, 2nd, 3rd, ... write. A script for test_kill.

One process starts from the same folder each time: it forks, the child runs the command and ends itself with SIGKILL
before its n-th write; another child then reads what a consumer sees, runs the command again and reads once more.
What was seen goes to standard output, one JSON line for each n. A write is a statement or a commit in the published
DuckDB file, or a commit in the registry. The parent never opens a database: its threads would not survive a fork.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from sqlalchemy import Engine, event
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

from meshport.catalogs.duckdb import DuckDBWriter
from meshport.dbt_command import Dbt

STATE = ("sales_published.duckdb", "registry.db")
LOGS = (".wal", "-wal", "-shm")
READ = "from customer_orders.customers_v1 order by 1"


class Countdown:
    """Kills this process before write number `left`."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Counted:
    """A DuckDB connection whose statements are counted down."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, countdown: Countdown) -> None:
        self.connection = connection
        self.countdown = countdown

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        self.countdown()
        return self.connection.execute(statement)


def arm(countdown: Countdown) -> None:
    """Count every write of this process."""
    event.listen(Engine, "commit", countdown)
    plain = DuckDBWriter.__init__

    def counted(self: DuckDBWriter, connection: Any) -> None:
        plain(self, Counted(connection, countdown))  # type: ignore[arg-type]

    DuckDBWriter.__init__ = counted  # type: ignore[method-assign]


def in_child(action: Callable[[], object]) -> tuple[int, Any]:
    """Run something in a forked child. Returns the signal that ended it (0 for none) and what it returned."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            os.write(writer, msgspec.json.encode(action()))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, json.loads(answer) if answer else None


def seen(domain: Domain) -> dict[str, Any]:
    """What a consumer sees of the ports."""
    if not domain.published.exists():
        return {}
    tables = {f"{schema}.{name}" for schema, name in domain.ask("select schema_name, table_name from duckdb_tables()")}
    wanted = {
        "customers": ("customer_orders.customers_v1", READ),
        "orders": ("customer_orders.orders", "from customer_orders.orders order by 1"),
    }
    return {name: domain.ask(query) for name, (table, query) in wanted.items() if table in tables}


def afterwards(domain: Domain, command: Sequence[str]) -> dict[str, Any]:
    """Read what the killed command left, run the command again, and read again."""
    left = seen(domain)
    again = domain.run(*command)
    return {
        "left": left,
        "again": [again.code, again.err],
        "now": seen(domain),
        "in_sync": domain.in_sync(),
        "unfinished": unfinished(domain),
        "vip": domain.tags("customers_v1", "vip"),
        "publications": [[p.kind, p.builds] for p in domain.publications("sales.customer_orders")],
        "tags": domain.tags("customers_v1") | {"on email": domain.tags("customers_v1", "email")},
        "comments": domain.comments("customers_v1"),
    }


def unfinished(domain: Domain) -> int:
    """Return how many publishes or rollbacks the journal says are still open."""
    with domain.registry() as registry:
        return len(registry.unfinished("sales"))


def restore(domain: Domain, kept: Path) -> None:
    """Put the folder's state back as it was at the start."""
    for name in STATE:
        for end in ("", *LOGS):
            (domain.path / (name + end)).unlink(missing_ok=True)
        if (kept / name).exists():
            shutil.copy(kept / name, domain.path / name)


def main(folder: Path, rendered: Path, command: Sequence[str]) -> None:
    """Kill the command at every write, until one run gets through."""
    domain, memory = Domain(folder), Memory(rendered)
    Dbt.render = memory.as_method()  # type: ignore[method-assign]
    kept = folder / "kept"
    kept.mkdir()
    for name in STATE:
        if (folder / name).exists():
            shutil.copy(folder / name, kept / name)

    def killed(number: int) -> int:
        arm(Countdown(number))
        return domain.run(*command).code

    number, ended_by = 0, int(signal.SIGKILL)
    while ended_by == signal.SIGKILL:
        number += 1
        restore(domain, kept)
        ended_by, code = in_child(lambda: killed(number))
        _, found = in_child(lambda: afterwards(domain, command))
        sys.stdout.write(json.dumps({"n": number, "killed": bool(ended_by), "code": code, **(found or {})}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
