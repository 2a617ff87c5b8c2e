"""Opening a registry: made when missing, refused with a reason when it does not fit.

These tests may run as root, whom permission bits do not stop: what cannot be written is a path below a regular file, a
folder in the file's place, or a database opened read-only by its URI.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, TimeoutError

from meshport.errors import ExitCode, UnavailableError
from meshport.registry import Registry
from meshport.registry import connection as opening
from meshport.registry.failures import explained
from tests.registry.samples import product, record, url


def rewrite(path: Path, *statements: str) -> None:
    raw = sqlite3.connect(path)
    with raw:
        for statement in statements:
            raw.execute(statement)
    raw.close()


def refused(path: Path | str, create: bool = True) -> UnavailableError:
    with pytest.raises(UnavailableError) as caught, Registry.open(url(Path(path)), create=create) as registry:
        registry.record_publication(record())
    assert caught.value.exit_code == ExitCode.UNAVAILABLE
    assert caught.value.hint
    return caught.value


def test_a_missing_registry_is_made_with_its_folder(tmp_path: Path) -> None:
    with Registry.open(url(tmp_path / "deep" / "down" / "registry.db")) as registry:
        assert registry.heads() == {}


def test_an_empty_file_is_an_empty_registry(path: Path) -> None:
    path.touch()
    assert "no registry" in refused(path, create=False).message
    with Registry.open(url(path)) as registry:
        assert registry.domains() == []


def test_connections_are_safe(registry: Registry) -> None:
    with registry._read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 2}


def test_a_missing_registry_is_refused_where_it_may_not_be_made(path: Path) -> None:
    error = refused(path, create=False)
    assert (error.where, error.hint) == (str(path), "meshport registry init")
    assert not path.exists()


def test_a_newer_registry_is_refused(registry: Registry, path: Path) -> None:
    rewrite(path, "UPDATE alembic_version SET version_num = '9999'")
    assert "written by a newer meshport (revision 9999)" in refused(path).message


def test_an_older_registry_asks_for_an_upgrade(registry: Registry, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "REVISIONS", (*opening.REVISIONS, "9999"))
    error = refused(path)
    assert "older meshport" in error.message
    assert error.hint == "meshport registry upgrade"


def test_another_database_is_left_alone(path: Path) -> None:
    rewrite(path, "CREATE TABLE theirs (x)")
    assert "something else" in refused(path).message
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    raw.close()


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("Dear diary, " * 1000)
    error = refused(path)
    assert (error.message, error.where) == ("this file is not a registry", str(path))
    assert path.read_text().startswith("Dear diary")


def test_a_truncated_database(path: Path) -> None:
    with Registry.open(url(path)) as registry:
        registry.record_publication(record())
    path.write_bytes(path.read_bytes()[: 4096 * 3 + 100])
    assert refused(path).message == "the registry is damaged"


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(tmp_path).message


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    error = refused(tmp_path / "file" / "registry.db")
    assert "folder cannot be made" in error.message
    assert error.where == str(tmp_path / "file")


def test_a_read_only_database_can_be_read_and_says_so_when_written(registry: Registry, path: Path) -> None:
    registry.record_publication(record())
    with Registry.open(f"sqlite:///file:{path}?mode=ro&uri=true", create=False) as read_only:
        assert list(read_only.heads()) == [product().key]
        with pytest.raises(UnavailableError, match="cannot be written") as error:
            read_only.audit("user:ann", "a", "b", {})
        assert "writable" in str(error.value.hint)


def test_a_locked_database_says_so(registry: Registry, path: Path) -> None:
    event.listen(registry._engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 10"))
    registry._engine.dispose()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="in use by another program") as error:
        registry.audit("user:ann", "a", "b", {})
    assert error.value.where == str(path)
    other.execute("ROLLBACK")
    other.close()
    registry.audit("user:ann", "a", "b", {})


def test_a_full_disk_says_so_and_loses_nothing(registry: Registry) -> None:
    registry.record_publication(record())
    event.listen(registry._engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 1"))
    registry._engine.dispose()

    def fill() -> None:
        for number in range(2, 100):
            registry.record_publication(record(plan_digest=f"plan {number}", note="x" * 10_000))

    with pytest.raises(UnavailableError, match="no room left"):
        fill()
    history = registry.publications(product().key)
    assert [each.number for each in history] == list(range(len(history), 0, -1))
    assert len(registry.audit_log()) == len(history)


def test_an_unreachable_server_says_so() -> None:
    with pytest.raises(UnavailableError) as error:
        Registry.open("postgresql+psycopg://mesh:secret@127.0.0.1:1/mesh")
    assert "secret" not in f"{error.value.message} {error.value.where} {error.value.hint}"


def test_opening_does_not_import_alembic(registry: Registry, path: Path) -> None:
    code = (
        "import sys; from meshport.registry import Registry\n"
        f"with Registry.open({url(path)!r}) as registry: registry.heads()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_types_do_not_import_a_database_library() -> None:
    code = "import sys, meshport.registry.types; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError("QueuePool limit of size 5 overflow 10 reached"), "too many things are done"),
        (OperationalError("INSERT", None, Exception("deadlock detected")), "waited for each other"),
        (OperationalError("", None, Exception("FATAL: sorry, too many clients already")), "has no connection left"),
    ],
)
def test_what_many_at_once_run_into_is_explained(error: Exception, said: str) -> None:
    with pytest.raises(UnavailableError, match=said) as caught, explained("here"):
        raise error
    assert "try again" in (caught.value.hint or "")
