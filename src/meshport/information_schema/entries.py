"""What of an artifact's entries is read: keys and their types, by kind of entry. Nothing else is decoded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from meshport.information_schema.spec import BOOL, FLOAT, JSON, LIST, TEXT

SECTIONS = {
    "model": "nodes",
    "seed": "nodes",
    "snapshot": "nodes",
    "analysis": "nodes",
    "operation": "nodes",
    "test": "nodes",
    "source": "sources",
    "function": "functions",
    "unit_test": "unit_tests",
    "macro": "macros",
    "doc": "docs",
    "group": "groups",
    "exposure": "exposures",
    "metric": "metrics",
    "saved_query": "saved_queries",
    "semantic_model": "semantic_models",
}
"""The section of the manifest that holds a kind of entry. The kind is what a unique id begins with."""

KEYS = {
    **dict.fromkeys(
        (
            *("name", "resource_type", "package_name", "original_file_path", "alias", "description", "language"),
            *("raw_code", "compiled_code", "compiled_path", "database", "schema", "relation_name", "identifier"),
            *("access", "group", "version", "latest_version", "deprecation_date", "patch_path"),
            *("source_name", "source_description", "loader", "loaded_at_field", "loaded_at_query"),
            *("column_name", "attached_node", "model", "macro_sql", "type", "label", "url", "maturity"),
            *("block_contents", "time_granularity", "primary_entity"),
        ),
        TEXT,
    ),
    **dict.fromkeys(
        (
            *("config", "contract", "constraints", "docs", "time_spine", "meta", "freshness", "external"),
            *("source_meta", "quoting", "test_metadata", "given", "expect", "overrides", "versions", "arguments"),
            *("owner", "type_params", "filter", "query_params", "exports", "node_relation", "defaults"),
        ),
        JSON,
    ),
    **dict.fromkeys(("entities", "measures", "dimensions"), "JSON[]"),
    **dict.fromkeys(("fqn", "tags", "primary_key", "classifiers"), LIST),
    "depends_on": "STRUCT(nodes VARCHAR[], macros VARCHAR[])",
    "created_at": FLOAT,
}
"""The keys of an entry that tables are made from, with the type that each is read as."""

CONFIG = {
    **dict.fromkeys(
        (
            *("materialized", "incremental_strategy", "on_schema_change", "unique_key", "access", "group"),
            *("severity", "warn_if", "error_if", "fail_calc", "store_failures_as", "where", "limit"),
        ),
        TEXT,
    ),
    **dict.fromkeys(("persist_docs", "pre-hook", "pre_hook", "post-hook", "post_hook", "grants", "meta"), JSON),
    **dict.fromkeys(("contract", "docs"), JSON),
    **dict.fromkeys(("full_refresh", "store_failures"), BOOL),
    "tags": LIST,
}
"""The same for the keys of `config`, which expressions name `conf.materialized`."""

COLUMN = {
    **dict.fromkeys(("name", "data_type", "description", "granularity"), TEXT),
    **dict.fromkeys(("meta", "constraints", "config", "databricks_tags", "column_mask"), JSON),
    "tags": LIST,
    "quote": BOOL,
}
"""The same for a column of a node, as declared."""

COLUMN_RELATIONS = ("declared_column", "column_of_node")
"""The relations of columns: those that are declared, and all of a node, with what the database has."""

REAL_COLUMN = {"name": TEXT, "type": TEXT, "index": FLOAT, "comment": TEXT}
"""The same for a column of a relation, as the database has it: catalog.json."""

REAL_TABLE = {"unique_id": TEXT, "metadata": JSON, "stats": JSON, "generated_at": TEXT}
"""A relation as the database has it: catalog.json."""

RESULT = {
    **dict.fromkeys(("unique_id", "invocation_id", "status", "thread_id", "message", "relation_name"), TEXT),
    **dict.fromkeys(("adapter_response", "timing", "batch_results"), JSON),
    **dict.fromkeys(("failures", "execution_time"), FLOAT),
    "compiled": BOOL,
    "generated_at": TEXT,
}
"""The result of a node: run_results.json."""

FRESHNESS = {
    **dict.fromkeys(("unique_id", "status", "max_loaded_at", "snapshotted_at", "thread_id", "error"), TEXT),
    **dict.fromkeys(("invocation_id", "generated_at"), TEXT),
    **dict.fromkeys(("criteria", "adapter_response", "timing"), JSON),
    **dict.fromkeys(("max_loaded_at_time_ago_in_s", "execution_time"), FLOAT),
}
"""The freshness of a source: sources.json."""


def entry_type(keys: Iterable[str], **decoded: Any) -> type[msgspec.Struct]:
    """Return a type of entry whose `keys` are kept as they stand in JSON, and left out where they are missing.

    `decoded` are keys with types of their own.
    """
    fields: list[tuple[str, Any, Any]] = [(key, Raw | UnsetType, UNSET) for key in keys if key not in decoded]
    fields += [(key, kind | UnsetType, UNSET) for key, kind in decoded.items()]
    return msgspec.defstruct("Entry", fields, gc=False)
