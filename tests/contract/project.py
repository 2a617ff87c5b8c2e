"""A project with one product, as its artifacts, and what is published of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from meshport.artifacts import load_project
from meshport.mesh import load_mesh
from meshport.model import Product
from meshport.plan.make import product_digest
from meshport.products import derive
from meshport.registry import Registry
from meshport.standards import load_standards
from tests.artifacts.builders import manifest, model
from tests.registry.samples import record, url

COLUMNS = {"id": "integer", "email": "varchar", "country": "varchar"}


def port(version: int, columns: dict[str, str], **changes: Any) -> dict[str, Any]:
    return model(
        name="customers",
        alias=f"customers_v{version}",
        version=version,
        latest_version=1,
        access="public",
        group="customer_360",
        config={"materialized": "table", "contract": {"enforced": True}},
        contract={"enforced": True},
        columns={name: {"name": name, "data_type": kind, "description": name} for name, kind in columns.items()},
        **changes,
    )


def write(project: Path, *ports: dict[str, Any]) -> Product:
    """Write the artifacts of a project with one product, and return the product."""
    group = {
        "name": "customer_360",
        "resource_type": "group",
        "package_name": "shop",
        "path": "g.yml",
        "original_file_path": "g.yml",
        "unique_id": "group.shop.customer_360",
        "owner": {"name": "Ann", "email": "ann@example.com"},
        "config": {"meta": {"data_product": True}},
    }
    nodes = {f"model.shop.customers.v{each['version']}": each for each in ports}
    content = manifest(nodes=nodes, groups={"group.shop.customer_360": group})
    content["metadata"]["adapter_type"] = "duckdb"
    (project / "target").mkdir(exist_ok=True)
    (project / "target" / "manifest.json").write_text(json.dumps(content))
    (product,) = derive(load_project(project / "target"), load_mesh(project), load_standards())
    return product.product


def publish(project: Path, product: Product, version: str) -> None:
    with Registry.open(url(project / "registry.db")) as registry:
        registry.record_publication(
            record(
                product, version=version, digest=product_digest(product), plan_digest=version, builds={}, evidence={}
            )
        )
