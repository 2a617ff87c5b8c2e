"""`meshport doctor`: a row a check, what it found, how to mend it; nothing that is wrong makes it crash."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from meshport import bundled
from meshport.health import CHECKS, Finding, Place, run
from meshport.health.types import Check
from meshport.registry import Registry
from tests.artifacts.builders import manifest
from tests.contract.test_contract_command import port
from tests.query.running import Ran, meshport
from tests.registry.samples import url

Doctor = Callable[..., dict[str, dict[str, str]]]
PROFILES = """\
shop:
  target: "{{ env_var('DBT_TARGET', 'dev') }}"
  outputs:
    dev: {type: duckdb, path: "{{ env_var('SHOP_FILE', 'shop.duckdb') }}", plugins: [{module: meshport.dbt_duckdb}]}
    plain: {type: duckdb, path: shop.duckdb}
    lake: {type: snowpark, host: "{{ env_var('NEVER_SET') }}"}
"""


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DBT_TARGET", "DBT_PROFILES_DIR", "MESHPORT_KEY_DEFAULT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MESHPORT_REGISTRY", str(tmp_path / "registry.db"))
    monkeypatch.setenv("HOME", str(tmp_path))


def write_artifacts(project: Path, **masked: str) -> None:
    made = port(1, dict.fromkeys(masked, "varchar") | {"id": "integer"})
    for name, mask in masked.items():
        made["columns"][name]["config"] = {"meta": {"classification": "pii.email", "mask": mask}}
    group = {
        "name": "customer_360",
        "resource_type": "group",
        "package_name": "shop",
        "path": "g.yml",
        "original_file_path": "g.yml",
        "unique_id": "group.shop.customer_360",
        "owner": {"name": "Ann"},
        "config": {"meta": {"data_product": True}},
    }
    content = manifest(nodes={"model.shop.customers.v1": made}, groups={group["unique_id"]: group})
    content["metadata"] |= {"adapter_type": "duckdb", "generated_at": "2026-01-31T10:00:00.000000Z"}
    (project / "target").mkdir(exist_ok=True)
    (project / "target" / "manifest.json").write_text(json.dumps(content))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in which all is well."""
    folder = tmp_path / "shop"
    package = folder / "dbt_packages" / "meshport"
    package.mkdir(parents=True)
    text = (bundled.dbt_package() / "dbt_project.yml").read_text()
    (package / "dbt_project.yml").write_text(text)
    (folder / "vendor" / "meshport").mkdir(parents=True)
    (folder / "vendor" / "meshport" / "dbt_project.yml").write_text(text)
    (folder / "packages.yml").write_text("packages:\n  - local: \"{{ env_var('X', 'vendor/meshport') }}\"\n")
    (folder / "mesh.yml").write_text("domain: shop\n")
    (folder / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    (folder / "profiles.yml").write_text(PROFILES)
    duckdb.connect(str(folder / "shop_published.duckdb")).close()
    write_artifacts(folder)
    Registry.open(url(tmp_path / "registry.db")).close()
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    subprocess.run(["git", "branch", "meshport-template"], cwd=folder, check=True)
    return folder


@pytest.fixture
def doctor(project: Path) -> Doctor:
    def look(*arguments: str) -> dict[str, dict[str, str]]:
        ran = meshport("doctor", "--project-dir", project, "--format", "json", *arguments)
        rows = {row["check"]: row for row in json.loads(ran.out)}
        assert list(rows) == [check.name for check in CHECKS if check.only in (None, "duckdb")]
        assert ran.code == (3 if any(row["result"] == "failed" for row in rows.values()) else 0)
        assert all(row["fix"] for row in rows.values() if row["result"] != "ok")
        return rows

    return look


def test_all_is_well(doctor: Doctor) -> None:
    rows = doctor()
    assert {row["result"] for row in rows.values()} == {"ok"}, rows
    assert "days old" in rows["artifacts"]["found"]
    assert rows["template branch"]["found"].startswith("meshport-template at ")


def test_an_empty_folder_has_rows_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran: Ran = meshport("doctor", "--project-dir", tmp_path / "empty", "--format", "markdown")
    assert ran.code == 3
    assert "| mesh.yml | failed | there is no mesh.yml here" in ran.out
    assert "| published file | warning | not checked | first: mesh.yml |" in ran.out
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("file", "content", "check"),
    [
        ("mesh.yml", "domain: [", "mesh.yml"),
        ("mesh.yml", "domain: shop\nunknown: 1\n", "mesh.yml"),
        ("dbt_project.yml", "profile: shop\n", "dbt_project.yml"),
        ("dbt_project.yml", "- a list", "dbt_project.yml"),
        ("dbt_project.yml", "name: shop\nprofile: other\n", "profile"),
        ("profiles.yml", "shop: {outputs: {}}", "profile"),
        ("profiles.yml", "shop: 3", "profile"),
        ("profiles.yml", "shop: [", "profile"),
        ("profiles.yml", "shop: {outputs: {default: {type: \"{{ env_var('NEVER_SET') }}\"}}}", "profile"),
        ("packages.yml", "packages: []", "dbt package"),
        ("packages.yml", "packages: [", "dbt package"),
        ("dbt_packages/meshport/dbt_project.yml", "name: meshport\nversion: 0.0.1\n", "dbt package"),
        ("target/manifest.json", "{", "artifacts"),
        ("shop_published.duckdb", "no database", "published file"),
        ("../registry.db", "no database", "registry"),
    ],
)
def test_what_is_broken_fails_its_own_row(doctor: Doctor, project: Path, file: str, content: str, check: str) -> None:
    (project / file).write_text(content)
    rows = doctor()
    assert [name for name, row in rows.items() if row["result"] == "failed"] == [check]
    assert "defect" not in rows[check]["fix"]


