"""A project as it comes from the template is clean: for dbt, for the linter, for dbt 2."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from meshport.scaffold.new import new

BIN = Path(sys.executable).parent
DBT_2 = "dbt-core-experimental-parser"

pytestmark = pytest.mark.dbt


def run(project: Path, program: str, *arguments: str) -> str:
    """Run a program of this environment in the project, fail where it fails, return all that it said."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DBT_", "MESHPORT_"))}
    done = subprocess.run(
        [str(BIN / program), *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def assert_parses_on_dbt_2(project: Path) -> None:
    run(project, DBT_2, "deps")
    said = run(project, DBT_2, "parse")
    assert "successfully" in said
    assert not re.search(r"\b(warning|error)s?\b", said, re.IGNORECASE), said


def warnings_in_log(project: Path) -> list[str]:
    lines = (project / "logs/dbt.log").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.search(r"\[(warn|error) *\]", line)]


def test_a_new_project_is_clean(tmp_path: Path) -> None:
    answers = {"title": 'O\'Neill: "Köln" # 1', "owner_name": "Å & Ö", "product": "orders_360"}
    project = new(tmp_path / "sales", answers).path
    run(project, "dbt", "deps")
    said = run(project, "dbt", "build")
    assert "WARN=0 ERROR=0 SKIP=0" in said
    assert warnings_in_log(project) == []
    with duckdb.connect(str(project / "sales.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from customer_orders_v1").fetchone() == (30,)
    assert "All Finished" in run(project, "sqlfluff", "lint")
    held = run(project, "meshport", "check", "--fail-on", "warning", "--registry", str(tmp_path / "registry.db"))
    assert "0 errors, 0 warnings" in held
    assert_parses_on_dbt_2(project)
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True)
    assert changed.stdout.split() == ["??", "package-lock.yml"]  # dbt's own, to be committed


def test_a_project_on_azure_parses(tmp_path: Path) -> None:
    project = new(tmp_path / "sales", {"ci": "azure"}).path
    assert_parses_on_dbt_2(project)


def test_models_that_call_meshports_macros_are_linted(tmp_path: Path) -> None:
    project = new(tmp_path / "sales", {}).path
    model = project / "models/staging/hashed.sql"
    model.write_text("select {{ meshport.keyed_hash('email') }} as email_hash\nfrom {{ ref('raw_customers') }}\n")
    run(project, "sqlfluff", "lint", str(model))
    model.write_text("SELECT {{ meshport.keyed_hash('email') }} as email_hash\nfrom {{ ref('raw_customers') }}\n")
    with pytest.raises(AssertionError, match="CP01"):
        run(project, "sqlfluff", "lint", str(model))
