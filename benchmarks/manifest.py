"""A generated dbt 1.11 manifest of any size, with every key that dbt writes, so that readers have as much to skip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROJECT = "generated"
TYPES = ("bigint", "varchar", "timestamp", "decimal(38,2)", "boolean", "date")


def write_manifest(path: Path, models: int, columns: int = 22) -> None:
    """Write a manifest of so many models in layers of three, each with `columns` columns and two tests."""
    nodes: dict[str, Any] = {}
    for number in range(models):
        node = model(number, columns)
        nodes[node["unique_id"]] = node
        for kind in ("not_null", "unique"):
            test = data_test(node, kind)
            nodes[test["unique_id"]] = test
    parents = {unique_id: node["depends_on"]["nodes"] for unique_id, node in nodes.items()}
    children: dict[str, list[str]] = {unique_id: [] for unique_id in nodes}
    for child, names in parents.items():
        for parent in names:
            children[parent].append(child)
    manifest = {
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "dbt_version": "1.11.16",
            "generated_at": "2026-11-20T23:03:42.000000Z",
            "invocation_id": "73584a61-d3f6-407b-aff8-6f7127004beb",
            "invocation_started_at": "2026-11-20T23:03:37.931175Z",
            "env": {},
            "project_name": PROJECT,
            "project_id": "7e5725226745b096b9d098e07314f8db",
            "user_id": None,
            "send_anonymous_usage_stats": False,
            "adapter_type": "duckdb",
            "quoting": {"database": True, "schema": True, "identifier": True, "column": None},
        },
        "nodes": nodes,
        **{part: {} for part in ("sources", "macros", "docs", "exposures", "metrics", "groups", "selectors")},
        **{part: {} for part in ("disabled", "group_map", "saved_queries", "semantic_models", "unit_tests")},
        "parent_map": parents,
        "child_map": children,
    }
    path.write_text(json.dumps(manifest), encoding="utf-8")


def model(number: int, columns: int) -> dict[str, Any]:
    """Return one model as dbt 1.11 writes it, compiled, some 13 kB of JSON."""
    name = f"model_{number:05d}"
    layer = ("staging", "intermediate", "marts")[number % 3]
    parent = f"model_{number - 1:05d}" if number % 3 else None
    names = [f"column_{position:02d}_of_{name}" for position in range(columns)]
    listed = ",\n    ".join(f"cast(source.{column} as {TYPES[i % 6]}) as {column}" for i, column in enumerate(names))
    raw = f"select\n    {listed}\nfrom {{{{ ref('{parent}') }}}} as source\nwhere source.{names[0]} is not null"
    compiled = raw.replace(f"{{{{ ref('{parent}') }}}}", f'"generated"."main"."{parent}"')
    return {
        **_common(f"model.{PROJECT}.{name}", "model", name, f"models/{layer}/{name}.sql", "table"),
        "fqn": [PROJECT, layer, name],
        "description": f"One row per thing of {name}, refreshed every night. " * 4,
        "columns": {column: _column(column, TYPES[i % 6]) for i, column in enumerate(names)},
        "patch_path": f"{PROJECT}://models/{layer}/_{layer}__models.yml",
        "relation_name": f'"generated"."main"."{name}"',
        "raw_code": raw,
        "refs": [{"name": parent, "package": None, "version": None}] if parent else [],
        "depends_on": {
            "macros": ["macro.dbt.is_incremental"],
            "nodes": [f"model.{PROJECT}.{parent}"] if parent else [],
        },
        "compiled_code": compiled,
        "access": "public" if layer == "marts" else "protected",
        "constraints": [],
        "version": None,
        "latest_version": None,
        "deprecation_date": None,
        "primary_key": [names[0]],
        "time_spine": None,
    }


def data_test(node: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return one generic test of a model's first column."""
    column = next(iter(node["columns"]))
    name = f"{kind}_{node['name']}_{column}"
    unique_id = f"test.{PROJECT}.{name}.{abs(hash(name)) % 10**10:010d}"
    return {
        **_common(unique_id, "test", name, f"{name}.sql", "test"),
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
        "test_metadata": {
            "name": kind,
            "kwargs": {"column_name": column, "model": f"{{{{ get_where_subquery(ref('{node['name']}')) }}}}"},
            "namespace": None,
        },
    }


def _column(name: str, data_type: str) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"What {name} holds, in words that a person wrote for another person to read.",
        "meta": {},
        "data_type": data_type,
        "constraints": [],
        "quote": None,
        "config": {"meta": {}, "tags": []},
        "tags": [],
        "granularity": None,
        "doc_blocks": [],
    }


def _common(unique_id: str, resource_type: str, name: str, path: str, materialized: str) -> dict[str, Any]:
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
            **dict.fromkeys(("alias", "schema", "database", "group", "static_analysis", "incremental_strategy")),
            **dict.fromkeys(("batch_size", "begin", "full_refresh", "unique_key", "event_time", "freshness")),
            "enabled": True,
            "tags": [],
            "meta": {},
            "materialized": materialized,
            "lookback": 1,
            "persist_docs": {},
            "post-hook": [],
            "pre-hook": [],
            "quoting": {},
            "column_types": {},
            "on_schema_change": "ignore",
            "on_configuration_change": "apply",
            "grants": {},
            "packages": [],
            "docs": {"show": True, "node_color": None},
            "contract": {"enforced": False, "alias_types": True},
            "concurrent_batches": None,
            "access": "protected",
            "severity": "ERROR",
        },
        "tags": [],
        "meta": {},
        "group": None,
        "docs": {"show": True, "node_color": None},
        "build_path": None,
        "unrendered_config": {"materialized": materialized},
        "created_at": 1795215085.7984128,
        "doc_blocks": [],
        "language": "sql",
        "sources": [],
        "metrics": [],
        "functions": [],
        "compiled_path": f"target/compiled/{path}",
        "compiled": True,
        "extra_ctes_injected": True,
        "extra_ctes": [],
        "contract": {"enforced": False, "alias_types": True, "checksum": None},
    }
