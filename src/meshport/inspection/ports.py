"""Which models could be output ports. Each rule says why, in words for people, or None."""

from __future__ import annotations

import re

from meshport.artifacts import Node, Project

MART_FOLDERS = frozenset({"mart", "marts", "gold", "presentation", "published", "reporting", "reports", "serving"})
INTERNAL_FOLDERS = frozenset({"base", "bronze", "int", "intermediate", "raw", "stage", "staging", "stg", "tmp"})
INTERNAL_PREFIXES = ("stg_", "int_", "base_", "raw_", "tmp_", "_")


def candidates(project: Project) -> dict[str, str]:
    """Return the models that could be ports, by unique id, each with the reason."""
    readers = exposures_by_node(project)
    parents = nodes_with_model_children(project)
    found = {}
    for node in own_models(project):
        if never(node) is None:
            reason = public(node) or exposed(node, readers) or mart(node) or terminal(node, parents)
            if reason is not None:
                found[node.unique_id] = reason
    return found


def own_models(project: Project) -> list[Node]:
    """Return the models of the project itself, not of its packages: those are for their own projects to publish."""
    nodes = project.nodes.values()
    return [node for node in nodes if node.resource_type == "model" and node.package_name == project.name]


def never(node: Node) -> str | None:
    """Say why a model is no port whatever else holds."""
    if node.materialized == "ephemeral":
        return "it is ephemeral: there is no relation to publish"
    if node.access == "public":
        return None
    name = node.name.casefold()
    if name.startswith(INTERNAL_PREFIXES) or INTERNAL_FOLDERS & set(folders(node)):
        return "it is a staging or intermediate model"
    if name.endswith("time_spine"):
        return "it is a time spine"
    return None


def public(node: Node) -> str | None:
    """A model that others are already invited to read."""
    return "its access is public" if node.access == "public" else None


def exposed(node: Node, readers: dict[str, list[str]]) -> str | None:
    """A model that something outside dbt reads."""
    names = readers.get(node.unique_id)
    return f"read by {', '.join(names)}" if names else None


def mart(node: Node) -> str | None:
    """A model in a folder that teams keep for what others read."""
    found = next((folder for folder in folders(node) if folder in MART_FOLDERS), None)
    return f"it is in {found}" if found else None


def terminal(node: Node, parents: set[str]) -> str | None:
    """A model with rows of its own that no other model reads: it is there for somebody outside."""
    if node.materialized in ("table", "incremental") and node.unique_id not in parents:
        return "no model reads it"
    return None


def folders(node: Node) -> tuple[str, ...]:
    """Return the folders of a model below `models`, lower case, without numbers in front (`01_marts`)."""
    below = node.fqn[1 : -2 if node.version is not None else -1]
    return tuple(re.sub(r"^\d+[_-]", "", folder.casefold()) for folder in below)


def exposures_by_node(project: Project) -> dict[str, list[str]]:
    """Return the names of the exposures that read each node."""
    found: dict[str, list[str]] = {}
    for exposure in sorted(project.exposures.values(), key=lambda exposure: exposure.name):
        for unique_id in exposure.depends_on:
            found.setdefault(unique_id, []).append(exposure.name)
    return found


def nodes_with_model_children(project: Project) -> set[str]:
    """Return the nodes that at least one model reads."""
    models = (node for node in project.nodes.values() if node.resource_type == "model")
    return {parent for model in models for parent in model.depends_on}
