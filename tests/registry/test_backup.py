"""A backup brings back what was there, on either database, or says why it cannot."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.cli import main
from meshport.errors import ExitCode
from meshport.registry import Registry
from meshport.registry.types import RunRecord, RunResult, Told
from tests.postgres import Server
from tests.registry.samples import at_revision, product, record, url

KEY = "sales.customer_360"
AT = "2026-11-20T10:00:00+00:00"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return int(ended.value.code or 0)


def fill(address: str) -> None:
    """Let a registry hold something of everything that has numbers, texts or times."""
    with Registry.open(address, create=False) as registry:
        registry.record_publication(record())
        registry.record_publication(record(product(description="Café, “quoted”\nand on two lines"), plan_digest="2"))
        ann = Actor.named("user:ann@example.com")
        subscriptions.request(registry, KEY, "domain:marketing", actor=ann, reason="it's needed; drop table port")
        subscriptions.approve(registry, KEY, "domain:marketing", actor=Actor.named("domain:sales"))
        run = RunRecord(
            domain="sales",
            invocation_id="one",
            command="build",
            target=None,
            started_at=AT,
            ended_at=AT,
            status="success",
        )
        result = RunResult(
            unique_id="model.sales.a", name="a", kind="model", product=None, label=None, status="success", seconds=0.1
        )
        registry.record_run(run, [result])
        registry.journal_end(registry.journal_begin("sales", "digest", "user:ann"), "done")


def content(address: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table but the newest audit entry and what it moves: a restore adds one."""
    engine = create_engine(address)
    with engine.connect() as connection:
        found = {}
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            found[table] = sorted(map(tuple, rows), key=repr)
    engine.dispose()
    return found


