"""Bringing a registry's tables to the newest revision, with Alembic and without an ini file."""

from __future__ import annotations

import sqlite3
import time

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from meshport.registry import dialects


def migrate(engine: Engine, to: str = "head") -> None:
    """Create the tables or upgrade them to a revision, in one transaction: all of it or nothing.

    Several processes may do so at once: the first does the work, the others wait and find it done.
    """
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    config = Config()
    config.set_main_option("script_location", "meshport.registry:migrations")
    with engine.connect().execution_options(**{dialects.WRITES: True}) as connection, connection.begin():
        dialects.migrate_alone(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _use_wal(engine: Engine, wait: float = 5.0) -> None:
    # SQLite does not honour busy_timeout for this one change, so that two first users would trip over each other.
    deadline = time.monotonic() + wait
    while True:
        raw = engine.raw_connection()
        try:
            dialects.use_wal(raw.driver_connection)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise OperationalError("PRAGMA journal_mode", None, error) from error
            time.sleep(0.05)
        finally:
            raw.close()
