"""A domain on the laptop: DuckDB files with schemas, its entry in the registry, its project."""

from __future__ import annotations

import subprocess
from pathlib import Path

import duckdb
import pytest
import yaml

from meshport.domains import apply as applying
from meshport.errors import ExitCode
from tests.domains.central import Central

FILES = ("sales", "sales_published")


@pytest.fixture
def central(tmp_path: Path) -> Central:
    """A repository with one domain on the laptop."""
    repository = Central(tmp_path / "central")
    repository.path.mkdir()
    repository.run("new", "sales", "--no-input", "--platform", "duckdb")
    return repository


def schemas(central: Central, name: str = "sales") -> set[str]:
    """Return the schemas of a DuckDB file."""
    with duckdb.connect(str(central.path / "data/sales" / f"{name}.duckdb"), read_only=True) as connection:
        found = connection.execute("select schema_name from duckdb_schemas() where not internal").fetchall()
    return {schema for (schema,) in found}


def run_sql(central: Central, sql: str, name: str = "sales") -> None:
    """Run a statement in a DuckDB file."""
    with duckdb.connect(str(central.path / "data/sales" / f"{name}.duckdb")) as connection:
        connection.execute(sql)


def test_a_plan_shows_and_apply_makes_it_once(central: Central) -> None:
    shown = central.run("plan", "sales")
    assert "Plan: 4 to create." in shown.out
    assert "duckdb has none of these" in shown.out
    assert not (central.path / "data").exists()
    central.run("apply", "sales", "--yes")
    assert "internal" in schemas(central)
    with central.registry() as registry:
        assert registry.domain_groups() == {"sales": ("sales-owners", "sales-developers")}
        assert [(each.domain, each.title) for each in registry.domains()] == [("sales", "Sales")]
        assert registry.unfinished("domain sales") == []
    again = central.run("apply", "sales", "--yes")
    assert "Nothing to do." in again.out


def test_a_saved_plan_applies_exactly_or_is_refused(central: Central) -> None:
    file = central.path / "plan.json"
    central.run("plan", "sales", "--out", str(file))
    central.edit(developers="others")
    refused = central.run("apply", "sales", "--yes", "--plan", str(file), code=ExitCode.MOVED)
    assert "no longer fits" in refused.err
    assert not (central.path / "data").exists()
    central.edit(developers="sales-developers")
    central.run("apply", "sales", "--yes", "--plan", str(file))
    assert "internal" in schemas(central)
    central.run("apply", "sales", "--yes", "--plan", str(file), code=ExitCode.MOVED)


def test_an_edited_plan_is_refused(central: Central) -> None:
    file = central.path / "plan.json"
    central.run("plan", "sales", "--out", str(file))
    file.write_text(file.read_text(encoding="utf-8").replace("sales-owners", "mallory"), encoding="utf-8")
    done = central.run("apply", "sales", "--yes", "--plan", str(file), code=ExitCode.MOVED)
    assert "was changed after it was made" in done.err


def test_what_went_is_drift_and_comes_back(central: Central) -> None:
    central.run("apply", "sales", "--yes")
    run_sql(central, "drop schema internal")
    shown = central.run("plan", "sales")
    assert "drift: removed by somebody else" in shown.out
    central.run("apply", "sales", "--yes")
    assert "internal" in schemas(central)


def test_a_schema_that_is_not_declared_any_more_goes_only_when_empty(central: Central) -> None:
    central.run("apply", "sales", "--yes")
    run_sql(central, "create schema theirs")
    dev = central.said()["environments"]["dev"]
    central.edit(environments={"dev": {**dev, "schemas": ["internal", "staging"]}})
    central.run("apply", "sales", "--yes")
    assert {"internal", "staging", "theirs"} <= schemas(central)
    run_sql(central, "create table staging.rows (a int)")
    central.edit(environments={"dev": dev})
    kept = central.run("apply", "sales", "--yes")
    assert "the schema sales.staging stays: it holds rows" in kept.out
    assert "staging" in schemas(central)
    run_sql(central, "drop table staging.rows")
    central.run("apply", "sales", "--yes")
    assert {"internal", "theirs"} <= schemas(central)
    assert "staging" not in schemas(central)


def test_a_file_of_somebody_elses_is_not_taken(central: Central) -> None:
    (central.path / "data/sales").mkdir(parents=True)
    run_sql(central, "create table theirs (a int)")
    done = central.run("apply", "sales", "--yes", code=ExitCode.BLOCKED)
    assert "meshport did not make" in done.out
    assert not (central.path / "data/sales/sales_published.duckdb").exists()


