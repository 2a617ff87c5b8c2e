"""What the project says of itself: the manifest's head and graph, dbt_project.yml, package-lock.yml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from meshport.information_schema.filling import Filling
from meshport.information_schema.manifest import DAG
from meshport.standards.yaml_file import YamlFile

SCHEMA_VERSION = 1
"""The version of dbt's Information Schema that the tables follow."""

Row = dict[str, Any]


def project(filling: Filling) -> Iterator[Row]:
    """`dbt.project`."""
    metadata = filling.manifest.metadata
    if metadata.project_name is not None:
        yield {
            "schema_version": SCHEMA_VERSION,
            "project_name": metadata.project_name,
            "dbt_version": metadata.dbt_version,
            "adapter_type": metadata.adapter_type,
            "quoting": metadata.quoting,
            "ingested_at": filling.generated_at,
        }


def packages(filling: Filling) -> Iterator[Row]:
    """`dbt.packages`: those that anything in the manifest comes from, without dbt's own."""
    locked = {str(each.get("name")): each for each in _yaml(filling, "package-lock.yml").get("packages") or ()}
    for name in sorted(_packages(filling)):
        known = locked.get(name, {})
        yield {
            "package_name": name,
            "package_source": next((key for key in ("package", "git", "local", "tarball") if key in known), None),
            "version": known.get("version"),
            "git_url": known.get("git"),
            "git_revision": known.get("revision"),
            "local_path": known.get("local"),
            "ingested_at": filling.generated_at,
        }


def variables(filling: Filling) -> Iterator[Row]:
    """`dbt.project_vars`: a mapping below a package's name holds that package's, which has the others too."""
    content = _yaml(filling, "dbt_project.yml")
    said, root = content.get("vars") or {}, str(content.get("name"))
    installed = {*_packages(filling), root}
    scopes = {name: value for name, value in said.items() if name in installed and isinstance(value, dict)}
    common = {name: value for name, value in said.items() if name not in scopes}
    for scope in sorted({root, *scopes}):
        for name, value in {**common, **scopes.get(scope, {})}.items():
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            yield {
                "project_name": scope,
                "var_name": name,
                "var_value": text,
                "ingested_at": filling.generated_at,
            }


def flags(filling: Filling) -> Iterator[Row]:
    """`mesh.project_flags`."""
    for name, value in (_yaml(filling, "dbt_project.yml").get("flags") or {}).items():
        yield {"name": name, "value": value if isinstance(value, str) else msgspec.json.encode(value).decode()}


def dag_nodes(filling: Filling) -> Iterator[Row]:
    """`dbt.dag_nodes`."""
    for kind in DAG:
        for entry in filling.manifest.entries.get(kind, ()):
            yield {"unique_id": entry.unique_id, "resource_type": kind, "ingested_at": filling.generated_at}


def edges(filling: Filling) -> Iterator[Row]:
    """`dbt.edges`."""
    for child, parents in filling.manifest.parents.items():
        for parent in parents:
            yield {"parent_unique_id": parent, "child_unique_id": child, "ingested_at": filling.generated_at}


def _packages(filling: Filling) -> set[str]:
    """Return the packages that anything in the manifest comes from: the second part of every unique id."""
    adapter = filling.manifest.metadata.adapter_type
    own = {"dbt", f"dbt_{adapter}", {"redshift": "dbt_postgres", "databricks": "dbt_spark"}.get(adapter or "")}
    ids = (entry.unique_id for entries in filling.manifest.entries.values() for entry in entries)
    return {unique_id.split(".")[1] for unique_id in ids} - own


def _yaml(filling: Filling, name: str) -> Row:
    """Return what a file of the project says; nothing where it is not there."""
    path: Path = filling.sources.project_dir / name
    return YamlFile(path).content if path.is_file() else {}
