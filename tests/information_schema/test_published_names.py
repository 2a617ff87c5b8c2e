"""The tables that dbt publishes are there, with the columns that it publishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshport.information_schema import TABLES, open_schema, tables_named
from tests.artifacts.builders import Write
from tests.information_schema.asking import ask, sources

# What docs.getdbt.com lists ("dbt Information Schema tables"): the tables, and the columns that checks may name.
NODE = (
    "unique_id name resource_type package_name original_file_path fqn alias description node_language database_name "
    "schema_name relation_name identifier enabled materialized config access group contract_enforced version "
    "latest_version deprecation_date primary_key properties_yml_file_path tags meta ingested_at"
)
PUBLISHED = {
    "dbt.models": NODE,
    "dbt.seeds": NODE,
    "dbt.snapshots": f"{NODE} raw_code",
    "dbt.functions": f"{NODE} raw_code",
    "dbt.analyses": f"{NODE} raw_code",
    "dbt.hooks": f"{NODE} raw_code",
    "dbt.checks": f"{NODE} raw_code",
    "dbt.sources": f"{NODE} source_name source_description loader loaded_at_field",
    "dbt.data_tests": "unique_id name package_name original_file_path fqn description database_name schema_name "
    "relation_name enabled materialized config tags meta group properties_yml_file_path test_name "
    "test_definition_package arguments column_name node_unique_id severity warn_if error_if fail_calc store_failures "
    "store_failures_as ingested_at",
    "dbt.unit_tests": "unique_id name model description package_name original_file_path fqn given expect overrides "
    "versions ingested_at",
    "dbt.node_columns": "node_unique_id column_name data_type_declared description tags ingested_at",
    "dbt.dag_nodes": "unique_id resource_type ingested_at",
    "dbt.edges": "parent_unique_id child_unique_id ingested_at",
    "dbt.macros": "unique_id name package_name original_file_path macro_sql description depends_on_macros arguments "
    "docs_show properties_yml_file_path meta created_at ingested_at",
    "dbt.docs_blocks": "unique_id name package_name original_file_path content ingested_at",
    "dbt.groups": "unique_id name description owner_name owner_email ingested_at",
    "dbt.exposures": "unique_id name exposure_type label owner_name owner_email url maturity description package_name "
    "original_file_path fqn depends_on tags created_at ingested_at",
    "dbt.metrics": "unique_id name label metric_type description package_name original_file_path fqn type_params "
    "metric_filter time_granularity input_metric_names group tags meta config created_at ingested_at",
    "dbt.saved_queries": "unique_id name label description package_name original_file_path fqn query_params exports "
    "depends_on group tags created_at ingested_at",
    "dbt.semantic_models": "unique_id name model label description fqn node_relation primary_entity defaults group "
    "created_at ingested_at",
    "dbt.semantic_entities": "unique_id name entity_type description label entity_role expr ingested_at",
    "dbt.semantic_measures": "unique_id name agg description label expr create_metric agg_time_dimension agg_params "
    "non_additive_dimension ingested_at",
    "dbt.semantic_dimensions": "unique_id name dimension_type description label expr is_partition time_granularity "
    "validity_params ingested_at",
    "dbt.semantic_relationships": "",
    "dbt.time_spines": "unique_id primary_column primary_granularity custom_granularities node_relation ingested_at",
    "dbt.project": "project_name dbt_version adapter_type git_sha git_branch git_uncommitted_changes ingested_at",
    "dbt.packages": "package_name ingested_at",
    "dbt.project_vars": "project_name var_name var_value ingested_at",
    "dbt.project_env_vars": "env_var_name ingested_at",
    "dbt.classifiers": "",
    "dbt.column_lineage": "",
    "dbt_rt.invocations": "",
    "dbt_rt.run_results": "",
    "dbt_rt.run_results_latest": "",
    "dbt_rt.relations": "",
    "dbt_rt.freshness": "",
    "dbt_rt.diagnostics": "",
    "dbt_rt.adapter_queries": "",
}
MESH = {
    "mesh.ports": "product_key port name version latest node_unique_id contract_enforced deprecation_date status",
    "mesh.port_columns": "product_key port column_name column_index data_type classification mask mask_method tags",
    "mesh.exposed_columns": "product_key port column_name classification origin_node_unique_id origin_column path",
}


@pytest.mark.parametrize("key", [*PUBLISHED, *MESH])
def test_a_published_table_is_there_with_its_columns(key: str, write: Write) -> None:
    with open_schema(sources(write()), [key]) as connection:
        there = {name for name, *_ in connection.execute(f"describe {key}").fetchall()}
    assert {*PUBLISHED.get(key, "").split(), *MESH.get(key, "").split()} <= there


def test_no_other_table_is_called_dbts_own() -> None:
    assert {key for key in TABLES if not key.startswith("mesh.")} == PUBLISHED.keys()


def test_only_what_is_asked_for_is_there(write: Write) -> None:
    with open_schema(sources(write()), ["dbt_rt.run_results_latest"]) as connection:
        found = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        views = connection.execute("select view_name from duckdb_views() where not internal").fetchall()
    assert (found, views) == ([("dbt_rt.run_results",)], [("run_results_latest",)])


@pytest.mark.parametrize(
    "name", ["mesh.node_columns", 'mesh."node_columns"', '"mesh" . node_columns', "MESH.Node_Columns"]
)
def test_a_table_of_the_same_name_is_not_meant(name: str, write: Write) -> None:
    sql = f"select count(*) as n from {name} cross join dbt.models"
    assert tables_named(sql) == {"mesh.node_columns", "dbt.models"}
    assert ask(write(), sql) == [{"n": 0}]


@pytest.mark.parametrize(
    "sql",
    [
        "from dbt.node_columns join mesh.node_columns using (node_unique_id)",
        'from mesh.node_columns cross join "dbt"."node_columns"',
        "from mesh.node_columns cross join dbt./* the real ones */node_columns",
        "from mesh.node_columns where node_columns.column_name in (select name from dbt.models)",
    ],
)
def test_a_table_that_may_be_meant_is_named(sql: str) -> None:
    assert {"dbt.node_columns", "mesh.node_columns"} <= tables_named(sql)


def test_nothing_is_left_of_the_way_there(write: Write, tmp_path: Path) -> None:
    with open_schema(sources(write())) as connection:
        schemas = connection.execute("select schema_name from duckdb_schemas() where not internal").fetchall()
    assert {name for (name,) in schemas} - {"main"} == {"dbt", "dbt_rt", "mesh"}