def test_destroy_needs_the_name_and_keeps_what_holds_tables(central: Central) -> None:
    central.run("apply", "sales", "--yes")
    run_sql(central, "create table internal.orders (a int)")
    blocked = central.run("destroy", "sales", "--yes", "sales", code=ExitCode.BLOCKED)
    assert "internal.orders" in blocked.out
    run_sql(central, "drop table internal.orders")
    wrong = central.run("destroy", "sales", "--yes", "sale", code=ExitCode.INPUT)
    assert "nothing was done" in wrong.err
    assert "internal" in schemas(central)
    central.run("destroy", "sales", "--yes", "sales")
    assert not list((central.path / "data/sales").iterdir())
    with central.registry() as registry:
        assert registry.domain_groups() == {}
        assert registry.domains() == []
    assert "Nothing to do." in central.run("destroy", "sales").out


def test_force_takes_tables_with_it(central: Central) -> None:
    central.run("apply", "sales", "--yes")
    run_sql(central, "create table internal.orders (a int)")
    central.run("destroy", "sales", "--yes", "sales", "--force")
    assert not list((central.path / "data/sales").iterdir())


@pytest.mark.parametrize("at", range(4))
def test_killed_anywhere_the_next_one_converges(central: Central, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    real, done = applying._do, []

    def killed(*arguments: object, **more: object) -> None:
        if len(done) == at:
            raise KeyboardInterrupt
        done.append(arguments)
        real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(applying, "_do", killed)
    assert central.run("apply", "sales", "--yes", code=None).code == 130
    monkeypatch.setattr(applying, "_do", real)
    shown = central.run("plan", "sales")
    assert "drift" not in shown.out
    central.run("apply", "sales", "--yes")
    assert central.plan()["changes"] == []
    with central.registry() as registry:
        assert registry.unfinished("domain sales") == []


def test_a_policy_that_does_not_hold_blocks_and_says_where(central: Central) -> None:
    warehouse = central.said()["warehouses"]["sales_sql"]
    central.edit(warehouses={"sales_sql": {**warehouse, "size": "2X-Large"}})
    done = central.run("apply", "sales", "--yes", code=ExitCode.BLOCKED)
    line = next(
        number
        for number, text in enumerate((central.path / "domains/sales.yml").read_text().splitlines(), start=1)
        if "sales_sql:" in text
    )
    assert "warehouse_size: its size is 2X-Large" in done.out
    assert f"domains/sales.yml:{line}" in done.out
    assert not (central.path / "data").exists()


@pytest.mark.parametrize(
    ("name", "changes", "policy"),
    [
        ("sales_sql", {"auto_stop_minutes": 0}, "warehouse_stops"),
        ("sales_sql", {"budget": 1_000_000}, "warehouse_budget"),
        ("big", {}, "warehouse_names"),
    ],
)
def test_the_rules_of_mesh_yml_hold_for_the_file(
    central: Central, name: str, changes: dict[str, float], policy: str
) -> None:
    warehouse = {**central.said()["warehouses"]["sales_sql"], **changes}
    central.edit(warehouses={name: warehouse})
    gates = [gate for gate in central.plan()["gates"] if not gate["passed"]]
    assert [gate["reason"].split(":")[0] for gate in gates] == [policy]
    assert gates[0]["hint"]


def test_own_standards_decide(central: Central) -> None:
    folder = central.path / "standards"
    policies = folder / "policies" / "infrastructure"
    policies.mkdir(parents=True)
    (folder / "standards.yml").write_text("name: acme\nextends: {package: meshport}\n")
    (policies / "no_small.sql").write_text("select name as subject, 'too small' as message from mesh.warehouses\n")
    (policies / "no_small.yml").write_text("description: x\nseverity: error\nfix: ask\n")
    done = central.run("plan", "sales", code=ExitCode.BLOCKED)
    assert "no_small: too small" in done.out


def test_a_project_is_scaffolded_against_what_there_is(central: Central, tmp_path: Path) -> None:
    project = tmp_path / "project"
    central.run("apply", "sales", "--yes", "--project", str(project))
    mesh = yaml.safe_load((project / "mesh.yml").read_text(encoding="utf-8"))
    assert mesh["domain"] == "sales"
    assert (project / mesh["published"]["path"]).resolve() == central.path / "data/sales/sales_published.duckdb"
    assert mesh["warehouses"]["sales_sql"]["size"] == "Small"
    assert "../central/data/sales/sales.duckdb" in (project / "profiles.yml").read_text(encoding="utf-8")
    git = ["git", "-C", str(project)]
    assert subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout == ""
    log = subprocess.run([*git, "log", "--format=%s"], capture_output=True, text=True, check=True).stdout
    assert log.splitlines()[0] == "Connect the project to what was provisioned"
