"""A generated dbt 1.11 manifest of any size, with every key that dbt writes, so that readers have as much to skip.

python -m benchmarks.manifest FILE MODELS [COLUMNS]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = "generated"
TYPES = ("bigint", "varchar", "timestamp", "decimal(38,2)", "boolean", "date")
LAYERS = ("staging", "intermediate", "marts")
METADATA = {
    "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
    "dbt_version": "1.11.16",
    "generated_at": "2026-11-20T23:03:42.000000Z",
    "invocation_id": "73584a61-d3f6-407b-aff8-6f7127004beb",
    "env": {},
    "project_name": PROJECT,
    "adapter_type": "duckdb",
}
EMPTY = (
    *("sources", "macros", "docs", "exposures", "metrics", "groups", "selectors", "disabled"),
    *("unit_tests", "group_map", "saved_queries", "semantic_models"),
)


def write_manifest(path: Path, models: int, columns: int = 22) -> None:
    """Write a manifest of so many models, chained in three layers, each with `columns` columns and two tests."""
    parents: dict[str, list[str]] = {}
    children: dict[str, list[str]] = {}
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"metadata": {json.dumps(METADATA)}, "nodes": {{')
        for position, node in enumerate(nodes(models, columns)):
            unique_id = node["unique_id"]
            file.write(f"{', ' if position else ''}{json.dumps(unique_id)}: {json.dumps(node)}")
            parents[unique_id] = node["depends_on"]["nodes"]
            for parent in parents[unique_id]:
                children.setdefault(parent, []).append(unique_id)
        file.write("}, ")
        rest = {**{section: {} for section in EMPTY}, "parent_map": parents, "child_map": children}
        file.write(json.dumps(rest)[1:])


def nodes(models: int, columns: int) -> Iterator[dict[str, Any]]:
    """Yield each model with its tests, in dbt's order."""
    for number in range(models):
        node = model(number, columns)
        yield node
        for kind in ("not_null", "unique"):
            yield data_test(node, kind, number)


def model(number: int, columns: int) -> dict[str, Any]:
    """Return one model as dbt 1.11 writes it, compiled."""
    name = f"model_{number:05d}"
    layer = LAYERS[number % 3]
    parent = f"model_{number - 1:05d}" if number % 3 else None
    names = [f"column_{position:02d}_of_{name}" for position in range(columns)]
    listed = ",\n    ".join(f"cast(source.{column} as {TYPES[i % 6]}) as {column}" for i, column in enumerate(names))
    reference = f"{{{{ ref('{parent}') }}}}" if parent else "values"
    raw = f"select\n    {listed}\nfrom {reference} as source"
    return {
        **common(f"model.{PROJECT}.{name}", "model", name, f"models/{layer}/{name}.sql", "table"),
        "fqn": [PROJECT, layer, name],
        "description": f"One row per thing of {name}.",
        "columns": {column: _column(column, TYPES[i % 6]) for i, column in enumerate(names)},
        "patch_path": f"{PROJECT}://models/{layer}/_{layer}__models.yml",
        "relation_name": f'"generated"."main"."{name}"',
        "raw_code": raw,
        "refs": [{"name": parent, "package": None, "version": None}] if parent else [],
        "depends_on": {"macros": [], "nodes": [f"model.{PROJECT}.{parent}"] if parent else []},
        "compiled_code": raw.replace(reference, f'"generated"."main"."{parent}"'),
        "access": "public" if layer == "marts" else "protected",
        "constraints": [],
        "version": None,
        "latest_version": None,
        "deprecation_date": None,
        "primary_key": [names[0]],
        "time_spine": None,
    }


def data_test(node: dict[str, Any], kind: str, number: int) -> dict[str, Any]:
    """Return one generic test of a model's first column."""
    column = next(iter(node["columns"]))
    name = f"{kind}_{node['name']}_{column}"
    return {
        **common(f"test.{PROJECT}.{name}.{number:010d}", "test", name, f"{name}.sql", "test"),
        "fqn": [PROJECT, name],
        "description": "",
        "columns": {},
        "patch_path": None,
        "relation_name": None,
        "raw_code": f"{{{{ test_{kind}(**_dbt_generic_test_kwargs) }}}}",
        "refs": [{"name": node["name"], "package": None, "version": None}],
        "depends_on": {"macros": [f"macro.dbt.test_{kind}"], "nodes": [node["unique_id"]]},
        "compiled_code": f"select {column} from {node['relation_name']} where {column} is null",
        "column_name": column,
        "file_key_name": f"models.{node['name']}",
        "attached_node": node["unique_id"],
        "test_metadata": {"name": kind, "kwargs": {"column_name": column}, "namespace": None},
    }


def _column(name: str, data_type: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"What {name} holds, in words for people.",
        "meta": {},
        "data_type": data_type,
        "constraints": [],
        "quote": None,
        "config": {"meta": {}, "tags": []},
        "tags": [],
        "granularity": None,
        "doc_blocks": [],
    }


def common(unique_id: str, resource_type: str, name: str, path: str, materialized: str) -> dict[str, Any]:
    """Return what every node has."""
    return {
        "database": "generated",
        "schema": "main",
        "name": name,
        "resource_type": resource_type,
        "package_name": PROJECT,
        "path": path.removeprefix("models/"),
        "original_file_path": path,
        "unique_id": unique_id,
        "alias": name,
        "checksum": {"name": "sha256", "checksum": "0de13825dfff3bc956abe3bbf00536d08ae06016eaed6ab241b5ebcd8f2af0f5"},
        "config": {
            **dict.fromkeys(("alias", "schema", "database", "group", "full_refresh", "unique_key")),
            "enabled": True,
            "tags": [],
            "meta": {},
            "materialized": materialized,
            "persist_docs": {},
            "post-hook": [],
            "pre-hook": [],
            "quoting": {},
            "column_types": {},
            "grants": {},
            "packages": [],
            "docs": {"show": True, "node_color": None},
            **({"severity": "ERROR"} if resource_type == "test" else {"contract": {"enforced": False}}),
        },
        "tags": [],
        "meta": {},
        "group": None,
        "docs": {"show": True, "node_color": None},
        "build_path": None,
        "unrendered_config": {"materialized": materialized},
        "created_at": 1795215085.7984128,
        "language": "sql",
        "sources": [],
        "metrics": [],
        "compiled_path": f"target/compiled/{path}",
        "compiled": True,
        "extra_ctes_injected": True,
        "extra_ctes": [],
        "contract": {"enforced": False, "alias_types": True, "checksum": None},
    }


if __name__ == "__main__":
    write_manifest(Path(sys.argv[1]), *map(int, sys.argv[2:]))
