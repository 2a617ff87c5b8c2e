"""A whole registry to one file, and back: every row of one moment, from and to either database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, select, text

from meshport.errors import BlockedError, UnavailableError
from meshport.registry import audit, backup_file, dialects, schema
from meshport.registry.backup_file import Head
from meshport.registry.clock import now
from meshport.registry.connection import judge, refusal, shown, using
from meshport.registry.migrate import migrate
from meshport.registry.migrations import REVISIONS
from meshport.registry.types import Verified

_LEFT_OUT = {"alembic_version", schema.lease.name}
"""The revision is in the head of a backup; who publishes at this moment will not do so after a restore."""
_AT_ONCE = 1_000
_NAME = "registry-%Y%m%dT%H%M%S.%fZ.jsonl.gz"
_NAMES = "registry-*Z.jsonl.gz"
Tell = Callable[[str], None]


class Backup(msgspec.Struct, frozen=True):
    """What a backup holds: the revision of its tables, when it was taken, rows by table. `path` is the file."""

    path: str
    origin: str
    taken_at: str
    revision: str
    rows: dict[str, int]


class Restored(msgspec.Struct, frozen=True):
    """A backup that was restored, and what its audit log's chain is found to be."""

    backup: Backup
    audit: Verified


def back_up(url: str, path: Path, tell: Tell = lambda table: None) -> Backup:
    """Write everything that a registry holds at one moment to a file. Others may go on writing to the registry.

    A registry of an older meshport is written as it is. `tell` hears of every table. Raises UnavailableError where
    there is no registry or the file cannot be written, BlockedError where there is such a file already.
    """
    with using(url, create=False) as engine:
        fit, found = judge(engine)
        if fit not in ("current", "older"):
            raise refusal(fit, found, shown(url))
        with engine.begin() as connection, backup_file.writing(path) as writer:
            dialects.hold_still(connection)
            # Asked again: it is this moment's that counts.
            revision: str = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            head = Head(revision, now(), shown(url))
            writer.head(head)
            for table in _tables(connection):
                tell(table.name)
                columns = [str(column.name) for column in table.columns]
                writer.table(str(table.name), columns)
                result = connection.execute(select(table), execution_options={"yield_per": _AT_ONCE})
                for rows in result.mappings().partitions():
                    writer.add([[row[name] for name in columns] for row in rows])
            writer.end()
            return Backup(str(path), head.origin, head.taken_at, head.revision, writer.rows)


def restore(url: str, path: Path, *, actor: str, tell: Tell = lambda table: None) -> Restored:
    """Make a registry from a backup, and bring it up to date. Nothing of it is there where it fails.

    The backup is read to its end before anything is written. Raises InputError where it is not a complete one,
    BlockedError where there is a registry that holds something, UnavailableError where the backup is of a newer
    meshport or the database cannot be written.
    """
    head, end = backup_file.check(path)
    if head.revision not in REVISIONS:
        raise UnavailableError(
            f"the backup is of a newer meshport (revision {head.revision})", where=str(path), hint="upgrade meshport"
        )
    with using(url, create=True) as engine:
        fit, found = judge(engine)
        if fit == "empty":
            migrate(engine, head.revision)
        elif fit in ("foreign", "newer"):
            raise refusal(fit, found, shown(url))
        elif found != head.revision:
            raise _occupied(url)
        with _writing(engine) as connection:
            _fill(connection, url, path, end.rows, tell)
        migrate(engine)
        with _writing(engine) as connection:
            verified = audit.verify(connection, None)
            backup = Backup(str(path), head.origin, head.taken_at, head.revision, end.rows)
            said = {"taken_at": head.taken_at, "origin": head.origin, "rows": sum(end.rows.values())}
            audit.write(connection, actor, "registry.restore", "registry", said)
    return Restored(backup, verified)


def new_name(folder: Path) -> Path:
    """Return how a backup that is taken now is called in a folder of them."""
    return folder / datetime.now(timezone.utc).strftime(_NAME)


def thin_out(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups (so many) of a folder, by their names. Returns what is gone."""
    old = sorted(folder.glob(_NAMES))[: -keep or None]
    for path in old:
        path.unlink()
    return old


def _fill(connection: Connection, url: str, path: Path, expected: dict[str, int], tell: Tell) -> None:
    """Write the rows of a backup to tables without any."""
    tables = {table.name: table for table in _tables(connection)}
    made_by_migrations = {schema.audit_head.name}
    if any(_count(connection, table) for name, table in tables.items() if name not in made_by_migrations):
        raise _occupied(url)
    for name in made_by_migrations & tables.keys():
        connection.execute(tables[name].delete())
    said = ""
    for section, rows in backup_file.read(path):
        if section.name != said:
            tell(section.name)
            said = section.name
        connection.execute(insert(tables[section.name]), [dict(zip(section.columns, row, strict=True)) for row in rows])
    for name, table in tables.items():
        if _count(connection, table) != expected.get(name, 0):
            raise UnavailableError(f"the rows of {name} did not all arrive", where=shown(url), hint="restore it again")
        dialects.count_on(connection, table)


def _tables(connection: Connection) -> list[Table]:
    """Return the tables as they are, whatever their revision, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in _LEFT_OUT]


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _occupied(url: str) -> BlockedError:
    return BlockedError(
        "there is a registry already",
        where=shown(url),
        hint="restore to a place where there is none: --registry names it; the one here is left as it is",
    )


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.execution_options(**{dialects.WRITES: True}).begin() as connection:
        yield connection
