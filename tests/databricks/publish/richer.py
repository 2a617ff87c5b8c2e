"""The toy domain with more: everything that publishing registers by REST, or as many ports as one likes.

Both change what dbt wrote, as another project would have made it write: building one takes a minute.
"""

from __future__ import annotations

import copy
import json

from tests.databricks.publish.conftest import Built, NativeDomain
from tests.databricks_double.fault_actions import copied

STANDARDS = """\
tag_templates:
  tier:
    description: How far the data is refined.
    applies_to: [port]
    from: product.tier
    values: [bronze, silver, gold]
    governed: true
  business_term:
    description: The term of the business glossary.
    applies_to: [port, column]
    from: meta
    governed: true
"""
SOURCE = "source.sales.crm.people"


def registers_everything(native: NativeDomain) -> None:
    """Add governed tags, a dashboard and a source outside. One port is published at a time: then each call has its turn."""
    standards = native.path / "standards"
    standards.mkdir()
    standards.joinpath("tag_templates.yml").write_text(STANDARDS)
    mesh = native.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + "published: {parallel: 1}\n")
    with native.editing() as manifest:
        manifest["sources"][SOURCE] = {
            "database": "hive_metastore",
            "schema": "crm",
            "name": "people",
            "identifier": "people",
            "resource_type": "source",
            "package_name": "sales",
            "unique_id": SOURCE,
            "columns": {"mail": {"name": "mail"}},
        }
        manifest["nodes"]["model.sales.stg_customers"]["depends_on"]["nodes"].append(SOURCE)
        manifest["exposures"]["exposure.sales.weekly"] = {
            "name": "weekly",
            "type": "dashboard",
            "unique_id": "exposure.sales.weekly",
            "owner": {"name": "Ann", "email": "ann@example.com"},
            "depends_on": {"nodes": ["model.sales.customers.v1"]},
        }


def many_ports(native: NativeDomain, built: Built, ports: int) -> Built:
    """Add copies of `customers` until there are so many ports, eight of which are published at a time."""
    mesh = native.path / "mesh.yml"
    mesh.write_text(mesh.read_text().replace("parallel: 1", "parallel: 8"))
    names = [f"customers{number:02d}" for number in range(ports - 3)]
    for artifact, section in (("manifest.json", "nodes"), ("run_results.json", "results")):
        with native.editing(artifact) as data:
            if section == "nodes":
                ours = {key: each for key, each in data["nodes"].items() if _is_of_customers(key)}
                for name in names:
                    data["nodes"].update(json.loads(_renamed(json.dumps(ours), name)))
            else:
                kept = [each for each in data["results"] if _is_of_customers(each["unique_id"])]
                for name in names:
                    data["results"] += json.loads(_renamed(json.dumps(kept), name))
    domain, before = built
    store = copied(before)
    for name in names:
        relations, customers = store.relations, ("sales", "internal", "customers_v1")
        relations["sales", "internal", f"{name}_v1"] = copy.deepcopy(relations[customers])
    return domain, store


def _is_of_customers(unique_id: str) -> bool:
    return unique_id.startswith(
        ("model.sales.customers.", "test.sales.unique_customers_", "test.sales.not_null_customers_")
    )


def _renamed(text: str, name: str) -> str:
    """Call the model `customers` something else, wherever it or its table is named."""
    for old in ("customers_v1", "customers.v1", "customers_customer_id", '"customers"'):
        text = text.replace(old, old.replace("customers", name, 1))
    return text
