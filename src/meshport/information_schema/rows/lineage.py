"""What column lineage says, as rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from meshport.information_schema.filling import Filling

if TYPE_CHECKING:
    from meshport.lineage import NodeLineage, Origin

Row = dict[str, Any]


UNMASKED = "code/no_classified_column_unmasked"
"""The policy whose setting `sanitisers` names the SQL functions in which a classified value is no longer one."""


def column_lineage(filling: Filling) -> Iterator[Row]:
    """`dbt.column_lineage`. What decides which rows a node has decides every column of it."""
    for node in () if filling.without_manifest else filling.lineage.nodes.values():
        for column in node.columns:
            for origin in {*column.origins, *node.scans}:
                yield _edge(filling, node, column.name, origin)


def column_formulas(filling: Filling) -> Iterator[Row]:
    """`mesh.column_formulas`."""
    from meshport.lineage import node_formulas

    project = filling.sources.project()
    for unique_id in filling.lineage.nodes:
        for column in node_formulas(project, filling.lineage, unique_id).columns:
            yield {
                "node_unique_id": unique_id,
                "column_name": column.name,
                "formula": column.formula or None,
                "status": column.status,
                "reason": column.reason or None,
            }


def foreign_relations(filling: Filling) -> Iterator[Row]:
    """`mesh.foreign_relations`."""
    for unique_id, node in filling.lineage.nodes.items():
        for relation in node.foreign:
            yield {"node_unique_id": unique_id, "relation": relation}


def exposed_columns(filling: Filling) -> Iterator[Row]:
    """`mesh.exposed_columns`: of the ports that this project declares."""
    from meshport.lineage.taint import exposed_columns as exposed

    sources = filling.sources
    classified = [name for name, found in filling.standards.classifications.items() if found.masks]
    products = [item.product for item in sources.declared()]
    policy = filling.standards.policies.get(UNMASKED)
    named = policy.spec.settings.get("sanitisers", ()) if policy else ()
    sanitisers = {str(name).lower() for name in named} if isinstance(named, tuple) else set()
    for found in exposed(sources.project(), products, classified, sanitisers, filling.lineage):
        yield {
            "product_key": found.product_key,
            "port": found.port,
            "column_name": found.column,
            "classification": found.classification,
            "origin_node_unique_id": found.origin_node,
            "origin_column": found.origin_column,
            "path": " → ".join(found.path),
        }


def _edge(filling: Filling, node: NodeLineage, column: str, origin: Origin) -> Row:
    return {
        "parent_node_unique_id": origin.node,
        "parent_column_name": origin.column,
        "child_node_unique_id": node.unique_id,
        "child_column_name": column,
        "evolution": origin.kind,
        "ingested_at": filling.generated_at,
    }
