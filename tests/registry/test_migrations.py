"""The tables as migrations make them are the tables as the code knows them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from meshport.registry import Registry
from meshport.registry import migrate as migrating
from meshport.registry.migrations import REVISIONS
from meshport.registry.schema import APPEND_ONLY, metadata
from meshport.registry.types import Asked
from tests.postgres import Server
from tests.registry.samples import at_revision, url


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "meshport.registry:migrations")
    return ScriptDirectory.from_config(config)


def test_the_list_of_revisions_is_the_one_of_the_scripts() -> None:
    assert tuple(script.revision for script in scripts().walk_revisions())[::-1] == REVISIONS


def test_a_migrated_registry_has_the_tables_of_the_schema(each_registry: Registry) -> None:
    with each_registry._read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


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


def test_what_an_older_registry_holds_is_kept_and_chained(older: Engine) -> None:
    entries = [(3, "user:ann", "a", '{"x":1}'), (4, "user:bob", "b", "{}"), (9, "user:ann", "ü", "{}")]
    with older.begin() as connection:
        connection.execute(text("INSERT INTO domain VALUES ('sales', NULL, '', '{}')"))
        connection.execute(text("INSERT INTO product VALUES ('sales.x', 'sales', 'published', 'c', 'duckdb', 1, '')"))
        for number, actor, subject, detail in entries:
            connection.execute(
                text("INSERT INTO audit VALUES (:n, '2026', :actor, 'did', :subject, :detail)"),
                {"n": number, "actor": actor, "subject": subject, "detail": detail},
            )
        columns = "product, principal, state, requested_by, requested_at, decided_by, decided_at"
        for state in ("active", "revoked", "requested"):
            connection.execute(
                text(f"INSERT INTO subscription ({columns}) VALUES ('sales.x', :who, :state, 'a', '1', 'b', '2')"),
                {"who": f"domain:{state}", "state": state},
            )
    migrating.migrate(older)
    with Registry.open(older.url.render_as_string(hide_password=False), create=False) as registry:
        found = registry.verify_audit()
        assert (found.entries, found.broken) == (3, None)
        registry.audit("user:ann", "did", "more", {})
        assert registry.audit_log(limit=1)[0].id == 10
        assert registry.verify_audit(found.anchor).broken is None
        with pytest.raises(DatabaseError, match="append-only"), registry._write() as connection:
            connection.execute(text("DELETE FROM audit"))
        ended = {each.state: (each.ended_at, each.until, each.approvals) for each in registry.subscriptions("sales.x")}
        assert ended == {"active": (None, None, ()), "revoked": ("2", None, ()), "requested": (None, None, ())}
        with registry._read() as connection:
            assert connection.execute(text("SELECT * FROM product")).mappings().all() == [
                {
                    "key": "sales.x",
                    "domain": "sales",
                    "status": "published",
                    "catalog": "c",
                    "catalog_type": "duckdb",
                    "head": 1,
                }
            ]
        again = Asked(product="sales.x", principal="domain:revoked", by="user:a")
        assert registry.add_subscription(again) is not None
        assert registry.add_subscription(again) is None


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, path: Path) -> Iterator[Engine]:
    """A registry of revision 0002 on each of the two databases."""
    if request.param == "sqlite":
        address = url(path)
    else:
        server: Server = request.getfixturevalue("postgres")
        address = server.url(server.database())
    engine = at_revision(address, "0002")
    yield engine
    engine.dispose()
