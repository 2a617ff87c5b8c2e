"""What datasets are called: OpenLineage's naming, so that events of other producers mean the same tables.

https://openlineage.io/docs/spec/naming; for systems that it does not list, as its own dbt integration names them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from meshport.artifacts.project import Node, Project
from meshport.lineage.dialects import Dialect

Place = tuple[str, str]
"""A dataset: its namespace and name."""

UNITY_CATALOG = "unity-catalog"
"""The namespace by which OpenLineage's Spark integration knows tables of Unity Catalog."""

_NAMESPACES = {
    # adapter: (namespace from the keys of a dbt profile, what a key is where the profile leaves it out)
    "athena": ("awsathena://athena.{region_name}.amazonaws.com", {}),
    "bigquery": ("bigquery", {}),
    "clickhouse": ("clickhouse://{host}:{port}", {"port": "8123"}),
    "databricks": ("databricks://{host}", {}),
    "dremio": ("dremio://{software_host}:{port}", {"port": "9047"}),
    "fabric": ("fabric-warehouse://{server}:{port}", {"port": "1433"}),
    "mysql": ("mysql://{server}:{port}", {"port": "3306"}),
    "postgres": ("postgres://{host}:{port}", {"port": "5432"}),
    "redshift": ("redshift://{host}:{port}", {"port": "5439"}),
    "snowflake": ("snowflake://{account}", {}),
    "spark": ("spark://{host}:{port}", {"port": "443"}),
    "sqlserver": ("mssql://{server}:{port}", {"port": "1433"}),
    "teradata": ("teradata://{host}:{port}", {"port": "1025"}),
    "trino": ("trino://{host}:{port}", {"port": "8080"}),
}
_KEY = re.compile(r"{(\w+)}")
_REDSHIFT = re.compile(r"([^.]+)\.[^.]+\.([^.]+)\.redshift(?:-serverless)?\.amazonaws\.com(?:\.cn)?")
_PART = re.compile(r'"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([^\s."`\[\]]+)')
_FOREIGN = re.compile(r"""[^\s.()'"]+(?:\.[^\s.()'"]+){2}""")


class Naming(msgspec.Struct, frozen=True):
    """How the datasets of a project are named.

    `namespace` is the system that dbt connects to; `elsewhere` are the namespaces of databases that are not in it, by
    their names (files that DuckDB has attached).
    """

    adapter_type: str
    namespace: str
    elsewhere: Mapping[str, str] = {}

    def place(self, project: Project, origin: str) -> Place | None:
        """Return the dataset of a node, by unique id, or of a relation that SQL names by hand.

        None where nobody can know it: the relation's name is not complete, or it is no relation at all.
        """
        node = project.nodes.get(origin)
        if node is None:
            return (self.namespace, origin) if _FOREIGN.fullmatch(origin) else None
        return self.elsewhere.get(node.database or "", self.namespace), self._name(node)

    def unity_name(self, node: Node) -> str | None:
        """Return a table's full name in Unity Catalog; None where it is in no such catalog."""
        name = self._name(node)
        inside = self.adapter_type == "databricks" and name.count(".") == 2
        return name if inside and not name.startswith("hive_metastore.") else None

    def _name(self, node: Node) -> str:
        real = Dialect(self.adapter_type).real
        parts = relation_parts(node.relation_name or "")
        if len(parts) > 1:
            return ".".join(real(part, quoted) for part, quoted in parts)
        return ".".join(part for part in (node.database, node.schema, node.identifier) if part)


def relation_parts(relation: str) -> list[tuple[str, bool]]:
    """Return the parts of a relation's name as dbt renders it, each with whether it is quoted; [] for no such name."""
    found: list[tuple[str, bool]] = []
    end = -1
    for match in _PART.finditer(relation):
        if match.start() != end + 1 or (end >= 0 and relation[end] != "."):
            return []
        double, backtick, bracket, plain = match.groups()
        if plain is not None:
            found.append((plain, False))
        elif bracket is not None:
            found.append((bracket, True))
        else:
            found.append((backtick.replace("``", "`") if double is None else double.replace('""', '"'), True))
        end = match.end()
    return found if end == len(relation) else []


def profile_keys(adapter_type: str) -> tuple[str, ...]:
    """Return the keys of a profile that `namespace_of` reads. None of them is a secret."""
    return tuple(_KEY.findall(_NAMESPACES.get(adapter_type, ("", {}))[0]))


def namespace_of(adapter_type: str, profile: Mapping[str, str]) -> str | None:
    """Return the namespace of what a dbt profile connects to; None where that cannot be told from it."""
    if adapter_type not in _NAMESPACES:
        return None
    template, defaults = _NAMESPACES[adapter_type]
    values = {**defaults, **{key: value.strip() for key, value in profile.items() if value.strip()}}
    if "host" in values:
        values["host"] = values["host"].removeprefix("https://").rstrip("/")
    if adapter_type == "redshift" and (found := _REDSHIFT.fullmatch(values.get("host", ""))):
        values["host"] = f"{found[1]}.{found[2]}"
    return template.format_map(values) if set(_KEY.findall(template)) <= values.keys() else None
