"""Puts the rules together: from a project to its products, declared and possible, and what each still needs."""

from __future__ import annotations

from typing import Literal

from meshport.artifacts import Group, Node, Project
from meshport.inspection import columns as about
from meshport.inspection.findings import ColumnFinding, Gap, GapKind, Inspection, PortFinding, ProductFinding
from meshport.inspection.grouping import product_name, title
from meshport.inspection.ports import candidates, own_models
from meshport.standards import Standards


def inspect_project(project: Project, standards: Standards) -> Inspection:
    """Return the products that a project declares, and those that it could declare.

    In a group that is declared a product its public models are the ports: what else is in it was left out on purpose.
    """
    groups = {group.name: group for group in project.groups.values() if group.package_name == project.name}
    members: dict[str, list[PortFinding]] = {name: [] for name, group in groups.items() if is_product(group)}
    for unique_id, why in candidates(project).items():
        node = project.nodes[unique_id]
        name = product_name(project, node)
        is_port = node.group == name and node.access == "public"
        if is_port or not (name in groups and is_product(groups[name])):
            members.setdefault(name, []).append(_port(project, node, standards, name, why))
    products = [_product(name, groups.get(name), ports) for name, ports in sorted(members.items())]
    return Inspection(
        project=project.name,
        adapter_type=project.adapter_type,
        dbt_version=project.dbt_version,
        models=len(own_models(project)),
        products=tuple(products),
        remarks=tuple(_remarks(project)),
    )


def is_product(group: Group) -> bool:
    """Whether a dbt group is declared a data product."""
    return bool(group.meta.get("data_product"))


def _product(name: str, group: Group | None, ports: list[PortFinding]) -> ProductFinding:
    source: Literal["declared", "group", "folder"] = "folder"
    if group is not None:
        source = "declared" if is_product(group) else "group"
    owner = {key: value for key, value in (group.owner if group else {}).items() if value}
    has_owner = bool(owner.get("name") or owner.get("email"))
    return ProductFinding(
        name=name,
        title=title(name),
        source=source,
        path=group.path if group else None,
        owner=owner if has_owner else {},
        ports=tuple(sorted(ports, key=lambda port: port.label)),
        missing=() if has_owner else (Gap("owner"),),
    )


def _port(project: Project, node: Node, standards: Standards, product: str, why: str) -> PortFinding:
    columns = about.columns_of(project, node, standards)
    return PortFinding(
        unique_id=node.unique_id,
        name=node.name,
        label=node.name if node.version is None else f"{node.name}.v{node.version}",
        path=node.path,
        patch_path=node.patch_path,
        why=why,
        declared=node.access == "public" and node.group == product,
        grouped=node.group == product,
        public=node.access == "public",
        contract=node.contract_enforced,
        can_have_contract=about.can_have_contract(project, node, columns),
        key=about.key_of(project, node),
        tests=len(project.tests_of(node.unique_id)),
        columns=columns,
        missing=tuple(_gaps(project, node, columns)),
    )


def _gaps(project: Project, node: Node, columns: tuple[ColumnFinding, ...]) -> list[Gap]:
    listed: dict[GapKind, tuple[str, ...]] = {
        "columns": tuple(column.name for column in columns if not column.declared),
        "types": tuple(column.name for column in columns if not column.data_type),
        "stale columns": about.stale_columns(project, node),
        "classification": tuple(c.name for c in columns if c.suggested and not c.classification),
    }
    plain: dict[GapKind, bool] = {
        "description": not node.description,
        "contract": not node.contract_enforced,
        "tests": not project.tests_of(node.unique_id),
        "key": not about.key_of(project, node),
    }
    return [Gap(kind) for kind, missing in plain.items() if missing] + [
        Gap(kind, names) for kind, names in listed.items() if names
    ]


def _remarks(project: Project) -> list[str]:
    models = [node for node in project.nodes.values() if node.resource_type == "model"]
    foreign = len(models) - len(own_models(project))
    remarks = []
    if foreign:
        remarks.append(f"{foreign} models of packages were left out: their own projects publish them.")
    if not project.catalog:
        remarks.append("There is no catalog.json, so real columns and types are unknown: run `dbt docs generate`.")
    return remarks
