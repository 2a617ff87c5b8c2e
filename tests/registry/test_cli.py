"""`meshport registry`, `search` and `show` as people use them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from meshport.cli import main
from meshport.errors import ExitCode
from meshport.model import Evidence
from meshport.registry import Registry
from meshport.registry import connection as opening
from tests.registry.samples import RULE, at_revision, port, product, record, url

KEY = "sales.customer_360"


@pytest.fixture(autouse=True)
def here(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHPORT_REGISTRY", str(path))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_a_registry_is_made_once(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("registry", "status") == ExitCode.UNAVAILABLE
    assert "meshport registry init" in capsys.readouterr().err
    assert run("registry", "init") == run("registry", "init") == ExitCode.OK
    assert capsys.readouterr().err == f"Made: {path}\nThere already: {path}\n"
    assert run("registry", "status", "--format", "json") == ExitCode.OK
    status = json.loads(capsys.readouterr().out)
    assert (status["name"], status["fit"], status["counts"]["product"]) == (str(path), "current", 0)
    assert run("registry", "upgrade") == ExitCode.OK


def test_only_an_older_registry_is_upgraded(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("registry", "upgrade") == ExitCode.UNAVAILABLE
    with Registry.open(url(path)) as registry:
        registry.record_publication(record())
    newest = opening.REVISIONS[-1]
    raw = sqlite3.connect(path)
    with raw:
        raw.execute("UPDATE alembic_version SET version_num = 'later'")
    assert run("registry", "upgrade") == run("registry", "init") == ExitCode.UNAVAILABLE
    assert "newer meshport" in capsys.readouterr().err
    assert run("registry", "status") == ExitCode.OK
    assert "later (newer" in capsys.readouterr().out
    raw.close()
    at_revision(url(path.with_name("older.db")), "0001").dispose()
    path.with_name("older.db").replace(path)
    assert run("search") == ExitCode.UNAVAILABLE
    assert "meshport registry upgrade" in capsys.readouterr().err
    assert run("registry", "upgrade") == ExitCode.OK
    assert f"Upgraded from revision 0001 to {newest}" in capsys.readouterr().err
    with Registry.open(url(path), create=False) as registry:
        assert registry.heads() == {}
        assert registry.announcements() == []


def test_what_is_published_is_found_and_shown(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = (Evidence(RULE, "pass", 0, "2026-11-20T10:00:00Z"), Evidence(RULE, "warn", 3))
    item = product(ports=(port(version="1", latest=False), port("customers", "2")))
    with Registry.open(url(path)) as registry:
        registry.record_publication(record(item, evidence={"customers.v2": results}))
        registry.record_publication(record(item, plan_digest="plan 2", kind="retire", evidence={}, note="bye"))
        registry.set_port_status(
            KEY,
            "customers.v1",
            "deprecated",
            actor="user:ann",
            deprecation_date="2027-01-01",
            replaced_by="customers.v2",
        )
    assert run("search", "customer", "EMAIL", "--classification", "pii", "--format", "json") == ExitCode.OK
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["key"], found["status"], found["matched"]) == (KEY, "published", ["name", "column"])
    assert run("search", "nowhere") == ExitCode.OK
    assert capsys.readouterr().out == "No product found.\n"
    assert run("show", KEY) == ExitCode.OK
    shown = capsys.readouterr().out
    for part in (
        "Customer 360",
        "Ann Smith <ann@example.com>",
        "Internal use only.",
        "until 2027-01-01; use customers.v2",
        "sales_published.customer_360.customers",
        "ref('sales', 'customers', v=2)",
        "SELECT * FROM sales_published.customer_360.customers",
        "pii.email",
        "1 passed, 1 warned, 0 failed",
        "bye",
    ):
        assert part in shown
    assert run("show", KEY, "--format", "json") == ExitCode.OK
    data = json.loads(capsys.readouterr().out)
    assert data["product"]["ports"][0]["contract"]["columns"][1]["mask"]["name"] == "email"
    assert [each["kind"] for each in data["history"]] == ["retire", "publish"]
    assert data["results"]["customers.v2"][1]["failures"] == 3
    assert run("show", KEY, "--format", "markdown") == ExitCode.OK
    assert "| customers.v1 | deprecated |" in capsys.readouterr().out


def test_an_unknown_product_is_met_with_near_names(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Registry.open(url(path)) as registry:
        registry.record_publication(record())
    assert run("show", "sales.customer360") == ExitCode.INPUT
    assert f"did you mean {KEY}?" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["search", "x"], ["show", KEY]])
def test_reading_does_not_make_a_registry(path: Path, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command) == ExitCode.UNAVAILABLE
    assert "meshport registry init" in capsys.readouterr().err
    assert not path.exists()


def test_a_domain_finds_its_own_unpublished_products_and_nobody_else_does(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Registry.open(url(path)) as registry:
        registry.record_publication(record())
    project = tmp_path / "sales"
    (project / "target").mkdir(parents=True)
    (project / "mesh.yml").write_text("domain: sales\n")
    (project / "target" / "manifest.json").write_text(json.dumps(MANIFEST))
    inside = ("--project-dir", str(project))

    assert run("search", "orders", "--format", "json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == []
    assert run("show", "sales.orders") == ExitCode.INPUT

    capsys.readouterr()
    assert run("search", "--format", "json", *inside) == ExitCode.OK
    found = {each["key"]: each["status"] for each in json.loads(capsys.readouterr().out)}
    assert found == {KEY: "published", "sales.orders": "unpublished"}
    assert run("search", "orders", "--domain", "marketing", "--format", "json", *inside) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == []
    assert run("show", "sales.orders", *inside) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "status     unpublished" in shown
    assert "How to connect" not in shown


MANIFEST = {
    "metadata": {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
        "dbt_version": "1.11.0",
        "project_name": "sales",
        "adapter_type": "duckdb",
        "generated_at": "2026-11-20T10:00:00Z",
    },
    "nodes": {},
    "sources": {},
    "groups": {
        f"group.sales.{name}": {
            "unique_id": f"group.sales.{name}",
            "name": name,
            "resource_type": "group",
            "package_name": "sales",
            "path": "models/groups.yml",
            "original_file_path": "models/groups.yml",
            "owner": {"name": "Ann"},
            "config": {"meta": {"data_product": {"title": name}}},
        }
        for name in ("customer_360", "orders")
    },
    "exposures": {},
    "unit_tests": {},
}
