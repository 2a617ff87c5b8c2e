"""What the standards and mesh.yml say, and who answers for what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshport.declarations import text
from meshport.information_schema.filling import Filling

Row = dict[str, Any]


def classifications(filling: Filling) -> Iterator[Row]:
    """`mesh.classifications`."""
    for name, found in filling.standards.classifications.items():
        yield {
            "name": name,
            "description": found.description,
            "masks": found.masks,
            "detect": found.detect,
        }


def policies(filling: Filling) -> Iterator[Row]:
    """`mesh.policies`."""
    for policy in filling.standards.policies.values():
        yield {
            "name": policy.name,
            "type": policy.type,
            "severity": policy.spec.severity,
            "owner": policy.spec.owner or None,
            "description": policy.spec.description,
        }


def warehouses(filling: Filling) -> Iterator[Row]:
    """`mesh.warehouses`."""
    mesh = filling.sources.mesh
    for name, warehouse in mesh.warehouses.items() if mesh else ():
        yield {
            "name": name,
            "size": warehouse.size,
            "auto_stop_minutes": warehouse.auto_stop_minutes,
            "budget": warehouse.budget,
            "domain": mesh.domain if mesh else None,
            "path": filling.sources.mesh_path,
        }


def owners(filling: Filling) -> Iterator[Row]:
    """`mesh.owners`: of domains, products, groups and exposures."""
    mesh, registry = filling.sources.mesh, filling.registry
    domains = {each.domain: each.owner for each in registry.domains}
    products = {key: head.product.owner for key, head in registry.heads.items()}
    if mesh is not None:
        domains[mesh.domain] = mesh.owner
    products |= {item.product.key: item.product.owner for item in filling.sources.declared()}
    for kind, found in (("domain", domains), ("product", products)):
        for name, owner in found.items():
            yield {"owner_name": owner.name, "owner_email": owner.email, "of_kind": kind, "of_name": name}
    project = filling.sources.project()
    declared = [("group", group.unique_id, group.owner) for group in project.groups.values()]
    declared += [("exposure", exposure.unique_id, exposure.owner) for exposure in project.exposures.values()]
    for kind, name, said in declared:
        name_of, email = text(said.get("name")), text(said.get("email"))
        yield {"owner_name": name_of, "owner_email": email, "of_kind": kind, "of_name": name}
