"""What `inspect --write` writes is what dbt accepts: a real project, built before and after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.inspection.conftest import Run

FILES = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nflags: {send_anonymous_usage_stats: false}\n",
    "profiles.yml": "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb}\n",
    "models/staging/stg_orders.sql": "select 1 as id, 'a@x.org' as email, 9.5 as amount, date '2026-01-01' as day",
    "models/marts/sales/orders.sql": "select * from {{ ref('stg_orders') }}",
    "models/marts/sales/totals.sql": "{{ config(materialized='table') }} select 1 as n from {{ ref('orders') }}",
    "models/marts/sales/_sales.yml": """# the sales team's models
models:
    - name: orders          # one row per order
      description: >
        All orders,
        of all shops.
      columns:
          - name: id
            description: "The key"
            data_tests: [unique, not_null]
""",
}


def dbt(project: Path, *args: str) -> None:
    program = Path(sys.executable).parent / "dbt"
    environment = {**os.environ, "DBT_PROFILES_DIR": str(project)}
    ran = subprocess.run([program, *args], cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.dbt
def test_dbt_builds_what_was_written_without_a_warning(inspect: Run, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    dbt(tmp_path, "build")
    dbt(tmp_path, "docs", "generate")
    written = inspect("--project-dir", tmp_path, "--write", "--owner", "Sales <sales@example.com>")
    assert written.code == 0, written.err
    dbt(tmp_path, "--warn-error", "--no-partial-parse", "build")

    again = inspect("--project-dir", tmp_path, "--write")
    assert again.err == "Nothing to write.\n"
    [sales] = json.loads(inspect("--project-dir", tmp_path, "--format", "json").out)["products"]
    assert (sales["name"], sales["source"], sales["owner"]["email"]) == ("sales", "declared", "sales@example.com")
    ports = {port["label"]: port for port in sales["ports"]}
    assert [(label, port["declared"], port["contract"]) for label, port in ports.items()] == [
        ("orders", True, True),
        ("totals", True, True),
    ]
    assert {column["name"]: column.get("classification") for column in ports["orders"]["columns"]} == {
        "id": None,
        "email": "pii.email",
        "amount": None,
        "day": None,
    }
    lines = iter((tmp_path / "models/marts/sales/_sales.yml").read_text(encoding="utf-8").splitlines())
    assert all(line in lines for line in FILES["models/marts/sales/_sales.yml"].splitlines())
