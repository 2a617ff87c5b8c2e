"""The engine: rows and Spark's functions, by Sail in this process. It knows nothing of catalogs, names or policies.

Every version of every table is an engine table of its own, written once and never changed. So time travel, clones and renames cost nothing, a
write that fails leaves no trace, and readers never wait for writers. And what was asked of such tables once is answered from memory.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import re
import shutil
import sys
import tempfile
import threading
import warnings
from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa

from tests.databricks_double.memory import Memory, repeatable
from tests.databricks_double.sql.errors import SqlError, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Columns = list[tuple[str, str]]
"""Names and types, in order."""
REMEMBERED = 1000
"""Answers that are kept."""
REMEMBERED_ROWS = 10_000
"""... of at most so many rows each."""
REMEMBERED_UPLOADS = 200

_STATES = (
    (re.compile(r"divide by zero", re.I), "DIVIDE_BY_ZERO", "22012"),
    (
        re.compile(r"cannot cast|error parsing|can't be represented|invalid.*timestamp", re.I),
        "CAST_INVALID_INPUT",
        "22018",
    ),
    (
        re.compile(r"cannot resolve|not found|no field named|missing from the schema", re.I),
        "UNRESOLVED_COLUMN",
        "42703",
    ),
    (re.compile(r"overflow", re.I), "ARITHMETIC_OVERFLOW", "22003"),
)


def _be_a_program() -> None:
    """Give the program a file where it has none: pyspark takes one that came by `-c` (a worker of xdist) for doctests."""
    program = sys.modules["__main__"]
    if program.__spec__ is None and not hasattr(program, "__file__"):
        program.__file__ = __file__


class Engine:
    """One Sail server and one session of it. Calls may come from several threads."""

    def __init__(self) -> None:
        os.environ.setdefault("RUST_LOG", "error")
        from pysail.spark import SparkConnectServer

        with warnings.catch_warnings():
            # pyspark says that it is not tested with this pandas; no rows go through pandas here.
            warnings.simplefilter("ignore", FutureWarning)
            from pyspark.sql import SparkSession

            _be_a_program()
            self._server = SparkConnectServer(ip="127.0.0.1", port=0)
            self._server.start(background=True)
            ip, port = self._server.listening_address
            self._spark = SparkSession.builder.remote(f"sc://{ip}:{port}").create()
        self._folder = tempfile.mkdtemp(prefix="databricks-double-")
        for key, value in {
            "spark.sql.warehouse.dir": self._folder,
            "spark.sql.ansi.enabled": "true",
            "spark.sql.session.timeZone": "UTC",
        }.items():
            self._spark.conf.set(key, value)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.counts: dict[str, int] = {}
        """How many rows an engine table has."""
        self._answers: Memory[pa.Table] = Memory(REMEMBERED, lambda rows: rows.num_rows <= REMEMBERED_ROWS)
        self._columns: Memory[Columns] = Memory(REMEMBERED)
        self._kept: Memory[str] = Memory(REMEMBERED)
        self._uploaded: dict[str, str] = {}
        """Names by a digest of the rows, oldest first."""
        self._users: Counter[str] = Counter()
        self._uploading = threading.Lock()

    def close(self) -> None:
        """Stop the server, and remove what it wrote."""
        self._spark.stop()
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _frame(self, sql: str) -> DataFrame:
        return self._spark.sql(sql)

    def query(self, sql: str) -> pa.Table:
        """Run a query."""
        return self._answers.get(sql, lambda: self._asked(sql)) if repeatable(sql) else self._asked(sql)

    def _asked(self, sql: str) -> pa.Table:
        try:
            return _plain(self._frame(sql).toArrow())
        except Exception as error:
            raise _refused(error, sql) from None

    def columns(self, sql: str) -> Columns:
        """Return what columns a query has, without running it."""
        return self._columns.get(sql, lambda: self._described(sql))

    def _described(self, sql: str) -> Columns:
        try:
            schema = self._frame(sql).schema
        except Exception as error:
            raise _refused(error, sql) from None
        return [(column.name, column.dataType.simpleString()) for column in schema]

    def run(self, sql: str) -> None:
        """Run a statement on the engine's own tables."""
        try:
            self._frame(sql)
        except Exception as error:
            raise _refused(error, sql) from None

    def new_name(self) -> str:
        """Return a name that no engine table has."""
        with self._lock:
            return f"rows_{next(self._numbers)}"

    def keep(self, sql: str, columns: Columns, *, to_change: bool = False) -> str:
        """Write a query's rows into an engine table, cast to these columns, and return its name.

        A table with the same rows may be there already; one that is `to_change` is nobody else's.
        The second half of the union returns nothing: it makes all columns nullable in the engine, which otherwise concludes from a literal that
        there will never be a NULL. NOT NULL is checked by the double.
        """
        if to_change or not repeatable(sql):
            return self._written(sql, columns)
        return self._kept.get((sql, tuple(columns)), lambda: self._written(sql, columns))

    def _written(self, sql: str, columns: Columns) -> str:
        name = self.new_name()
        alias = ", ".join(quoted([column]) for column, _ in columns)
        casts = ", ".join(
            f"CAST({quoted([column])} AS {_stored(kind)}) AS {quoted([column])}" for column, kind in columns
        )
        nulls = ", ".join(f"CAST(NULL AS {_stored(kind)})" for _, kind in columns)
        written = self._asked(
            f"CREATE TABLE {name} USING DELTA AS SELECT {casts} FROM ({sql}) AS `kept`({alias}) "
            f"UNION ALL SELECT {nulls} WHERE FALSE"
        )
        self.counts[name] = written.column(0)[0].as_py()
        return name

    def count(self, name: str) -> int:
        """Return how many rows an engine table has now, after it was changed in place."""
        self.counts[name] = self.query(f"SELECT COUNT(*) FROM {name}").column(0)[0].as_py()
        return self.counts[name]

    def upload(self, table: pa.Table) -> str:
        """Make rows readable by a query, and return their name: equal rows have one, so that their queries are one."""
        from pyspark.sql.pandas.types import from_arrow_schema

        digest = _digest(table)
        with self._uploading:
            if digest not in self._uploaded:
                name = self.new_name()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    # The schema is said, because it cannot be inferred of a table without rows.
                    frame = self._spark.createDataFrame(table, from_arrow_schema(table.schema))
                frame.createOrReplaceTempView(name)
                self._uploaded[digest] = name
            self._users[self._uploaded[digest]] += 1
            return self._uploaded[digest]

    def forget(self, uploaded: str) -> None:
        """Say that what `upload` made is not needed any more; the newest stay for whoever needs the same."""
        with self._uploading:
            self._users[uploaded] -= 1
            for digest, name in list(self._uploaded.items())[:-REMEMBERED_UPLOADS]:
                if not self._users[name]:
                    self._spark.catalog.dropTempView(name)
                    del self._uploaded[digest], self._users[name]


def _digest(table: pa.Table) -> str:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return hashlib.sha256(sink.getbuffer()).hexdigest()


def _stored(kind: str) -> str:
    """Return the type that the engine keeps for a type of Databricks."""
    return re.sub(r"\b(void|varchar\(\d+\)|char\(\d+\))", "string", kind)


def _refused(error: Exception, sql: str) -> SqlError:
    message = str(error).strip()
    for pattern, error_class, state in _STATES:
        if pattern.search(message):
            return SqlError(error_class, message, state)
    if "invalid argument: found" in message:
        return SqlError("PARSE_SYNTAX_ERROR", f"{message}. The engine was given: {sql[:300]}", "42601")
    return SqlError("ENGINE_ERROR", message, "XX000")


def _plain(table: pa.Table) -> pa.Table:
    """Return rows in the Arrow types that Databricks sends: no views, no large strings, no 256 bit decimals."""
    fields = [pa.field(field.name, _plain_type(field.type)) for field in table.schema]
    return table.cast(pa.schema(fields)) if fields else table


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_decimal(kind):
        return pa.decimal128(min(kind.precision, 38), kind.scale)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return kind
