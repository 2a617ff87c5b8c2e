"""From a dbt project to data products: what the artifacts declare, with the standards applied.

What does not fit becomes a blocked gate of its product, never an exception, so that one careless product does not hide
the others.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from meshport.artifacts.project import DbtColumn, Group, Node, Project
from meshport.artifacts.reading import collector_off
from meshport.declarations import Problems, declared_tags, text
from meshport.mesh import Mesh
from meshport.model import (
    Column,
    Constraint,
    Contract,
    Gate,
    Owner,
    Port,
    Product,
    QualityRule,
    Relation,
    Slo,
    Upstream,
    fold,
)
from meshport.protection import block_broken_constraints, block_misplaced, by_policy, mask_of, mode_of, row_filter_of
from meshport.resources import BOOKKEEPING, PREVIOUS, STAGED
from meshport.schedules import Schedule
from meshport.standards import Standards
from meshport.tags import column_tags, port_tags

_REFERENCE = re.compile(r"""ref\((?:\s*['"][^'"]+['"]\s*,)?\s*['"](?P<name>[^'"]+)['"].*\)""")


class Declared(msgspec.Struct, frozen=True):
    """A product as declared, and the gates that its declaration alone already blocks."""

    product: Product
    problems: tuple[Gate, ...]


class _DataProduct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`config.meta.data_product` of a group."""

    title: str | None = None
    tier: str | None = None
    slo: Slo = Slo()
    terms: str | None = None
    support: dict[str, str] = {}
    schedule: Schedule | None = None


def derive(project: Project, mesh: Mesh, standards: Standards) -> list[Declared]:
    """Return the products that this project declares, ordered by name."""
    with collector_off():
        ports, groups = _public_models(project), _groups(project)
        return _without_clashes([_product(project, mesh, standards, g, ports.get(g.name, [])) for g in groups])


def schedules(project: Project) -> dict[str, Schedule]:
    """Return when products run that say so themselves, by product. One whose declaration does not fit says nothing: its
    problem is `derive`'s to tell.
    """
    said = {group.name: _declaration(group, Problems()).schedule for group in _groups(project)}
    return {name: schedule for name, schedule in said.items() if schedule is not None}


def _groups(project: Project) -> list[Group]:
    """Return the groups of this project that are data products, ordered by name."""
    found = (group for group in project.groups.values() if group.package_name == project.name)
    return sorted((group for group in found if group.meta.get("data_product")), key=lambda group: group.name)


def _public_models(project: Project) -> dict[str, list[Node]]:
    """Return the project's public models by group, each list ordered by name and version."""
    found: dict[str, list[Node]] = {}
    for node in project.nodes.values():
        own = node.resource_type == "model" and node.package_name == project.name
        if own and node.group is not None and node.access == "public":
            found.setdefault(node.group, []).append(node)
    return {group: sorted(nodes, key=lambda node: (node.name, node.version or "")) for group, nodes in found.items()}


def unpublished(project_dir: Path) -> list[Product]:
    """Return the products that the project in this folder declares: only its own domain is shown these.

    Empty where the folder is no domain's, or has no artifacts yet.
    """
    from meshport.artifacts import load_project
    from meshport.mesh import FILE_NAME, load_mesh
    from meshport.standards import standards_of

    target = project_dir / "target"
    if not (project_dir / FILE_NAME).is_file() or not (target / "manifest.json").is_file():
        return []
    mesh = load_mesh(project_dir)
    declared = derive(load_project(target), mesh, standards_of(project_dir, mesh))
    return [item.product for item in declared]


