"""Bad input: a clear error, the documented exit code, no traceback, and nothing lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from meshport.errors import ExitCode
from tests.publish import toy
from tests.publish.domain import Domain, Done

pytestmark = pytest.mark.dbt


def refused(domain: Domain, code: ExitCode, *messages: str, command: str = "publish") -> Done:
    """Run a command that must be refused with these messages and without a traceback."""
    done = domain.run(command, *(["--yes"] if command == "publish" else []))
    assert done.code == code, done
    assert "\nError: " in "\n" + done.err  # progress may stand before it on a slow machine
    assert "Traceback" not in done.err
    for message in messages:
        assert message in done.err
    return done


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def foreign(path: Path) -> None:
    path.write_text('{"name": "something else"}')


def other_version(path: Path) -> None:
    path.write_text(path.read_text().replace("/v12.json", "/v99.json").replace("/v6.json", "/v99.json"))


def a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_bytes(path: Path) -> None:
    path.write_bytes(b"\x00\xff" * 4096)


@pytest.mark.parametrize("artifact", ["manifest.json", "run_results.json"])
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (halve, "is not complete JSON"),
        (empty, "is not complete JSON"),
        (other_bytes, "is not complete JSON"),
        (foreign, "is not dbt's"),
        (other_version, "has schema v99"),
        (a_folder, "cannot be read: Is a directory"),
    ],
)
def test_damaged_artifacts(published: Domain, artifact: str, damage: Callable[[Path], None], message: str) -> None:
    path = published.path / "target" / artifact
    kept = path.read_bytes()
    damage(path)
    for command in ("plan", "publish"):
        done = refused(published, ExitCode.INPUT, f"{artifact} {message}", command=command)
        assert str(path) in done.err
        assert "fix:" in done.err
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.write_bytes(kept)
    assert published.in_sync()


def test_no_artifacts(published: Domain) -> None:
    (published.path / "target" / "manifest.json").unlink()
    refused(published, ExitCode.INPUT, "there is no manifest.json here", "meshport build")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no mesh.yml here"),
        ("", "mesh.yml cannot be read"),
        ("domain: [", "mesh.yml cannot be read"),
        ("title: Sales", "missing required field `domain`"),
        ("domain: sales\ncolour: red", "unknown field `colour`"),
        ("domain: sales\npublished: {file: x}", "unknown field `file`"),
        ("domain: 7", "Expected `str`, got `int`"),
        ("domain: ''", "matching regex"),
    ],
)
def test_a_broken_mesh_yml(published: Domain, text: str | None, message: str) -> None:
    path = published.path / "mesh.yml"
    kept = path.read_text()
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    refused(published, ExitCode.INPUT, message)
    path.write_text(kept)
    assert published.in_sync()


@pytest.mark.parametrize("damage", [other_bytes, a_folder])
def test_a_published_file_that_is_none(published: Domain, damage: Callable[[Path], None]) -> None:
    kept = published.published.read_bytes()
    damage(published.published)
    for command in ("plan", "publish"):
        refused(
            published,
            ExitCode.UNAVAILABLE,
            "the DuckDB file cannot be read",
            str(published.published),
            command=command,
        )
    shutil.rmtree(published.published) if published.published.is_dir() else published.published.unlink()
    published.published.write_bytes(kept)
    assert published.in_sync()


def test_a_published_file_cut_short(published: Domain) -> None:
    kept = published.published.read_bytes()
    halve(published.published)
    refused(published, ExitCode.UNAVAILABLE, str(published.published))
    assert len(published.publications("sales.customer_orders")) == 1
    published.published.write_bytes(kept)
    assert published.in_sync()


def test_a_lost_published_file_is_written_again(published: Domain) -> None:
    published.published.unlink()
    published.publish()
    assert published.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert published.in_sync()


def test_the_word_lock_in_a_path_is_no_lock(published: Domain, tmp_path: Path) -> None:
    """A file that is no database is not waited for as if somebody had it open, whatever its folder is called."""
    elsewhere = tmp_path / "block" / "published.duckdb"
    elsewhere.parent.mkdir()
    other_bytes(elsewhere)
    mesh = published.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + f"published: {{path: '{elsewhere}'}}\n")
    refused(published, ExitCode.UNAVAILABLE, "the DuckDB file cannot be read")


def test_the_internal_file_is_gone(published: Domain) -> None:
    published.rebuild()
    published.internal.unlink()
    before = published.ask("from customer_orders.customers_v1 order by 1")
    done = published.run("publish", "--yes")
    # Where dbt had to be asked to render, it made an empty file anew: then a relation is missing, and not the file.
    assert done.code in (ExitCode.INPUT, ExitCode.UNAVAILABLE), done
    assert "is not there" in done.err or "does not exist" in done.err, done
    assert "Traceback" not in done.err
    assert published.ask("from customer_orders.customers_v1 order by 1") == before


def test_the_internal_file_must_not_be_the_published_one(domain: Domain) -> None:
    mesh = domain.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + "published: {path: sales.duckdb}\n")
    before = domain.ask("from duckdb_tables() select table_name order by 1", domain.internal)
    refused(domain, ExitCode.INPUT, "the published file is the file that dbt writes")
    assert domain.ask("from duckdb_tables() select table_name order by 1", domain.internal) == before


def test_a_relation_that_dbt_did_not_build(published: Domain) -> None:
    published.rebuild("drop table orders")
    done = refused(published, ExitCode.UNAVAILABLE, "DuckDB refused a statement", "orders")
    assert "create or replace table" not in done.err
    assert published.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS


@pytest.mark.parametrize("damage", [other_bytes, a_folder])
def test_a_registry_that_is_none(published: Domain, damage: Callable[[Path], None]) -> None:
    kept = published.registry_file.read_bytes()
    damage(published.registry_file)
    refused(published, ExitCode.UNAVAILABLE, str(published.registry_file))
    shutil.rmtree(published.registry_file) if published.registry_file.is_dir() else published.registry_file.unlink()
    published.registry_file.write_bytes(kept)
    assert published.in_sync()


def test_a_registry_in_a_folder_that_cannot_be_made(domain: Domain) -> None:
    mesh = domain.path / "mesh.yml"
    mesh.write_text(mesh.read_text().replace("registry.db", "mesh.yml/registry.db"))
    refused(domain, ExitCode.UNAVAILABLE, "the registry's folder cannot be made")
    assert not domain.published.exists()


def test_a_registry_of_a_newer_meshport(published: Domain) -> None:
    published.rebuild()
    with sqlite3.connect(published.registry_file) as connection:
        connection.execute("update alembic_version set version_num = 'r9999'")
    connection.close()
    refused(published, ExitCode.UNAVAILABLE, "written by a newer meshport (revision r9999)", "upgrade meshport")
    assert published.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS


def test_a_broken_dbt_project_cannot_be_rendered(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither catalog nor registry hold anything of it."""
    monkeypatch.undo()  # the remembered rendering of `quick_rendering` would not ask dbt
    monkeypatch.delenv("MESHPORT_REGISTRY", raising=False)
    (domain.path / "dbt_project.yml").write_text("name: [")
    refused(domain, ExitCode.INPUT, "dbt_project.yml is no YAML")
    assert not domain.published.exists()
    assert domain.publications("sales.customer_orders") == []


def test_with_debug_there_is_a_traceback(domain: Domain) -> None:
    (domain.path / "mesh.yml").unlink()
    from meshport.cli import main
    from meshport.errors import InputError

    with pytest.raises(InputError):
        main(["--debug", "plan", "--project-dir", str(domain.path)])


def test_nothing_declared_is_said(domain: Domain) -> None:
    with domain.editing() as manifest:
        manifest["groups"] = {}
    done = domain.publish()
    assert "This project declares no data product." in done.out
    assert json.loads(domain.run("plan", "--format", "json").out)["products"] == []
