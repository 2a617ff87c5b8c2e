"""What was generated, in the hands of dbt 1 and of dbt 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.inputs.conftest import KEY, NASTY, V1, V2, Mesh, deprecated
from tests.query.running import meshport

LATEST = "select \"e mail\", added from {{ ref('sales', 'customer_orders') }}\n"
FIRST = "select id, \"select\" from {{ ref('sales', 'customer_orders', v=1) }}\n"


def dbt(program: str, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = Path(sys.executable).with_name(program)
    return subprocess.run([path, *arguments], cwd=project, capture_output=True, text=True, check=False, env=os.environ)


@pytest.mark.dbt
def test_the_ports_work_in_both_dbts(mesh: Mesh) -> None:
    mesh.publish("1.0.0", deprecated(V1), V2)
    (mesh.marketing / "models" / "latest.sql").write_text(LATEST)
    (mesh.marketing / "models" / "first.sql").write_text(FIRST)
    added = meshport("inputs", "add", KEY, "--project-dir", mesh.marketing)
    assert added.code == 0, added.err

    built = dbt("dbt", mesh.marketing, "build")
    assert built.returncode == 0, built.stdout
    assert "PASS=2 WARN=0 ERROR=0" in built.stdout, built.stdout
    assert "2027-01-31" in built.stdout, built.stdout  # dbt tells who refers to the version that goes
    with duckdb.connect(str(mesh.marketing / "marketing.duckdb")) as connection:
        connection.execute(f"attach '{mesh.root / 'sales' / 'sales_published.duckdb'}' as sales_published (read_only)")
        assert connection.execute('select "e mail", added::varchar from latest').fetchall() == [
            ("***@example.com", "2026-01-31")
        ]
        assert connection.execute("select * from first").fetchall() == [(1, "x")]

    nodes = json.loads((mesh.marketing / "target" / "manifest.json").read_text())["nodes"]
    first = nodes["model.sales.customer_orders.v1"]
    assert first["description"] == f"Version 1. {NASTY}"
    assert nodes["model.sales.customer_orders.v2"]["description"] == f"Version 2. {NASTY}"
    assert first["columns"]["id"]["description"] == NASTY
    assert first["columns"]["e mail"]["config"]["meta"] == {
        "classification": "pii.email",
        "tags": {"kind": "{{ x }}"},
    }
    assert first["config"]["meta"]["meshport_input"] == KEY
    assert (first["access"], first["config"]["materialized"]) == ("protected", "ephemeral")

    parsed = dbt("dbt-core-experimental-parser", mesh.marketing, "parse")
    assert parsed.returncode == 0, parsed.stdout + parsed.stderr
    said = parsed.stdout + parsed.stderr
    assert "Finished 'parse' with 1 warning for" in said, said
    assert "Found a reference to customer_orders.v1, which is slated for deprecation on '2027-01-31'" in said

    (mesh.marketing / "models" / "latest.sql").unlink()
    (mesh.marketing / "models" / "first.sql").unlink()
    assert meshport("inputs", "remove", KEY, "--project-dir", mesh.marketing).code == 0
    without = dbt("dbt", mesh.marketing, "parse", "--no-partial-parse")
    assert without.returncode == 0, without.stdout
