"""A generated dbt project of any number of ports, as a domain that publishes a lot would write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meshport.bundled import dbt_package

PRODUCTS = 10
ROWS = 20
# Twelve columns a port, four of them classified under masks that need no key.
COLUMNS: tuple[tuple[str, str, str, str | None], ...] = (
    ("id", "bigint", "i", None),
    ("email", "varchar", "'person' || i || '@example.com'", "pii.email"),
    ("last_name", "varchar", "'Person ' || i", "pii.name"),
    ("phone", "varchar", "'+31 20 555 ' || (1000 + i)", "pii.phone"),
    ("birth_date", "date", "date '1980-02-03' + cast(i as integer)", "pii.birth_date"),
    ("country", "varchar", "case i % 3 when 0 then 'NL' when 1 then 'BE' else 'DE' end", None),
    ("segment", "varchar", "'segment ' || i % 4", "internal"),
    ("amount", "decimal(18,2)", "i * 1.25", None),
    ("discount", "double", "i / 7", None),
    ("active", "boolean", "i % 2 = 0", None),
    ("signed_up_on", "date", "date '2025-01-01' + cast(i as integer)", None),
    ("updated_at", "timestamp", "timestamp '2026-01-01 12:00:00' + to_hours(i)", None),
)
DOMAIN = "generated"


def model_name(number: int) -> str:
    """Return the name of one model."""
    return f"port_{number:05d}"


def write_project(folder: Path, ports: int) -> None:
    """Write a dbt-duckdb project with so many ports in `PRODUCTS` products; its registry is in the folder."""
    project = {
        "name": DOMAIN,
        "version": "1.0.0",
        "config-version": 2,
        "profile": DOMAIN,
        "flags": {"send_anonymous_usage_stats": False},
        "models": {DOMAIN: {"+materialized": "table"}},
    }
    output = {"type": "duckdb", "path": f"{DOMAIN}.duckdb", "threads": 2}
    groups = [_group(number) for number in range(min(PRODUCTS, ports))]
    # JSON is YAML, and dbt reads it much faster than it reads the other kind.
    files: dict[str, Any] = {
        "dbt_project.yml": project,
        "profiles.yml": {DOMAIN: {"target": "dev", "outputs": {"dev": output}}},
        "packages.yml": {"packages": [{"local": str(dbt_package())}]},
        "mesh.yml": {"domain": DOMAIN, "title": "Generated", "registry": "registry.db"},
        "models/_groups.yml": {"groups": groups},
    }
    for number in range(ports):
        files[f"models/{model_name(number)}.yml"] = {"models": [_model(number)]}
    (folder / "models").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    listed = ",\n    ".join(f"cast({expression} as {kind}) as {name}" for name, kind, expression, _ in COLUMNS)
    for number in range(ports):
        sql = f"select\n    {listed}\nfrom range({number}, {number + ROWS}) as source (i)\n"
        (folder / "models" / f"{model_name(number)}.sql").write_text(sql, encoding="utf-8")


def _group(number: int) -> dict[str, Any]:
    return {
        "name": f"product_{number}",
        "owner": {"name": "Benchmarks", "email": "benchmarks@example.com"},
        "description": f"Ports whose number ends with {number}.",
        "config": {"meta": {"data_product": {"title": f"Product {number}", "tier": "gold"}}},
    }


def _model(number: int) -> dict[str, Any]:
    return {
        "name": model_name(number),
        "description": f"One row a person, of port {number}.",
        "config": {"group": f"product_{number % PRODUCTS}", "access": "public", "contract": {"enforced": True}},
        "columns": [_column(name, kind, classification) for name, kind, _, classification in COLUMNS],
    }


def _column(name: str, kind: str, classification: str | None) -> dict[str, Any]:
    key = {"constraints": [{"type": "not_null"}], "data_tests": ["not_null"]} if name == "id" else {}
    meta = {"config": {"meta": {"classification": classification}}} if classification else {}
    return {"name": name, "data_type": kind, "description": f"The {name} of a person.", **key, **meta}
