"""A generated dbt project whose SQL is like people's: renaming, joins, windows, aggregates, unions, in three layers.

python -m benchmarks.models FOLDER MODELS [CHANGED]

Writes manifest.json and catalog.json. With CHANGED, a share between 0 and 1, so many models have another expression.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.manifest import EMPTY, METADATA, PROJECT, common, data_test

COLUMNS = 22
TYPES = ("bigint", "varchar", "timestamp", "decimal(38,2)", "boolean", "date")
SOURCES = 500


def write_project(folder: Path, models: int, changed: float = 0.0) -> None:
    """Write a project of so many models, each with 22 columns and two tests, over 500 sources."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes: dict[str, Any] = {}
    every = int(1 / changed) if changed else 0
    for number in range(models):
        node = _model(number, bool(every) and number % every == 0)
        nodes[node["unique_id"]] = node
        for kind in ("not_null", "unique"):
            test = data_test(node, kind, number)
            nodes[test["unique_id"]] = test
    sources = {source["unique_id"]: source for source in map(_source, range(SOURCES))}
    rest = {section: {} for section in EMPTY if section != "sources"}
    manifest = {"metadata": METADATA, "nodes": nodes, "sources": sources, **rest, "parent_map": {}, "child_map": {}}
    for node in nodes.values():
        manifest["parent_map"][node["unique_id"]] = node["depends_on"]["nodes"]
        for parent in node["depends_on"]["nodes"]:
            manifest["child_map"].setdefault(parent, []).append(node["unique_id"])
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "catalog.json").write_text(json.dumps(_catalog(nodes, sources)), encoding="utf-8")


def names(number: int) -> list[str]:
    """Return the columns of a model."""
    return ["id", "parent_id", "happened_at", *(f"value_{i:02d}" for i in range(COLUMNS - 3))]


def _parents(number: int) -> list[int]:
    """Return the models that a model reads: nothing for staging, two of the layer below for the others."""
    layer, place = number % 3, number // 3
    if layer == 0:
        return []
    below = [place * 3 + layer - 1, max(place - 7, 0) * 3 + layer - 1]
    return list(dict.fromkeys(below))


def _sql(number: int, changed: bool) -> tuple[str, list[str]]:
    """Return a model's SQL, compiled, and the unique ids it reads."""
    extra = " + 1" if changed else ""
    layer = number % 3
    values = names(number)[3:]
    if layer == 0:
        source = f"source.{PROJECT}.raw.table_{number % SOURCES:04d}"
        renamed = ",\n        ".join(
            f"cast(c_{i + 3:02d} as {TYPES[i % 6]}){extra if i == 0 else ''} as {name}" for i, name in enumerate(values)
        )
        relation = f'"generated"."raw"."table_{number % SOURCES:04d}"'
        return (
            f"with source as (\n    select * from {relation}\n),\n\nrenamed as (\n    select\n        c_00 as id,\n"
            f"        c_01 as parent_id,\n        c_02::timestamp as happened_at,\n        {renamed}\n    from source\n"
            f"    where c_00 is not null\n)\n\nselect * from renamed",
            [source],
        )
    parents = [f"model_{parent:05d}" for parent in _parents(number)]
    ids = [f"model.{PROJECT}.{parent}" for parent in parents]
    one, two = parents[0], parents[-1]
    if layer == 1:
        listed = ",\n        ".join(
            f"coalesce(left_side.{name}, right_side.{name}) as {name}" if i % 4 == 0 else f"left_side.{name}"
            for i, name in enumerate(values[:-1])
        )
        return (
            f'with left_side as (\n    select * from "generated"."main"."{one}"\n),\n\nright_side as (\n'
            f'    select * from "generated"."main"."{two}"\n),\n\nranked as (\n    select\n        left_side.id,\n'
            f"        right_side.id as parent_id,\n        left_side.happened_at,\n        {listed},\n"
            f"        row_number() over (partition by left_side.id order by right_side.happened_at desc){extra}"
            f" as {values[-1]}\n    from left_side\n    left join right_side\n"
            f"        on left_side.parent_id = right_side.id\n)\n\nselect * from ranked where {values[-1]} = 1",
            ids,
        )
    listed = ",\n        ".join(
        f"max(case when value_01 = 'kind {i}' then {name} end) as {name}" if i % 3 == 0 else f"sum({name}) as {name}"
        for i, name in enumerate(values)
    )
    return (
        f'with unioned as (\n    select * from "generated"."main"."{one}"\n    union all\n'
        f'    select * from "generated"."main"."{two}"\n),\n\naggregated as (\n    select\n        id{extra} as id,\n'
        f"        parent_id,\n        date_trunc('day', happened_at) as happened_at,\n        {listed}\n"
        f"    from unioned\n    group by 1, 2, 3\n    having count(*) > 1\n)\n\nselect * from aggregated",
        ids,
    )


def _model(number: int, changed: bool) -> dict[str, Any]:
    name = f"model_{number:05d}"
    layer = ("staging", "intermediate", "marts")[number % 3]
    sql, parents = _sql(number, changed)
    columns = names(number)
    return {
        **common(f"model.{PROJECT}.{name}", "model", name, f"models/{layer}/{name}.sql", "table"),
        "fqn": [PROJECT, layer, name],
        "description": f"One row per thing of {name}.",
        "columns": {column: _column(column, TYPES[i % 6]) for i, column in enumerate(columns)},
        "patch_path": f"{PROJECT}://models/{layer}/_{layer}__models.yml",
        "relation_name": f'"generated"."main"."{name}"',
        "raw_code": sql,
        "refs": [],
        "depends_on": {"macros": [], "nodes": parents},
        "compiled_code": sql,
        "access": "public" if layer == "marts" else "protected",
        "constraints": [],
        "version": None,
        "latest_version": None,
        "deprecation_date": None,
        "primary_key": [columns[0]],
        "time_spine": None,
    }


def _source(number: int) -> dict[str, Any]:
    name = f"table_{number:04d}"
    return {
        **common(f"source.{PROJECT}.raw.{name}", "source", name, "models/sources.yml", "table"),
        "fqn": [PROJECT, "raw", name],
        "schema": "raw",
        "source_name": "raw",
        "source_description": "",
        "loader": "",
        "identifier": name,
        "description": "",
        "columns": {},
        "relation_name": f'"generated"."raw"."{name}"',
        "quoting": {},
        "depends_on": {"nodes": []},
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
    }


def _catalog(nodes: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    metadata = {**METADATA, "dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"}
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    return {
        "metadata": metadata,
        "nodes": {key: _table(node, list(node["columns"])) for key, node in models.items()},
        "sources": {key: _table(node, [f"c_{i:02d}" for i in range(COLUMNS)]) for key, node in sources.items()},
        "errors": None,
    }


def _table(node: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    place = {"type": "BASE TABLE", "schema": node["schema"], "name": node["name"], "database": "generated"}
    return {
        "metadata": {**place, "comment": None, "owner": None},
        "columns": {
            name: {"type": TYPES[i % 6], "index": i + 1, "name": name, "comment": None}
            for i, name in enumerate(columns)
        },
        "stats": {},
        "unique_id": node["unique_id"],
    }


if __name__ == "__main__":
    write_project(Path(sys.argv[1]), int(sys.argv[2]), *map(float, sys.argv[3:]))