@pytest.mark.parametrize(
    ("file", "check"),
    [
        ("target/manifest.json", "artifacts"),
        ("shop_published.duckdb", "published file"),
        ("../registry.db", "registry"),
    ],
)
def test_what_is_not_there_yet_is_a_warning(doctor: Doctor, project: Path, file: str, check: str) -> None:
    (project / file).unlink()
    assert doctor()[check]["result"] == "warning"


def test_a_package_that_is_not_installed(doctor: Doctor, project: Path) -> None:
    (project / "dbt_packages" / "meshport" / "dbt_project.yml").unlink()
    assert doctor()["dbt package"]["fix"] == "run `dbt deps`"


def test_a_target_can_be_named(doctor: Doctor) -> None:
    plain, lake = doctor("--target", "plain"), doctor("--target", "lake")
    assert plain["dbt plugin"]["result"] == "warning"
    assert "meshport.dbt_duckdb" in plain["dbt plugin"]["fix"]
    assert (lake["adapter"]["result"], lake["dbt plugin"]["result"]) == ("failed", "ok")
    assert doctor("--target", "none")["profile"]["result"] == "failed"


def test_the_published_file_must_not_be_dbts(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_FILE", "shop_published.duckdb")
    row = doctor()["published file"]
    assert row["result"] == "failed"
    assert "the file that dbt writes" in row["found"]


def test_keys_that_masks_need(doctor: Doctor, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_artifacts(project, email="hash")
    row = doctor()["keys"]
    assert (row["result"], row["found"]) == ("failed", "not set: MESHPORT_KEY_DEFAULT")
    monkeypatch.setenv("MESHPORT_KEY_DEFAULT", "short")
    assert "shorter than" in doctor()["keys"]["found"]
    monkeypatch.setenv("MESHPORT_KEY_DEFAULT", "long enough to be a secret")
    row = doctor()["keys"]
    assert row["result"] == "ok"
    assert "secret" not in row["found"]


def test_a_registry_of_a_newer_meshport(doctor: Doctor, project: Path) -> None:
    with Registry.open(url(project.parent / "registry.db")) as registry, registry._write() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    row = doctor()["registry"]
    assert (row["result"], row["fix"]) == ("failed", "upgrade meshport")


def test_without_git_and_without_a_branch(doctor: Doctor, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "branch", "-D", "meshport-template"], cwd=project, check=True, capture_output=True)
    assert doctor()["template branch"]["result"] == "warning"
    monkeypatch.setenv("PATH", str(project))
    rows = doctor()
    assert rows["git"]["result"] == rows["template branch"]["result"] == "warning"


def test_a_check_that_breaks_is_a_failed_row_and_hides_no_other(tmp_path: Path) -> None:
    def broken(place: Place) -> Finding:
        raise ZeroDivisionError("oops")

    rows = run([Check("broken", broken), Check("other", lambda place: Finding("ok", "fine"))], Place(tmp_path))
    assert [(row.check, row.result) for row in rows] == [("broken", "failed"), ("other", "ok")]
    assert rows[0].found == "ZeroDivisionError: oops"


def test_every_check_says_what_it_checks() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    for number, check in enumerate(CHECKS):
        assert check.look.__doc__
        assert set(check.needs) <= set(names[:number])
