"""Small artifacts, written by hand, in which a test changes one thing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[..., Path]
MODEL = "model.shop.customers"


def schema(kind: str, version: int) -> str:
    return f"https://schemas.getdbt.com/dbt/{kind}/v{version}.json"


def model(**changes: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "database": "shop",
        "schema": "main",
        "name": "customers",
        "package_name": "shop",
        "alias": "customers",
        "columns": {},
        **changes,
    }


def manifest(*, version: int = 12, nodes: dict[str, Any] | None = None, **sections: Any) -> dict[str, Any]:
    head = {"dbt_schema_version": schema("manifest", version), "dbt_version": "1.11.16", "project_name": "shop"}
    return {"metadata": head, "nodes": {MODEL: model()} if nodes is None else nodes, **sections}


def run_results(
    *entries: dict[str, Any], at: str = "2026-11-20T10:00:00.000000Z", env: dict[str, str] | None = None, **args: Any
) -> dict[str, Any]:
    head = {"dbt_schema_version": schema("run-results", 6), "generated_at": at, "env": env or {}}
    return {"metadata": head, "args": {"which": "build", **args}, "results": list(entries)}


def result(unique_id: str = MODEL, *, end: str | None = None, status: str = "success") -> dict[str, Any]:
    timing = [{"name": "execute", "started_at": end, "completed_at": end}] if end else []
    return {"unique_id": unique_id, "status": status, "timing": timing, "execution_time": 0.1, "failures": None}
