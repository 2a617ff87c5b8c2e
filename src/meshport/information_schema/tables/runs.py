"""`dbt_rt.*`: what happened when dbt ran. Names and types are those that dbt 2 publishes."""

from __future__ import annotations

from meshport.information_schema.spec import BOOL, FLOAT, INT, TIME, Column, Table
from meshport.information_schema.tables.common import NOTHING_YET, as_json

_GIT = "run_results.json does not say"
_LATEST = """\
select * from dbt_rt.run_results
where not (status = 'error' and execution_time = 0)
qualify row_number() over (partition by unique_id order by created_at desc) = 1"""
_ENDED = "coalesce(try_cast((timing->>'$[*].completed_at')[-1] as timestamptz), generated_at::timestamptz)"


def _as_json(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, sql=as_json(name)) for name in names)


def _stat(*names: str) -> str:
    """Return the expression for a statistic that adapters call by one of these names."""
    values = ", ".join(f"try_cast(stats->>'$.{name}.value' as BIGINT)" for name in names)
    return f"coalesce({values})"


def _threshold(level: str) -> tuple[Column, ...]:
    return (
        Column(f"{level}_count", INT, sql=f"try_cast(criteria->>'$.{level}.count' as BIGINT)"),
        Column(f"{level}_period", sql=f"criteria->>'$.{level}.period'"),
    )


_RUN_RESULTS = (
    Column("unique_id"),
    Column("invocation_id"),
    Column("status"),
    Column("execution_time", FLOAT),
    Column("thread_id"),
    Column("message"),
    Column("failures", INT),
    Column("compiled", BOOL),
    Column("compiled_code_hash", gap="which hash dbt 2 takes is not published"),
    Column("relation_name"),
    *_as_json("adapter_response", "timing", "batch_results"),
    Column("rows_affected", INT, sql="try_cast(adapter_response->>'$.rows_affected' as BIGINT)"),
    Column("created_at", TIME, sql=_ENDED),
)

TABLES = (
    Table(
        schema="dbt_rt",
        name="invocations",
        description="Runs of dbt.",
        source="run_results.json, run_results/*.json",
        columns=(
            Column("invocation_id"),
            Column("command"),
            Column("selector"),
            Column("dbt_version"),
            Column("generated_at", TIME),
            Column("elapsed_time", FLOAT),
            Column("args"),
            Column("node_count", INT),
            Column("target_name"),
            Column("target_type", gap=_GIT),
            Column("target_database", gap=_GIT),
            Column("target_schema", gap=_GIT),
            Column("target_threads", INT),
            Column("vars_override"),
            Column("git_sha", gap=_GIT),
            Column("git_branch", gap=_GIT),
            Column("git_uncommitted_changes", BOOL, gap=_GIT),
        ),
    ),
    Table(
        schema="dbt_rt",
        name="run_results",
        description="The result of each node in each run.",
        source="run_results.json, run_results/*.json",
        relation="run_result",
        columns=_RUN_RESULTS,
    ),
    Table(
        schema="dbt_rt",
        name="run_results_latest",
        description="The newest result of each node, without those that failed before they ran.",
        source="`dbt_rt.run_results`",
        columns=_RUN_RESULTS,
        view=_LATEST,
    ),
    Table(
        schema="dbt_rt",
        name="relations",
        description="Relations as the database describes them.",
        source="catalog.json",
        relation="real_table",
        columns=(
            Column("unique_id"),
            Column("table_type", sql="metadata->>'$.type'"),
            Column("table_owner", sql="metadata->>'$.owner'"),
            Column("database_name", sql="metadata->>'$.database'"),
            Column("schema_name", sql="metadata->>'$.schema'"),
            Column("table_name", sql="metadata->>'$.name'"),
            Column("row_count", INT, sql=_stat("row_count", "num_rows")),
            Column("bytes", INT, sql=_stat("bytes", "num_bytes")),
            Column("last_modified", TIME, sql="try_cast(stats->>'$.last_modified.value' as timestamptz)"),
            Column("ingested_at", TIME, sql="generated_at::timestamptz"),
        ),
    ),
    Table(
        schema="dbt_rt",
        name="freshness",
        description="Results of freshness checks.",
        source="sources.json",
        relation="source_freshness",
        columns=(
            Column("unique_id"),
            Column("resource_type", sql="split_part(unique_id, '.', 1)"),
            Column("invocation_id"),
            Column("status"),
            Column("max_loaded_at", TIME, sql="try_cast(max_loaded_at as timestamptz)"),
            Column("snapshotted_at", TIME, sql="try_cast(snapshotted_at as timestamptz)"),
            Column("max_loaded_at_time_ago", FLOAT, sql="max_loaded_at_time_ago_in_s"),
            Column("execution_time", FLOAT),
            Column("thread_id"),
            Column("error"),
            *_threshold("warn_after"),
            *_threshold("error_after"),
            Column("freshness_filter", sql="criteria->>'$.filter'"),
            *_as_json("adapter_response", "timing"),
            Column("created_at", TIME, sql="generated_at::timestamptz"),
            Column("ingested_at", TIME, sql="generated_at::timestamptz"),
        ),
    ),
    Table(
        schema="dbt_rt",
        name="diagnostics",
        description="Warnings and errors of runs.",
        gap=NOTHING_YET.replace("column", "table"),
        columns=(
            *map(Column, ("unique_id", "invocation_id", "severity", "code", "message", "detail", "source_phase")),
            Column("created_at", TIME),
        ),
    ),
    Table(
        schema="dbt_rt",
        name="adapter_queries",
        description="Statements that were sent to the database.",
        gap=NOTHING_YET.replace("column", "table"),
        columns=(
            Column("unique_id"),
            Column("invocation_id"),
            Column("query_index", INT),
            Column("query_sql"),
            Column("query_id"),
            Column("rows_affected", INT),
            Column("bytes_scanned", INT),
            Column("query_cost", FLOAT),
            Column("error_message"),
            Column("started_at", TIME),
            Column("completed_at", TIME),
        ),
    ),
)
