"""How people name nodes and columns: `customers.email`, `customers.v2.email`, `crm.customers.email`, a unique id."""

from __future__ import annotations

from difflib import get_close_matches

from meshport.artifacts.project import Node, Project
from meshport.errors import InputError
from meshport.lineage.types import ColumnLineage, Lineage
from meshport.model import fold


def label(project: Project, unique_id: str) -> str:
    """Return the short name of a node: a model's with its version, a source's with its group; else the id itself."""
    node = project.nodes.get(unique_id)
    if node is None:
        return unique_id
    if node.resource_type == "source":
        return ".".join(unique_id.split(".")[-2:])
    return node.name if node.version is None else f"{node.name}.v{node.version}"


def find_columns(project: Project, lineage: Lineage, name: str) -> list[tuple[str, str]]:
    """Return the columns that a name means, as (unique id, column): one, or all of a node.

    Raises InputError where there is no such node or column, or where several nodes have the name.
    """
    node = _node(project, name)
    if node is not None:
        return [(node.unique_id, column.name) for column in _columns(lineage, node)]
    owner, _, column = name.rpartition(".")
    node = _node(project, owner) if owner else None
    if node is None:
        names = [label(project, unique_id) for unique_id in project.nodes]
        near = get_close_matches(owner or name, names, n=3, cutoff=0.5)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "name a model, seed, snapshot or source of this project"
        )
        raise InputError(f"there is no node or column {name!r}", hint=hint)
    columns = _columns(lineage, node)
    found = next((each.name for each in columns if fold(each.name) == fold(column)), None)
    if found is None:
        near = get_close_matches(column, [each.name for each in columns], n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it has: {', '.join(c.name for c in columns[:20])}"
        raise InputError(f"`{label(project, node.unique_id)}` has no column {column!r}", hint=hint)
    return [(node.unique_id, found)]


def _columns(lineage: Lineage, node: Node) -> tuple[ColumnLineage, ...]:
    found = lineage.nodes.get(node.unique_id)
    return found.columns if found else ()


def _node(project: Project, name: str) -> Node | None:
    if name in project.nodes:
        return project.nodes[name]
    found = [node for node in project.nodes.values() if fold(name) in _names(project, node)]
    ours = [node for node in found if node.package_name == project.name] or found
    if len(ours) > 1:
        ids = ", ".join(sorted(node.unique_id for node in ours))
        raise InputError(f"{name!r} is the name of several nodes", hint=f"name one by its unique id: {ids}")
    return ours[0] if ours else None


def _names(project: Project, node: Node) -> set[str]:
    """Return what a node may be called. The latest version of a model, and a source, go by their bare name as well."""
    names = {fold(label(project, node.unique_id))}
    if node.resource_type == "source" or (node.version is not None and node.version == node.latest_version):
        names.add(fold(node.name))
    return names
