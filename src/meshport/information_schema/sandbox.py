"""Running queries of other people: they read the tables that are there, end in time, and reach nothing else."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

from meshport.catalogs.duckdb import literal
from meshport.errors import InputError
from meshport.information_schema.names import meant

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, Statement

MEMORY = "2GB"
LONGEST_QUERY = 200_000  # characters: what DuckDB's parser reads in well under a second, however it is nested
GRACE = 10.0  # seconds in which an interrupted query has to stop


class Answer(msgspec.Struct, frozen=True):
    """What a query returned. `columns` are (name, type of DuckDB); `more` says that rows were cut off."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]]
    more: bool = False


def seal(connection: DuckDBPyConnection, memory: str = MEMORY) -> None:
    """Shut every way out of a filled database for good: files, the network, extensions, memory, these settings.

    What a query could still do to the tables, `run_limited` refuses.
    """
    connection.execute("set temp_directory = ''")  # what does not fit into memory is not written to disk either
    connection.execute("set enable_external_access = false")
    connection.execute(f"set memory_limit = {literal(memory)}")
    connection.execute("set lock_configuration = true")


def run_limited(
    connection: DuckDBPyConnection,
    sql: str,
    seconds: float = 30.0,
    max_rows: int = 100_000,
    *,
    give_up: Callable[[], None] | None = None,
) -> Answer:
    """Run one SELECT on a sealed connection and return its rows, `max_rows` at most.

    `give_up` is called where an interrupted query does not stop: DuckDB looks up only between two steps of a plan, and
    one step can make a value of gigabytes.
    Raises InputError, with DuckDB's message, where it is not one SELECT, does not run, or takes longer than `seconds`.
    """
    import duckdb

    statement = _only_select(connection, sql)
    # In a transaction that cannot write: a SELECT can have an INSERT in its WITH.
    connection.execute("begin transaction read only")
    watch = _Watch(connection, seconds, give_up)
    try:
        with watch:
            result = connection.execute(statement)
            columns = tuple((str(name), str(kind)) for name, kind, *_ in result.description or ())
            rows = result.fetchmany(max_rows + 1)
    except (duckdb.Error, ValueError, OverflowError) as error:
        if watch.late:
            raise _late(seconds) from error
        raise InputError(f"the query cannot be run: {error}", hint=meant(str(error))) from error
    finally:
        connection.rollback()
    if watch.late:  # it came to its end between two interrupts
        raise _late(seconds)
    return Answer(columns, rows[:max_rows], len(rows) > max_rows)


def _late(seconds: float) -> InputError:
    return InputError(f"the query did not end within {seconds:g} s", hint="let it read less, or give it more time")


def _only_select(connection: DuckDBPyConnection, sql: str) -> Statement:
    """Return the statement of a text. Raises InputError where it is not exactly one SELECT: nothing else only reads."""
    import duckdb

    if len(sql) > LONGEST_QUERY:
        raise InputError(f"the query is longer than {LONGEST_QUERY:,} characters")
    if "\0" in sql:  # where older versions of DuckDB stop reading
        raise InputError("there is a zero character in the query")
    try:
        sql.encode()  # what a terminal hands over need not be text
        statements = connection.extract_statements(sql)
    except (duckdb.Error, UnicodeError) as error:
        raise InputError(f"the query cannot be read: {error}") from error
    if len(statements) != 1 or not _is_select(statements[0]):
        raise InputError("this is not one SELECT", hint="a query here is one SELECT, and changes nothing")
    return statements[0]


def _is_select(statement: Statement) -> bool:
    import duckdb

    try:
        return statement.type == duckdb.StatementType.SELECT
    except ValueError:  # a kind of statement that DuckDB's own Python package does not know
        return False


class _Watch:
    """Interrupts what is run on a connection within the block once it has taken too long."""

    def __init__(self, connection: DuckDBPyConnection, seconds: float, give_up: Callable[[], None] | None) -> None:
        self.late = False
        self._connection, self._seconds, self._give_up = connection, seconds, give_up
        self._done = Event()

    def __enter__(self) -> None:
        Thread(target=self._watch, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        if self._done.wait(self._seconds):
            return
        self.late = True
        stop = monotonic() + GRACE
        while not self._done.wait(0.1):  # again and again: an interrupt before the query has begun is forgotten
            self._connection.interrupt()
            if self._give_up is not None and monotonic() > stop:
                self._give_up()
                return
