"""Small projects in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meshport.artifacts import DbtColumn, Exposure, Group, Node, Project
from meshport.artifacts import Test as DbtTest


def model(name: str, folder: str = "marts", **changes: Any) -> Node:
    package = changes.get("package_name", "shop")
    parts = [part for part in folder.split("/") if part]
    node = {
        "unique_id": f"model.{package}.{name}",
        "resource_type": "model",
        "name": name,
        "package_name": package,
        "path": "/".join(["models", *parts, f"{name}.sql"]),
        "identifier": name,
        "materialized": "table",
        "fqn": (package, *parts, name),
    }
    return Node(**{**node, **changes})


def columns(**types: str | None) -> tuple[DbtColumn, ...]:
    return tuple(DbtColumn(name, data_type) for name, data_type in types.items())


def project(
    *nodes: Node,
    tests: Sequence[DbtTest] = (),
    groups: Sequence[Group] = (),
    exposures: Sequence[Exposure] = (),
    catalog: dict[str, tuple[tuple[str, str], ...]] | None = None,
    adapter_type: str = "duckdb",
) -> Project:
    return Project(
        name="shop",
        adapter_type=adapter_type,
        dbt_version="1.11.16",
        generated_at="",
        environment={},
        nodes={node.unique_id: node for node in nodes},
        tests={test.unique_id: test for test in tests},
        groups={group.unique_id: group for group in groups},
        exposures={exposure.unique_id: exposure for exposure in exposures},
        results={},
        catalog=catalog or {},
    )


def group(name: str, **changes: Any) -> Group:
    owner = {"name": "Shop team"}
    return Group(
        **{"unique_id": f"group.shop.{name}", "name": name, "package_name": "shop", "owner": owner}
        | {"path": "models/_groups.yml", **changes}
    )


def exposure(name: str, *depends_on: str) -> Exposure:
    return Exposure(unique_id=f"exposure.shop.{name}", name=name, type="dashboard", depends_on=depends_on)
