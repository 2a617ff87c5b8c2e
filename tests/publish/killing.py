"""Run a publish or a rollback again and again, and kill it before one write after another. A script for kills.py.

One process starts from the same folder each time: it forks, the child runs the command and ends itself with SIGKILL
before its n-th write; another child then reads what a consumer sees, runs the command again and reads once more.
What was seen goes to standard output, one JSON line for each kill. A write is a statement to the published DuckDB file
or a commit in the registry. Killed is before every commit of either, so that every state that lasts is met (but for a
step's first line in the journal), and before every fifteenth statement in between. The parent opens no DuckDB: its threads would not survive a fork.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from sqlalchemy import Engine, event

from meshport.catalogs.duckdb import DuckDBWriter
from meshport.dbt_command import Dbt
from tests.publish.domain import Domain, plain
from tests.publish.rendering import Memory

STATE = ("sales_published.duckdb", "registry.db")
LOGS = (".wal", "-wal", "-shm")


class Writes:
    """Lists the writes of this process by kind, and kills it before number `last`."""

    def __init__(self, last: int | None = None) -> None:
        self.last = last
        self.kinds: list[str] = []
        self.commit = "registry"

    def count(self, kind: str) -> None:
        self.kinds.append(kind)
        if len(self.kinds) == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> Writes:
        """Count from now on."""

        def look(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
            begun = "journal_step" in statement and "started" in str(parameters)
            self.commit = "begun" if begun else "registry"

        event.listen(Engine, "before_cursor_execute", look)
        event.listen(Engine, "commit", lambda _: self.count(self.commit))
        plain, writes = DuckDBWriter.__init__, self

        def counted(self: DuckDBWriter, connection: Any) -> None:
            plain(self, Counted(connection, writes))  # type: ignore[arg-type]

        DuckDBWriter.__init__ = counted  # type: ignore[method-assign]
        return self


class Counted:
    """A DuckDB connection whose statements are counted."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, writes: Writes) -> None:
        self.connection = connection
        self.writes = writes

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        self.writes.count("duckdb" if statement == "commit" else "inside")
        return self.connection.execute(statement)


def warm_up(folder: Path, modules: Sequence[str]) -> None:
    """Import what the children need, once: most of it is imported late."""
    from meshport.artifacts import load_project
    from meshport.mesh import load_mesh
    from meshport.products import derive
    from meshport.registry import Registry
    from meshport.standards import load_standards

    for name in modules:
        with suppress(ImportError):
            import_module(name)
    derive(load_project(folder / "target"), load_mesh(folder), load_standards())
    Registry.open(f"sqlite:///{folder / 'kept' / 'scratch.db'}").close()
    # A killed process loses nothing that it gave to the system: syncing to the disk only costs time here.
    event.listen(Engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))


def in_child(action: Callable[[], object]) -> tuple[int, Any]:
    """Run something in a forked child. Returns the signal that ended it (0 for none) and what it returned."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            os.write(writer, msgspec.json.encode(action()))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, json.loads(answer) if answer else None


def seen(domain: Domain) -> dict[str, Any]:
    """What a consumer sees of the ports, and what is on one of them."""
    found: dict[str, Any] = {"customers": None, "orders": None}
    if not domain.published.exists():
        return found
    with duckdb.connect(str(domain.published), read_only=True) as connection:

        def ask(query: str) -> list[Any]:
            return plain(connection.execute(query).fetchall())

        tables = ask("select schema_name || '.' || table_name from duckdb_tables()")
        for name, table in (("customers", "customer_orders.customers_v1"), ("orders", "customer_orders.orders")):
            if (table,) in tables:
                found[name] = ask(f"from {table} order by 1")
        if ("meshport.tags",) in tables:
            found["tags"] = ask("from meshport.tags select column_name, key, value where relation = 'customers_v1'")
        found["comments"] = ask(
            "from duckdb_columns() select column_name, comment where table_name = 'customers_v1' and comment is not null"
        )
    return found


def afterwards(domain: Domain, command: Sequence[str]) -> dict[str, Any]:
    """Read what the killed command left, run the command again, and read again."""
    left = seen(domain)
    with domain.registry() as registry:
        begun = len(registry.unfinished("sales"))
    again = domain.run(*command)
    plan = domain.plan()
    with domain.registry() as registry:
        publications = registry.publications("sales.customer_orders")
        unfinished = registry.unfinished("sales")
    return {
        "left": left,
        "begun": begun,
        "again": [again.code, again.err],
        "now": seen(domain),
        "actionable": plan.actionable,
        "unfinished": len(unfinished),
        "publications": [[entry.kind, entry.builds] for entry in publications],
    }


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

    def run(last: int | None) -> tuple[list[str], list[str]]:
        writes = Writes(last).watch()
        done = domain.run(*command)
        assert done.code == 0, done
        return writes.kinds, list(sys.modules)

    _, (kinds, modules) = in_child(lambda: run(None))
    warm_up(folder, modules)
    for number, kind in enumerate(kinds, start=1):
        if kind == "begun" or (kind == "inside" and number % 15):
            continue
        restore(domain, kept)
        ended_by, _ = in_child(lambda number=number: run(number))  # type: ignore[misc]
        assert ended_by == signal.SIGKILL
        _, found = in_child(lambda: afterwards(domain, command))
        sys.stdout.write(json.dumps({"before": f"{number} {kind}", **found}) + "\n")
    restore(domain, kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
