"""`dbt.*`: one table for each kind of node. Names and types are those that dbt 2 publishes."""

from __future__ import annotations

from meshport.information_schema.spec import BOOL, INT, LIST, Column, Table
from meshport.information_schema.tables.common import (
    INFERRED,
    INGESTED,
    META,
    NOTHING_YET,
    PATH,
    TAGS,
    as_json,
    of_config,
)


def _configured(*keys: str) -> tuple[Column, ...]:
    return tuple(Column(key, sql=f'conf."{key}"') for key in keys)


_NODE = (
    Column("unique_id"),
    Column("name"),
    Column("resource_type"),
    Column("package_name"),
    PATH,
    Column("fqn", LIST),
    Column("alias"),
    Column("description"),
    Column("node_language", sql="language"),
    Column("raw_code"),
    Column("database_name", sql="coalesce(\"database\", '')"),
    Column("schema_name", sql="coalesce(\"schema\", '')"),
    Column("relation_name"),
    Column("identifier", sql="coalesce(identifier, alias, name)"),
    Column("enabled", BOOL, sql="true"),
    *_configured("materialized", "incremental_strategy", "on_schema_change", "unique_key"),
    Column("full_refresh", BOOL, sql="conf.full_refresh"),
    Column("persist_docs", sql="conf.persist_docs::VARCHAR"),
    Column("pre_hook", sql='coalesce(conf."pre-hook", conf.pre_hook)::VARCHAR'),
    Column("post_hook", sql='coalesce(conf."post-hook", conf.post_hook)::VARCHAR'),
    Column("grants", sql="conf.grants::VARCHAR"),
    Column("config", sql=as_json("config")),
    Column("access", sql=of_config("access")),
    Column("group", sql=of_config("group")),
    Column(
        "contract_enforced",
        BOOL,
        sql="coalesce(try_cast(coalesce(contract, conf.contract)->>'$.enforced' as BOOLEAN), false)",
    ),
    Column("version"),
    Column("latest_version"),
    Column("deprecation_date"),
    Column("constraints", sql=as_json("constraints")),
    Column("primary_key", LIST, sql="coalesce(primary_key, [])"),
    Column("docs_show", BOOL, sql="coalesce(try_cast(coalesce(docs, conf.docs)->>'$.show' as BOOLEAN), true)"),
    Column("properties_yml_file_path", sql="patch_path"),
    Column("time_spine", sql=as_json("time_spine")),
    TAGS,
    Column("classifiers", LIST, sql="coalesce(classifiers, [])"),
    META,
    Column("ai_context", gap=NOTHING_YET),
    Column("compiled_code"),
    Column("compiled_path"),
    Column("search_text", gap="dbt 2 keeps it for its own search"),
    Column("grain", LIST, gap=INFERRED),
    Column("grain_declared", LIST, gap=INFERRED),
    Column("grain_tested", LIST, gap=INFERRED),
    Column("grain_inferred", LIST, gap=INFERRED),
    Column("layer_inferred", gap=INFERRED),
)
_SOURCE = (
    Column("source_name"),
    Column("source_description"),
    Column("loader"),
    Column("loaded_at_field"),
    Column("loaded_at_query"),
    Column("freshness", sql=as_json("freshness")),
    Column("external", sql=as_json("external")),
    Column("source_meta", sql=as_json("source_meta")),
    Column("quoting", sql=as_json("quoting")),
)
_TEST = (
    Column("test_name", sql="test_metadata->>'$.name'"),
    Column("test_definition_package", sql="test_metadata->>'$.namespace'"),
    Column("arguments", sql="(test_metadata->'$.kwargs')::VARCHAR"),
    Column("column_name", sql="coalesce(column_name, test_metadata->>'$.kwargs.column_name')"),
    Column("node_unique_id", sql="attached_node"),
    *_configured("severity", "warn_if", "error_if", "fail_calc"),
    Column("store_failures", BOOL, sql="conf.store_failures"),
    *_configured("store_failures_as", "where"),
    Column("limit", INT, sql='try_cast(conf."limit" as BIGINT)'),
)
_OF_A_TEST = (
    *("unique_id", "name", "package_name", "original_file_path", "fqn", "description", "database_name", "schema_name"),
    *("relation_name", "enabled", "materialized", "config", "tags", "meta", "group", "properties_yml_file_path"),
    *("compiled_code", "compiled_path"),
)
_BY_NAME = {column.name: column for column in _NODE}


def _nodes(name: str, kind: str, description: str, *more: Column, gap: str | None = None) -> Table:
    return Table(
        schema="dbt",
        name=name,
        description=description,
        columns=(*_NODE, *more, INGESTED),
        source="" if gap else "manifest.json",
        relation=None if gap else kind,
        gap=gap,
    )


TABLES = (
    _nodes("models", "model", "Models; one row a version."),
    _nodes("seeds", "seed", "Seeds."),
    _nodes("sources", "source", "Sources; one row a table.", *_SOURCE),
    _nodes("snapshots", "snapshot", "Snapshots."),
    _nodes("functions", "function", "User-defined functions."),
    _nodes("analyses", "analysis", "Analyses."),
    _nodes("hooks", "operation", "Hooks at the start and the end of a run."),
    _nodes("checks", "check", "Checks of dbt 2.", gap="dbt writes its checks to no JSON artifact"),
    Table(
        schema="dbt",
        name="data_tests",
        description="Data tests, generic and singular.",
        columns=(*(_BY_NAME[name] for name in _OF_A_TEST), *_TEST, INGESTED),
        source="manifest.json",
        relation="test",
    ),
)
