"""What is below the columns that changed: models, exposures, products and who reads them, by name and owner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec

from meshport.artifacts.project import Project
from meshport.declarations import text
from meshport.lineage.changes import ColumnChange
from meshport.lineage.graph import Graph
from meshport.lineage.types import Lineage
from meshport.model import Owner, Product, fold

How = Literal["value", "rows", "reads what is gone"]


class Affected(msgspec.Struct, frozen=True):
    """A node below a change. `columns` take values from it; with none, only its rows depend on it."""

    unique_id: str
    name: str
    resource_type: str
    how: How
    columns: tuple[str, ...]
    owner: str


class AffectedProduct(msgspec.Struct, frozen=True):
    """A product with a port below a change. `subscribers` are principals; `readers` products of other domains."""

    key: str
    owner: str
    ports: tuple[str, ...]
    subscribers: tuple[str, ...]
    readers: tuple[AffectedReader, ...]


class AffectedReader(msgspec.Struct, frozen=True):
    """A product of another domain that is built from an affected one."""

    key: str
    owner: str
    ports: tuple[str, ...]


class Impact(msgspec.Struct, frozen=True):
    """What changed, and everything below it."""

    changes: tuple[ColumnChange, ...]
    nodes: tuple[Affected, ...]
    exposures: tuple[Affected, ...]
    products: tuple[AffectedProduct, ...]


class Mesh(msgspec.Struct, frozen=True):
    """What the registry knows of readers: published products of all domains, and principals by product key."""

    published: Mapping[str, Product] = {}
    subscribers: Mapping[str, Collection[str]] = {}


def impact(
    project: Project,
    lineage: Lineage,
    products: Iterable[Product],
    changes: Iterable[ColumnChange],
    mesh: Mesh,
    before: Lineage | None = None,
) -> Impact:
    """Return everything below these changes. Columns that are only new affect nothing.

    `before` is the lineage of the old state: who read a removed column is known only there.
    """
    changes = tuple(changes)
    telling = [change for change in changes if change.what != "added"]
    nodes = _nodes(project, lineage, before or lineage, telling)
    reached = {each.unique_id for each in nodes} | {change.node for change in telling}
    exposures = tuple(
        Affected(e.unique_id, e.label or e.name, "exposure", "rows", (), _owner(e.owner))
        for e in sorted(project.exposures.values(), key=lambda e: e.unique_id)
        if reached & set(e.depends_on)
    )
    found = []
    for product in products:
        ports = tuple(port.label for port in product.ports if port.unique_id in reached)
        if ports:
            subscribers = tuple(sorted(mesh.subscribers.get(product.key, ())))
            readers = tuple(_readers(product.key, mesh))
            found.append(AffectedProduct(product.key, str(product.owner), ports, subscribers, readers))
    return Impact(changes, tuple(nodes), exposures, tuple(found))


def _nodes(project: Project, lineage: Lineage, before: Lineage, changes: list[ColumnChange]) -> list[Affected]:
    gone = {(change.node, fold(change.column)) for change in changes if change.what == "removed"}
    starts = [(change.node, change.column) for change in changes if change.column and change.what != "removed"]
    values: dict[str, dict[str, None]] = {}
    rows: set[str] = {change.node for change in changes if change.what == "rows"}
    broken: set[str] = set()
    for step in (*Graph(lineage).walk(starts, "down"), *Graph(before).walk(gone, "down")):
        if step.column and step.kind != "scan":
            values.setdefault(step.node, {})[step.column] = None
        else:
            rows.add(step.node)
        if (step.of_node, fold(step.of_column)) in gone:
            broken.add(step.node)
    children: dict[str, list[str]] = {}
    for node in project.nodes.values():
        for parent in node.depends_on:
            children.setdefault(parent, []).append(node.unique_id)
    changed = {change.node for change in changes}
    below = _below(children, rows | broken)
    found = []
    told = (below | values.keys() | rows) - (changed - values.keys() - broken)
    for name in sorted(told & project.nodes.keys()):
        node = project.nodes[name]
        how: How = "reads what is gone" if name in broken else "value" if name in values else "rows"
        columns = tuple(values.get(name, ()))
        found.append(Affected(name, node.name, node.resource_type, how, columns, owner_of(project, name)))
    return found


def _below(children: Mapping[str, list[str]], starts: Collection[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _readers(key: str, mesh: Mesh) -> Iterable[AffectedReader]:
    for other, product in sorted(mesh.published.items()):
        ports = tuple(port.label for port in product.ports if any(up.product == key for up in port.upstream))
        if ports and other != key:
            yield AffectedReader(other, str(product.owner), ports)


def owner_of(project: Project, unique_id: str) -> str:
    """Return who answers for a node: its group's owner, else the owner its meta names, else nobody."""
    node = project.nodes[unique_id]
    group = next((g for g in project.groups.values() if g.name == node.group), None) if node.group else None
    return _owner(group.owner) if group is not None else text(node.meta.get("owner")) or ""


def _owner(owner: Mapping[str, object]) -> str:
    return str(Owner(name=text(owner.get("name")), email=text(owner.get("email"))))