@pytest.fixture
def other(path: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """Places without a registry, by database."""
    server: Server = request.getfixturevalue("postgres")
    return {"sqlite": url(path.with_name("other.db")), "postgresql": server.url(server.database())}


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_what_was_there_is_there_again(each_url: str, other: dict[str, str], to: str, tmp_path: Path) -> None:
    fill(each_url)
    file = tmp_path / "backup.jsonl.gz"
    assert run("registry", "backup", file, "--registry", each_url) == ExitCode.OK
    before = content(each_url)
    assert run("registry", "restore", file, "--registry", other[to]) == ExitCode.OK
    after = content(other[to])
    restored = [row for row in after["audit"] if row not in before["audit"]]
    assert [row[3] for row in restored] == ["registry.restore"]
    for changed in ("audit", "audit_head"):
        before.pop(changed), after.pop(changed)
    assert after == before
    assert all(before[name] for name in ("subscription", "notice", "journal_run", "run_result"))
    with Registry.open(other[to], create=False) as registry:
        assert registry.verify_audit().broken is None
        # What the tables number by themselves goes on after what was brought back.
        assert registry.journal_begin("sales", "digest", "user:ann") == before["journal_run"][-1][0] + 1
        registry.tell([Told("domain:sales", "later", "change", KEY, "something new")])
        assert subscriptions.may_read(registry, "domain:marketing", KEY)


def test_a_backup_is_its_owners_alone_and_never_overwritten(
    registry: Registry, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "backup.jsonl.gz"
    assert run("registry", "backup", file, "--registry", path) == ExitCode.OK
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    assert run("registry", "backup", file, "--registry", path) == ExitCode.BLOCKED
    assert "never overwritten" in capsys.readouterr().err
    assert file.read_bytes() == content
    assert run("registry", "backup", tmp_path / "no" / "folder", "--registry", path) == ExitCode.UNAVAILABLE


def test_a_folder_keeps_the_newest(registry: Registry, path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "mine.txt").write_text("not a backup")
    made = []
    for _ in range(3):
        assert run("registry", "backup", folder, "--keep", 2, "--registry", path) == ExitCode.OK
        made.append(max(folder.glob("registry-*")))
    assert sorted(folder.iterdir()) == sorted([folder / "mine.txt", *made[1:]])
    assert run("registry", "backup", tmp_path / "a.gz", "--keep", 2, "--registry", path) == ExitCode.USAGE


def test_a_registry_that_holds_something_is_left_alone(
    registry: Registry, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "backup.jsonl.gz"
    assert run("registry", "backup", file, "--registry", path) == ExitCode.OK
    registry.record_publication(record())
    assert run("registry", "restore", file, "--registry", path) == ExitCode.BLOCKED
    assert "there is a registry already" in capsys.readouterr().err
    assert KEY in registry.heads()


def test_an_older_registry_is_backed_up_as_it_is_and_restored_up_to_date(path: Path, tmp_path: Path) -> None:
    older, file = url(tmp_path / "older.db"), tmp_path / "backup.jsonl.gz"
    engine = at_revision(older, "0002")
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO audit (at, actor, action, subject, detail) VALUES ('2026', 'ann', 'x', 's', '{}')")
        )
    engine.dispose()
    assert run("registry", "backup", file, "--registry", older) == ExitCode.OK
    assert run("registry", "restore", file, "--registry", path) == ExitCode.OK
    with Registry.open(url(path), create=False) as registry:
        assert [entry.action for entry in registry.audit_log()] == ["registry.restore", "x"]
        assert registry.verify_audit().broken is None


def _lines(file: Path) -> list[bytes]:
    return gzip.decompress(file.read_bytes()).splitlines(keepends=True)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def _without_end(file: Path) -> None:
    file.write_bytes(gzip.compress(b"".join(_lines(file)[:-1])))


def _changed(file: Path) -> None:
    file.write_bytes(gzip.compress(b"".join(_lines(file)).replace(b"ann@", b"bob@")))


def _row_less(file: Path) -> None:
    lines = _lines(file)
    lines.remove(next(line for line in lines if line.startswith(b'["sales"')))
    file.write_bytes(gzip.compress(b"".join(lines)))


def _newer(file: Path) -> None:
    head, *rest = _lines(file)
    file.write_bytes(gzip.compress(json.dumps({**json.loads(head), "format": 2}).encode() + b"\n" + b"".join(rest)))


def _foreign(file: Path) -> None:
    file.write_text("a,b\n1,2\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "cut off"),
        (_without_end, "cut off"),
        (_changed, "was changed, or is damaged"),
        (_row_less, "was changed, or is damaged"),
        (_newer, "of a newer meshport"),
        (_foreign, "no backup of a registry"),
        (Path.unlink, "cannot be read"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_a_damaged_backup_restores_nothing(
    registry: Registry, path: Path, tmp_path: Path, damage: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(url(path))
    file, target = tmp_path / "backup.jsonl.gz", tmp_path / "target.db"
    assert run("registry", "backup", file, "--registry", path) == ExitCode.OK
    damage(file)
    assert run("registry", "restore", file, "--registry", target) == ExitCode.INPUT
    assert said in capsys.readouterr().err
    assert not target.exists()


def test_a_restore_that_fails_leaves_nothing_and_can_be_done_again(
    registry: Registry, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meshport.registry import dialects

    fill(url(path))
    file, target = tmp_path / "backup.jsonl.gz", tmp_path / "target.db"
    assert run("registry", "backup", file, "--registry", path) == ExitCode.OK
    with monkeypatch.context() as patch:
        patch.setattr(dialects, "count_on", lambda *_: 1 / 0)
        assert run("registry", "restore", file, "--registry", target) == ExitCode.BUG
    assert not any(rows for name, rows in content(url(target)).items() if name not in ("alembic_version", "audit_head"))
    assert run("registry", "restore", file, "--registry", target) == ExitCode.OK
    assert content(url(target))["product"] == content(url(path))["product"]


def test_what_is_done_with_goes_when_it_is_said(
    registry: Registry, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(url(path))
    registry.visit(KEY, "user:ann@example.com")
    registry.tell([Told("domain:sales", "unread", "change", KEY, "kept until somebody reads it")])
    open_run = registry.journal_begin("sales", "open", "user:ann")
    registry.mark_read(["domain:marketing"])
    with registry._write() as connection:
        for table, column in (("notice", "read_at"), ("visit", "visited_at"), ("journal_run", "ended_at")):
            connection.execute(
                text(f"UPDATE {table} SET {column} = '2020-01-01T00:00:00.000000+00:00' WHERE {column} IS NOT NULL")
            )
    kept = {name: rows for name, rows in content(url(path)).items() if name not in ("audit", "audit_head")}
    assert run("registry", "prune", "--registry", path, "--format", "json") == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert not shown["removed"]
    assert (shown["rows"]["visit"], shown["rows"]["journal_run"]) == (1, 1)
    assert {name: rows for name, rows in content(url(path)).items() if name not in ("audit", "audit_head")} == kept
    assert run("registry", "prune", "--yes", "--registry", path) == ExitCode.OK
    after = content(url(path))
    assert [row[0] for row in after["journal_run"]] == [open_run]
    assert after["visit"] == []
    assert {row[-1] for row in after["notice"]} == {None}
    changed = {"journal_run", "journal_step", "visit", "notice"}
    assert {name: after[name] for name in kept if name not in changed} == {
        name: rows for name, rows in kept.items() if name not in changed
    }
    assert registry.audit_log(limit=1)[0].action == "registry.prune"
    assert registry.verify_audit().broken is None
    assert run("registry", "prune", "--yes", "--registry", path) == ExitCode.OK
    assert "Nothing." in capsys.readouterr().out
