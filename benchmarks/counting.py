"""Runs one command of meshport and counts what it asks of the catalog, the registry and dbt.

python -m benchmarks.counting ARGUMENT...   prints one line of JSON: `Counted`

The counters are in this process only: events of SQLAlchemy, a connection of DuckDB that is wrapped, an audit hook.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import msgspec

COUNTED = ("catalog reads", "catalog writes", "registry reads", "registry writes", "dbt calls")
READS = ("select", "with", "from", "pragma", "describe", "show")
# What prepares a session or frames a transaction is neither read nor write.
SESSION = ("begin", "commit", "rollback", "attach", "detach", "set", "reset", "use")


class Counted(msgspec.Struct, frozen=True):
    """One run. `peak_mb` is of meshport's own process, without dbt; `counts` are statements, and calls of dbt.

    `computed` are the seconds of a processor that this process took.
    """

    code: int
    seconds: float
    computed: float
    peak_mb: float
    counts: dict[str, int]
    said: str


def run(arguments: Sequence[str]) -> Counted:
    """Run `meshport ARGUMENTS` in this process, once: the counters stay in it."""
    from meshport.cli import main

    counts = Counter(dict.fromkeys(COUNTED, 0))
    _count_dbt(counts)
    _count_registry(counts)
    _count_catalog(counts)
    code: Any = None
    out, err = io.StringIO(), io.StringIO()
    begin = time.perf_counter()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = ended.code
    seconds = time.perf_counter() - begin
    said = out.getvalue()[-2000:] + err.getvalue()
    return Counted(int(code or 0), seconds, time.process_time(), _peak_mb(), dict(counts), said)


def _peak_mb() -> float:
    """Return the largest resident size of this process. Linux' rusage would be that of whoever started it, too."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / (1 << 10)


def _count(counts: Counter[str], place: str, statement: str) -> None:
    words = statement.lstrip(" \t\r\n(").split(None, 1)
    word = words[0].lower() if words else ""
    if word not in SESSION:
        counts[f"{place} {'reads' if word in READS else 'writes'}"] += 1


def _count_registry(counts: Counter[str]) -> None:
    from sqlalchemy import Engine, event

    @event.listens_for(Engine, "before_cursor_execute")
    def _executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        _count(counts, "registry", statement)


def _count_catalog(counts: Counter[str]) -> None:
    import duckdb

    connect = duckdb.connect

    def connected(*args: Any, **kwargs: Any) -> Any:
        connection = connect(*args, **kwargs)
        # The policies' gate has a database of its own, in memory: what is asked of that one is not of the catalog.
        catalog = sys._getframe(1).f_globals["__name__"].startswith("meshport.catalogs")
        return _Connection(connection, counts) if catalog else connection

    duckdb.connect = connected


class _Connection:
    """A connection of DuckDB that counts; everything else is DuckDB's own."""

    def __init__(self, connection: Any, counts: Counter[str]) -> None:
        self._connection = connection
        self._counts = counts

    def execute(self, query: str, *args: Any, **kwargs: Any) -> Any:
        _count(self._counts, "catalog", getattr(query, "query", query))  # a statement may be parsed already
        return self._connection.execute(query, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _count_dbt(counts: Counter[str]) -> None:
    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen" and str(args[0]).endswith("dbt"):
            counts["dbt calls"] += 1

    sys.addaudithook(hook)


if __name__ == "__main__":
    print(msgspec.json.encode(run(sys.argv[1:])).decode())
