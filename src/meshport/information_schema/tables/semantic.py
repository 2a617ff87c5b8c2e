"""`dbt.*`: the semantic layer. Names and types are those that dbt 2 publishes."""

from __future__ import annotations

from meshport.information_schema.spec import BOOL, FLOAT, LIST, TIME, Column, Table
from meshport.information_schema.tables.common import INGESTED, NOTHING_YET, PATH, as_json, of_config

_ELEMENT = "(select unique_id, generated_at, unnest({0}) as e from semantic_model)"


def _of(key: str) -> Column:
    return Column(key, sql=f"e->>'$.{key}'")


def _json(key: str) -> Column:
    return Column(key, sql=f"nullif(e->'$.{key}', 'null')::VARCHAR")


def _elements(name: str, key: str, description: str, *columns: Column) -> Table:
    return Table(
        schema="dbt",
        name=name,
        description=description,
        columns=(Column("unique_id"), _of("name"), *columns, _json("config"), INGESTED),
        source="manifest.json",
        relation=_ELEMENT.format(key),
    )


TABLES = (
    Table(
        schema="dbt",
        name="semantic_models",
        description="Semantic models.",
        source="manifest.json",
        relation="semantic_model",
        columns=(
            Column("unique_id"),
            Column("name"),
            Column("model"),
            Column("label"),
            Column("description"),
            Column("package_name"),
            PATH,
            Column("fqn", LIST),
            Column("node_relation", sql=as_json("node_relation")),
            Column("primary_entity"),
            Column("defaults", sql=as_json("defaults")),
            Column("group", sql=of_config("group")),
            Column("config", sql=as_json("config")),
            Column("created_at", FLOAT),
            INGESTED,
        ),
    ),
    _elements(
        "semantic_entities",
        "entities",
        "Entities of semantic models.",
        Column("entity_type", sql="e->>'$.type'"),
        _of("description"),
        _of("label"),
        Column("entity_role", sql="e->>'$.role'"),
        _of("expr"),
    ),
    _elements(
        "semantic_measures",
        "measures",
        "Measures of semantic models.",
        _of("agg"),
        _of("description"),
        _of("label"),
        _of("expr"),
        Column("create_metric", BOOL, sql="try_cast(e->>'$.create_metric' as BOOLEAN)"),
        _of("agg_time_dimension"),
        _json("agg_params"),
        _json("non_additive_dimension"),
    ),
    _elements(
        "semantic_dimensions",
        "dimensions",
        "Dimensions of semantic models.",
        Column("dimension_type", sql="e->>'$.type'"),
        _of("description"),
        _of("label"),
        _of("expr"),
        Column("is_partition", BOOL, sql="try_cast(e->>'$.is_partition' as BOOLEAN)"),
        Column("time_granularity", sql="e->>'$.type_params.time_granularity'"),
        Column("validity_params", sql="nullif(e->'$.type_params.validity_params', 'null')::VARCHAR"),
    ),
    Table(
        schema="dbt",
        name="semantic_relationships",
        description="Relationships between semantic models.",
        gap=NOTHING_YET.replace("column", "table"),
        columns=(
            Column("name"),
            Column("from_node_unique_id"),
            Column("to_node_unique_id"),
            Column("from_column_names", LIST),
            Column("to_column_names", LIST),
            Column("cardinality"),
            Column("relationship_type"),
            Column("ai_context"),
            Column("ingested_at", TIME),
        ),
    ),
    Table(
        schema="dbt",
        name="time_spines",
        description="Models that are time spines.",
        source="manifest.json",
        relation="model where time_spine is not null",
        columns=(
            Column("unique_id"),
            Column(
                "primary_column",
                sql="coalesce(time_spine->>'$.primary_column.name', time_spine->>'$.standard_granularity_column')",
            ),
            Column("primary_granularity", sql="time_spine->>'$.primary_column.time_granularity'"),
            Column("custom_granularities", sql="nullif(time_spine->'$.custom_granularities', 'null')::VARCHAR"),
            Column("node_relation", sql="nullif(time_spine->'$.node_relation', 'null')::VARCHAR"),
            INGESTED,
        ),
    ),
    Table(
        schema="dbt",
        name="classifiers",
        description="Labels that resources and columns can have.",
        gap=NOTHING_YET.replace("column", "table"),
        columns=(
            Column("name"),
            Column("propagate", BOOL),
            Column("labels", LIST),
            Column("description"),
            Column("ingested_at", TIME),
        ),
    ),
)
