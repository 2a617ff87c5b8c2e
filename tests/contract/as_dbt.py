"""What dbt makes of the YAML that `contract import` writes: a manifest, without running dbt for each of many examples.

`test_contract_dbt.py` shows with a real dbt that it is the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from meshport.artifacts import load_project
from meshport.mesh import Mesh
from meshport.model import Product
from meshport.products import derive
from meshport.standards import load_standards
from tests.artifacts.builders import manifest

STANDARDS = load_standards()


def product_of(declared: dict[str, Any], folder: Path, domain: str = "shop", adapter: str = "duckdb") -> Product:
    """Return the product that a project with this YAML declares."""
    content = as_manifest(declared)
    content["metadata"]["adapter_type"] = adapter
    (folder / "manifest.json").write_bytes(msgspec.json.encode(content))
    (found,) = derive(load_project(folder), Mesh(domain=domain), STANDARDS)
    return found.product


def as_manifest(declared: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest of a project with this YAML, as far as contracts are concerned."""
    nodes: dict[str, Any] = {}
    for model in declared["models"]:
        for version in model.get("versions") or [{}]:
            unique_id, node = _model(model, version)
            nodes[unique_id] = node
            nodes |= _tests(model, unique_id)
    groups = {f"group.shop.{group['name']}": {**group, "package_name": "shop"} for group in declared["groups"]}
    return json.loads(json.dumps(manifest(nodes=nodes, groups=groups)))  # type: ignore[no-any-return]


def _model(model: dict[str, Any], version: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    config, number = model["config"], version.get("v")
    built_as = model["name"] if number is None else f"{model['name']}_v{number}"
    node = {
        "resource_type": "model",
        "name": model["name"],
        "package_name": "shop",
        "database": "shop",
        "schema": "main",
        "alias": config.get("alias") or built_as,
        "description": model.get("description", ""),
        "columns": {column["name"]: {"meta": {}, **column} for column in model["columns"]},
        "constraints": model.get("constraints", []),
        "config": config,
        "contract": config["contract"],
        "access": config["access"],
        "group": config["group"],
        "version": number,
        "latest_version": model.get("latest_version"),
        "deprecation_date": version.get("deprecation_date") or model.get("deprecation_date"),
    }
    return f"model.shop.{model['name']}" + ("" if number is None else f".v{number}"), node


def _tests(model: dict[str, Any], unique_id: str) -> dict[str, Any]:
    found = {}
    places = [(None, model.get("data_tests", []))]
    places += [(column["name"], column.get("data_tests", [])) for column in model["columns"]]
    for column, tests in places:
        for test in tests:
            kind, said = (test, {}) if isinstance(test, str) else next(iter(test.items()))
            namespace, _, name = kind.rpartition(".")
            of_column = {} if column is None else {"column_name": column}
            found[f"test.{unique_id}.{len(found)}"] = {
                "resource_type": "test",
                "name": f"{kind}_{len(found)}",
                "package_name": "shop",
                "config": {"severity": "ERROR", "error_if": "!= 0", **said.get("config", {})},
                "column_name": column,
                "attached_node": unique_id,
                "test_metadata": {
                    "name": name,
                    "namespace": namespace or None,
                    "kwargs": {"model": "{{ ref('it') }}", **of_column, **said.get("arguments", {})},
                },
            }
    return found
