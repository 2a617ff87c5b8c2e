"""Every table of the mesh information schema, declared."""

from __future__ import annotations

from meshport.information_schema.spec import Table
from meshport.information_schema.tables import graph, mesh, nodes, resources, runs, semantic

SCHEMAS = ("dbt", "dbt_rt", "mesh")

TABLES: dict[str, Table] = {
    table.key: table for module in (nodes, resources, semantic, graph, runs, mesh) for table in module.TABLES
}
"""By name, such as `dbt.models`."""