def _product(project: Project, mesh: Mesh, standards: Standards, group: Group, models: list[Node]) -> Declared:
    problems = Problems()
    declared = _declaration(group, problems)
    product = Product(
        domain=mesh.domain,
        name=group.name,
        title=declared.title or group.name,
        description=group.description,
        owner=Owner(name=text(group.owner.get("name")), email=text(group.owner.get("email"))),
        tier=declared.tier,
        slo=declared.slo,
        terms=declared.terms,
        support=declared.support,
        tags=declared_tags(group.meta, group.name, problems),
    )
    if not (product.owner.name or product.owner.email):
        problems.block(
            "owner",
            group.name,
            "the product has no owner",
            f"give the group `{group.name}` an owner with a name or an e-mail",
        )
    if fold(group.name) == BOOKKEEPING:
        problems.block(
            "name",
            group.name,
            f"the schema `{BOOKKEEPING}` of the published zone is meshport's own",
            "give the group another name",
        )
    block_misplaced(group, group.name, problems)
    if not models:
        problems.block(
            "ports",
            group.name,
            "the product has no output port",
            f"set `access: public` on a model of the group `{group.name}`",
        )
    ports = tuple(_port(project, mesh, standards, product, node, problems) for node in models)
    return Declared(product=msgspec.structs.replace(product, ports=ports), problems=tuple(problems))


def _declaration(group: Group, problems: Problems) -> _DataProduct:
    raw = group.meta["data_product"]
    if raw is True:
        return _DataProduct()
    try:
        return msgspec.convert(raw, _DataProduct)
    except msgspec.ValidationError as error:
        problems.block(
            "declaration", group.name, f"`config.meta.data_product` does not fit: {error}", f"see {group.path}"
        )
        return _DataProduct()


def _port(project: Project, mesh: Mesh, standards: Standards, product: Product, node: Node, problems: Problems) -> Port:
    label = node.name if node.version is None else f"{node.name}.v{node.version}"
    if node.materialized == "ephemeral":
        problems.block(
            "ports",
            label,
            "an ephemeral model has no relation to publish",
            "materialise it as a table, view or incremental model",
        )
    if fold(node.identifier).endswith((STAGED, PREVIOUS)):
        problems.block(
            "ports",
            label,
            f"a port's name must not end with {STAGED} or {PREVIOUS}",
            "give the model another alias: these are the names of a port's copies",
        )
    if not node.contract_enforced:
        problems.block(
            "contract",
            label,
            "a port needs an enforced contract",
            "set `contract: {enforced: true}` and declare the type of every column",
        )
    # Most columns of most ports say nothing, and then there is nothing to work out for each.
    plain = column_tags(standards, label, None, {}) == ({}, [])
    columns = tuple(
        Column(column.name, column.data_type, column.description)
        if plain and not column.meta
        else _column(standards, label, column, project.adapter_type, problems)
        for column in node.columns
    )
    constraints, tagged = _constraints(project, node), by_policy(standards, columns, project.adapter_type)
    row_filter = row_filter_of(node, label, problems)
    hides = row_filter is not None or any(column.mask is not None for column in columns)
    mode = mode_of(node, label, project.adapter_type, problems, hides=hides, tagged=tagged)
    port = Port(
        name=node.name,
        version=node.version,
        latest=node.version is None or node.version == node.latest_version,
        unique_id=node.unique_id,
        mode=mode,
        by_policy=tagged and mode != "view",  # a view calls the functions itself: there are no policies on views
        source=Relation(node.database or "", node.schema or "", node.identifier),
        relation=_place(mesh, product, node, project.adapter_type),
        description=node.description,
        contract=Contract(
            enforced=node.contract_enforced,
            columns=columns,
            constraints=constraints,
            rules=tuple(
                QualityRule(
                    unique_id=test.unique_id,
                    name=test.name,
                    kind=test.kind,
                    column=test.column,
                    arguments=test.arguments,
                    severity=test.severity,
                    limits=test.limits,
                )
                for test in project.tests_of(node.unique_id)
            ),
        ),
        row_filter=row_filter,
        upstream=_upstream(project, node),
        deprecation_date=node.deprecation_date,
    )
    block_broken_constraints(port, problems)
    block_misplaced(node, label, problems)
    declared = {**product.tags, **declared_tags(node.meta, label, problems)}
    tags, missing = port_tags(standards, product, port, declared)
    for gate in missing:
        problems.append(gate)
    return msgspec.structs.replace(port, tags=tags)


