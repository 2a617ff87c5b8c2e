"""The tables as migrations make them are the tables as the code knows them."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_mock_engine, inspect

from meshport.registry import Registry
from meshport.registry import migrate as migrating
from meshport.registry.migrations import REVISIONS
from meshport.registry.schema import APPEND_ONLY, metadata
from tests.registry.samples import url


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "meshport.registry:migrations")
    return ScriptDirectory.from_config(config)


def test_the_list_of_revisions_is_the_one_of_the_scripts() -> None:
    assert tuple(script.revision for script in scripts().walk_revisions())[::-1] == REVISIONS


def test_a_migrated_registry_has_the_tables_of_the_schema(registry: Registry) -> None:
    with registry._read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_the_tables_can_be_written_for_postgresql() -> None:
    said: list[str] = []
    engine = create_mock_engine("postgresql+psycopg://", lambda sql, *_, **__: said.append(str(sql.compile(engine))))
    metadata.create_all(engine, checkfirst=False)
    assert sum("CREATE TABLE" in statement for statement in said) == len(metadata.tables)
    assert any("WHERE state IN" in statement for statement in said)


def test_a_migration_that_fails_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from meshport.registry import dialects

    def fails(table: str, _dialect: str) -> list[str]:
        return ["SELECT 1"] if table != APPEND_ONLY[-1] else ["SELECT no_such_function()"]

    monkeypatch.setattr(dialects, "append_only", fails)
    with pytest.raises(Exception, match="no_such_function"):
        Registry.open(url(path))
    monkeypatch.undo()
    with Registry.open(url(path)) as registry:
        assert registry.domains() == []


def _open(path: Path, start: multiprocessing.synchronize.Event) -> None:
    start.wait(10)
    with Registry.open(url(path)) as registry:
        registry.audit("user:ann", "opened", "registry", {})


def test_first_users_at_the_same_moment_do_not_trip_over_each_other(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Event()
    users = [spawn.Process(target=_open, args=(path, start), daemon=True) for _ in range(3)]
    for user in users:
        user.start()
    start.set()
    for user in users:
        user.join(60)
    assert [user.exitcode for user in users] == [0, 0, 0]
    with Registry.open(url(path)) as registry:
        assert len(registry.audit_log()) == 3


def test_upgrading_what_is_up_to_date_changes_nothing(registry: Registry) -> None:
    registry.audit("user:ann", "a", "b", {})
    migrating.migrate(registry._engine)
    assert len(registry.audit_log()) == 1
