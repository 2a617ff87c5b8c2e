"""The server's official Python client reads what meshport registers, and meshport lives with what it writes.

It is generated from the server's OpenAPI document and checks every answer by its types: so it also checks the double.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.unity.registered import Registered

pytestmark = pytest.mark.dbt

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".unity" / "client" / "bin" / "python"


def test_the_official_client_reads_and_writes_what_meshport_does(mesh: Registered) -> None:
    assert PYTHON.exists(), "the official client is not there: make unity-client"
    mesh.server.add_user("ann@example.com")
    mesh.server.add_user("finance@example.com")
    mesh.subscribe("sales.customer_orders", "finance")
    mesh.apply()
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("official.py"), mesh.server.url, mesh.server.token or "", mesh.catalog],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["catalog"]["properties"] == {"meshport.domain": "sales"}
    assert [schema["name"] for schema in found["schemas"]] == ["customer_orders", "revenue"]
    tables = {table["name"]: table for table in found["tables"]}
    assert tables.keys() == {"customers_v1", "orders", "revenue_by_country"}
    assert found["table"] == tables["customers_v1"]
    assert found["table"]["table_type"] == "EXTERNAL"
    assert [column["type_text"] for column in found["table"]["columns"]] == ["int", "string", "string", "date"]
    assert found["updated"]["comment"] == "changed"
    assert found["updated"]["properties"] == {"theirs": "yes"}
    held = {each["principal"]: each["privileges"] for each in found["grants"]["privilege_assignments"]}
    assert held == {"ann@example.com": ["MODIFY"], "finance@example.com": ["SELECT"]}
    assert [line for line in mesh.plan()["foreign"] if "MODIFY to ann" in line]
    mesh.in_sync()