def _place(mesh: Mesh, product: Product, node: Node, dialect: str) -> Relation:
    """Return where a port is published. Unity Catalog keeps all names in small letters."""
    names = (mesh.published_database, product.name, node.identifier)
    return Relation(*(name.lower() for name in names)) if dialect == "databricks" else Relation(*names)


def _column(standards: Standards, label: str, column: DbtColumn, dialect: str, problems: Problems) -> Column:
    subject = f"{label}.{column.name}"
    mask = mask_of(standards, column, subject, dialect, problems)
    classification = text(column.meta.get("classification"))
    tags, missing = column_tags(standards, subject, classification, declared_tags(column.meta, subject, problems))
    problems.extend(missing)
    return Column(
        name=column.name,
        data_type=column.data_type,
        description=column.description,
        classification=classification,
        mask=mask,
        tags=tags,
    )


def _constraints(project: Project, node: Node) -> tuple[Constraint, ...]:
    """Return the constraints of columns and model in one shape."""
    declared = [((column.name,), raw) for column in node.columns for raw in column.constraints]
    declared += [(tuple(raw.get("columns") or ()), raw) for raw in node.constraints]
    return tuple(
        Constraint(
            type=str(raw.get("type")),
            columns=columns,
            expression=raw.get("expression"),
            name=raw.get("name"),
            to=_model_named(project, node, text(raw["to"])) if raw.get("to") else None,
            to_columns=tuple(raw.get("to_columns") or ()),
        )
        for columns, raw in declared
    )


def _model_named(project: Project, node: Node, to: str | None) -> str | None:
    """Return the name of the model that a foreign key leads to: compiling replaces its `ref` by a relation."""
    if to is not None and (reference := _REFERENCE.fullmatch(to.strip())):
        return reference["name"]
    parents = (project.nodes.get(unique_id) for unique_id in node.depends_on)
    return next((parent.name for parent in parents if parent is not None and parent.relation_name == to), to)


def _upstream(project: Project, node: Node) -> tuple[Upstream, ...]:
    """Return what a port is built from, through internal models: sources, seeds, snapshots, other products' ports."""
    found: dict[str, Upstream] = {}
    waiting, seen = list(node.depends_on), {node.unique_id}
    while waiting:
        unique_id = waiting.pop()
        parent = project.nodes.get(unique_id)
        if parent is None or unique_id in seen:
            continue
        seen.add(unique_id)
        product = parent.meta.get("meshport_input")
        if parent.resource_type != "model" or product or (parent.access == "public" and parent.group != node.group):
            # An input's model is ephemeral: what is read is the published port, the one source behind it.
            read = next((project.nodes[name] for name in parent.depends_on if name in project.nodes), parent)
            place = read if product else parent
            found[unique_id] = Upstream(
                unique_id=unique_id,
                resource_type=parent.resource_type,
                relation=Relation(place.database or "", place.schema or "", place.identifier),
                product=text(product),
            )
        else:
            waiting.extend(parent.depends_on)
    return tuple(found[unique_id] for unique_id in sorted(found))


def _without_clashes(declared: list[Declared]) -> list[Declared]:
    """Block ports that would be published under a name that another port has; catalogs compare names without case."""
    seen: dict[tuple[str, str], str] = {}
    checked = []
    for item in declared:
        problems = Problems(item.problems)
        for port in item.product.ports:
            place = fold(port.relation.schema), fold(port.relation.identifier)
            subject = f"{item.product.name}.{port.label}"
            other = seen.setdefault(place, subject)
            if other != subject:
                reason = f"{subject} and {other} would both be published as {port.relation}"
                problems.block("ports", port.label, reason, "give one of them another name or alias")
        checked.append(msgspec.structs.replace(item, problems=tuple(problems)))
    return checked
