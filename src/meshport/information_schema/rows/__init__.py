"""Tables that are filled with rows by Python: mappings with the table's columns as keys. What is left out is NULL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from meshport.information_schema.filling import Filling
from meshport.information_schema.results import invocations
from meshport.information_schema.rows import history, lineage, mesh, products, project, readers

Fill = Callable[[Filling], Iterable[Mapping[str, Any]]]

ROWS: dict[str, Fill] = {
    "dbt.project": project.project,
    "dbt.packages": project.packages,
    "dbt.project_vars": project.variables,
    "dbt.dag_nodes": project.dag_nodes,
    "dbt.edges": project.edges,
    "dbt.column_lineage": lineage.column_lineage,
    "dbt_rt.invocations": lambda filling: invocations(filling.sources.artifacts),
    "mesh.products": products.products,
    "mesh.ports": products.ports,
    "mesh.port_columns": products.port_columns,
    "mesh.port_constraints": products.port_constraints,
    "mesh.port_rules": products.port_rules,
    "mesh.column_formulas": lineage.column_formulas,
    "mesh.foreign_relations": lineage.foreign_relations,
    "mesh.exposed_columns": lineage.exposed_columns,
    "mesh.classifications": mesh.classifications,
    "mesh.owners": mesh.owners,
    "mesh.inputs": readers.inputs,
    "mesh.subscriptions": readers.subscriptions,
    "mesh.grants": readers.grants,
    "mesh.policies": mesh.policies,
    "mesh.warehouses": mesh.warehouses,
    "mesh.results": readers.results,
    "mesh.domains": history.domains,
    "mesh.publications": history.publications,
    "mesh.service_levels": history.service_levels,
    "mesh.runs": history.runs,
    "mesh.run_results": history.run_results,
    "mesh.usage": history.usage,
    "mesh.costs": history.costs,
    "mesh.ratings": history.ratings,
    "mesh.port_lineage": history.port_lineage,
    "mesh.project_flags": project.flags,
}
"""What fills a table, by its key."""
