"""`dbt.*`: the graph of nodes and of columns. Names and types are those that dbt 2 publishes."""

from __future__ import annotations

from meshport.information_schema.spec import BOOL, INT, LIST, TIME, Column, Table
from meshport.information_schema.tables.common import INFERRED, INGESTED, NOTHING_YET

TABLES = (
    Table(
        schema="dbt",
        name="dag_nodes",
        description="Everything that takes part in the graph, with its kind.",
        source="manifest.json",
        columns=(Column("unique_id"), Column("resource_type"), Column("ingested_at", TIME)),
    ),
    Table(
        schema="dbt",
        name="edges",
        description="Edges of the graph, from parent to child.",
        source="manifest.json",
        columns=(Column("parent_unique_id"), Column("child_unique_id"), Column("ingested_at", TIME)),
    ),
    Table(
        schema="dbt",
        name="node_columns",
        description="Columns of nodes: those declared, and those that the database has.",
        source="manifest.json, catalog.json",
        relation="column_of_node",
        columns=(
            Column("node_unique_id", sql="unique_id"),
            Column("column_name", sql="name"),
            Column("column_index", INT, sql="position"),
            Column("data_type_declared", sql="data_type"),
            Column("data_type_inferred", gap=INFERRED),
            Column("data_type_actual", sql="type"),
            Column("data_type", sql="coalesce(type, data_type)"),
            Column("description"),
            Column("label", gap=NOTHING_YET),
            Column("expression", gap=f"{NOTHING_YET}; `mesh.column_formulas` has it"),
            Column("quote", BOOL),
            Column("granularity"),
            Column("tags", LIST, sql="coalesce(nullif(conf.tags, []), tags, [])"),
            Column("classifiers", LIST, gap=INFERRED),
            Column("meta", sql="coalesce(conf.meta, meta)::VARCHAR"),
            Column("constraints", sql="constraints::VARCHAR"),
            Column("tests", gap=f"{NOTHING_YET}; `dbt.data_tests` has them"),
            Column("comment"),
            INGESTED,
        ),
    ),
    Table(
        schema="dbt",
        name="column_lineage",
        description="Which column comes from which: `copy`, `mod` (computed from), `scan` (filtered or joined by).",
        source="compiled SQL, read by meshport",
        columns=(
            Column("parent_node_unique_id"),
            Column("parent_column_name"),
            Column("child_node_unique_id"),
            Column("child_column_name"),
            Column("evolution"),
            Column("ingested_at", TIME),
        ),
    ),
)
