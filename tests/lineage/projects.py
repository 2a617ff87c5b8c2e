"""Small projects for lineage: nodes by a few words, read through real artifacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meshport.artifacts import Project, load_project
from tests.artifacts.builders import manifest, schema


def node(
    name: str, sql: str | None = None, *, kind: str = "model", reads: tuple[str, ...] = (), **changes: Any
) -> dict[str, Any]:
    """A model with compiled SQL; `reads` are unique ids."""
    return {
        "unique_id": f"{kind}.shop.{name}",
        "resource_type": kind,
        "database": "db",
        "schema": "main",
        "name": name,
        "alias": name,
        "package_name": "shop",
        "original_file_path": f"models/{name}.sql",
        "relation_name": f'"db"."main"."{name}"',
        "compiled_code": sql,
        "columns": {},
        "depends_on": {"nodes": list(reads)},
        **changes,
    }


def source(name: str, *columns: str) -> dict[str, Any]:
    return node(name, kind="source", columns={column: {"name": column} for column in columns}, identifier=name)


def write(folder: Path, *nodes: dict[str, Any], catalog: dict[str, list[str]] | None = None, **sections: Any) -> Path:
    """Write artifacts; `catalog` gives real columns by unique id. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds: dict[str, dict[str, Any]] = {"nodes": {}, "sources": {}}
    for each in nodes:
        kinds["sources" if each["resource_type"] == "source" else "nodes"][each["unique_id"]] = each
    content = manifest(nodes=kinds["nodes"], sources=kinds["sources"], **sections)
    content["metadata"]["adapter_type"] = sections.get("adapter", "duckdb")
    (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    if catalog is not None:
        tables = {
            key: {"columns": {name: {"name": name, "type": "VARCHAR", "index": i} for i, name in enumerate(names)}}
            for key, names in catalog.items()
        }
        head = {"dbt_schema_version": schema("catalog", 1)}
        (folder / "catalog.json").write_text(
            json.dumps({"metadata": head, "nodes": tables, "sources": {}}), encoding="utf-8"
        )
    return folder


def project(folder: Path, *nodes: dict[str, Any], **options: Any) -> Project:
    return load_project(write(folder, *nodes, **options))
