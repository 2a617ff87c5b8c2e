"""Turn models of somebody's dbt project into data products, by editing a copy of its manifest.

None of the shared projects declares products. The overlay declares them as the project's YAML would have: a group with
`config.meta.data_product`, `access: public`, an enforced contract with the real columns of the catalog.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

PERSONAL = {"email": "pii.email", "customer_name": "pii.name"}
"""Endings of column names, and what such columns hold."""


def overlay(source: Path, folder: Path, products: dict[str, list[str]]) -> Path:
    """Copy artifacts into `folder` with `products` (name to model names) declared, and return the folder.

    Columns that hold personal data by their names are classified, so that masks are planned and the policies hold.
    """
    folder.mkdir(parents=True)
    for name in ("run_results.json", "catalog.json"):
        if (source / name).is_file():
            shutil.copy(source / name, folder / name)
    manifest = json.loads((source / "manifest.json").read_bytes())
    catalog = json.loads((source / "catalog.json").read_bytes())["nodes"]
    package = manifest["metadata"]["project_name"]
    for product, models in products.items():
        manifest["groups"][f"group.{package}.{product}"] = _group(package, product)
        for name in models:
            node = manifest["nodes"][f"model.{package}.{name}"]  # a version is named `customers.v1`
            node["group"], node["access"] = product, "public"
            node["config"]["group"], node["config"]["access"] = product, "public"
            node["contract"] = node["config"]["contract"] = {"enforced": True, "alias_types": True}
            node["columns"] = {
                column["name"]: _column(column, node["columns"].get(column["name"], {}))
                for column in sorted(catalog[node["unique_id"]]["columns"].values(), key=lambda c: c["index"])
            }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _group(package: str, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "resource_type": "group",
        "package_name": package,
        "path": "_groups.yml",
        "original_file_path": "models/_groups.yml",
        "unique_id": f"group.{package}.{name}",
        "owner": {"name": "Data team", "email": "data@example.com"},
        "description": f"The product {name}.",
        "config": {"meta": {"data_product": {"title": name, "tier": "gold"}}},
    }


def _column(real: dict[str, Any], declared: dict[str, Any]) -> dict[str, Any]:
    name = real["name"].lower()
    found = next((classification for ending, classification in PERSONAL.items() if name.endswith(ending)), None)
    meta = {"classification": found} if found else {}
    return {
        "name": real["name"],
        "description": declared.get("description", ""),
        "data_type": real["type"],
        "meta": {},
        "constraints": [],
        "tags": [],
        "config": {"meta": meta, "tags": []},
    }
