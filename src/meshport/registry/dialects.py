"""The only place that knows SQLite from PostgreSQL: how connections begin, upserts, triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, TextClause, event, func, select
from sqlalchemy.dialects import postgresql, sqlite

# Execution options of a connection: it is going to write; what others lock is not waited for.
WRITES = "meshport_writes"
IMPATIENT = "meshport_impatient"
_PATIENCE, _LITTLE_PATIENCE = 5000, 50  # milliseconds


def prepare(engine: Engine) -> None:
    """Make every connection of an SQLite engine safe: real transactions, foreign keys, patience, durable commits.

    Where a connection is `IMPATIENT`, a transaction that has to wait for others fails soon, on both databases.

    `synchronous=FULL` costs one `fsync` per commit, and a publish commits a few dozen times; with NORMAL a power cut
    could take back journal and ledger entries whose changes are already in the catalog.
    """
    if engine.dialect.name != "sqlite":

        @event.listens_for(engine, "begin")
        def _hurry(connection: Connection) -> None:
            if connection.get_execution_options().get(IMPATIENT, False):
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LITTLE_PATIENCE}")

        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late, and never for DDL
        for pragma in ("foreign_keys = ON", f"busy_timeout = {_PATIENCE}", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later can fail at once with "locked": a writer says so at the start.
        options = connection.get_execution_options()
        begin = "BEGIN IMMEDIATE" if options.get(WRITES, False) else "BEGIN"
        if not options.get(IMPATIENT, False):
            connection.exec_driver_sql(begin)
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_LITTLE_PATIENCE}")
        try:
            connection.exec_driver_sql(begin)
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_PATIENCE}")


def use_wal(connection: Any) -> None:
    """Put an SQLite file into WAL mode for good: readers and one writer do not wait for each other.

    `connection` is the driver's. Another process that does the same at this moment can make it fail as locked.
    """
    connection.execute("PRAGMA journal_mode = WAL")


def migrate_alone(connection: Connection) -> None:
    """Wait until no other process migrates, and keep others out until the transaction ends.

    On SQLite a writing transaction is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('meshport registry'))")


def hold_still(connection: Connection) -> None:
    """Let every question of this transaction see one moment; to be called first. SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or update those whose primary key is already there."""
    if not rows:
        return
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changes = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), list(rows))


def insert_missing(connection: Connection, table: Table, row: Mapping[str, Any], keys: Sequence[str] = ()) -> bool:
    """Insert a row unless one with these unique `keys` (its primary key) is there. Returns whether it was inserted."""
    return insert_unless(connection, table, row, keys or [column.name for column in table.primary_key]) is not None


def insert_unless(
    connection: Connection,
    table: Table,
    row: Mapping[str, Any],
    keys: Sequence[str],
    where: TextClause | None = None,
) -> Row[Any] | None:
    """Insert a row and return it, or None where the unique index over `keys` (of rows with `where`) has one already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    unique = [table.c[key] for key in keys]
    statement = insert(table).values(dict(row)).on_conflict_do_nothing(index_elements=unique, index_where=where)
    # Drivers disagree on the row count of an INSERT; what it returns is certain.
    return connection.execute(statement.returning(table)).first()


def count_on(connection: Connection, table: Table) -> None:
    """Let the numbers that a table gives to its rows go on after those that were written with theirs."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key:
        sequence = connection.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar()
        if sequence is not None:
            following = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, following, False)))


def append_only(table: str, dialect: str) -> list[str]:
    """Return the statements that create triggers which refuse to change or delete rows of a table."""
    refusal = f"{table} is append-only"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            for action in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


def append_only_off(table: str, dialect: str) -> list[str]:
    """Return the statements that remove the triggers of `append_only`: for a migration, which puts them back."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER {table}_no_{action}" for action in ("update", "delete")]
    return [f"DROP TRIGGER {table}_append_only ON {table}", f"DROP FUNCTION {table}_append_only()"]
