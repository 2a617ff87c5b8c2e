"""`system`: the information schema of all catalogs, and tables whose rows tests add (lineage, query history, billing).

Queries that read nothing else are answered by DuckDB. Where one joins them with tables, the engine gets the rows.
"""

from __future__ import annotations

import functools
from datetime import datetime, timezone
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from tests.databricks_double.sql import access, errors
from tests.databricks_double.sql.access import Identity
from tests.databricks_double.sql.information_schema import InformationSchema
from tests.databricks_double.sql.narrow import Asked
from tests.databricks_double.sql.types import table
from tests.databricks_double.store import Metastore

_LINEAGE = (
    "account_id metastore_id workspace_id entity_type entity_id entity_run_id source_table_full_name source_table_catalog source_table_schema "
    "source_table_name source_path source_type"
)
_TARGET = "target_table_full_name target_table_catalog target_table_schema target_table_name target_path target_type"
_END = "created_by event_time:ts event_date:date record_id event_id statement_id"

COLUMNS = {
    ("access", "table_lineage"): f"{_LINEAGE} {_TARGET} {_END}",
    ("access", "column_lineage"): f"{_LINEAGE} source_column_name {_TARGET} target_column_name {_END}",
    (
        "query",
        "history",
    ): "account_id workspace_id statement_id session_id execution_status compute:compute statement_text statement_type error_message "
    "executed_by_user_id executed_by executed_as client_application client_driver start_time:ts end_time:ts update_time:ts "
    "total_duration_ms:long waiting_for_compute_duration_ms:long waiting_at_capacity_duration_ms:long execution_duration_ms:long total_task_duration_ms:long read_bytes:long read_rows:long produced_rows:long "
    "written_bytes:long written_rows:long from_result_cache:bool query_tags:map",
    (
        "billing",
        "usage",
    ): "account_id workspace_id record_id sku_name cloud usage_start_time:ts usage_end_time:ts usage_date:date usage_unit "
    "usage_quantity:decimal billing_origin_product usage_type custom_tags:map usage_metadata:metadata identity_metadata:map record_type ingestion_date:date",
    (
        "billing",
        "list_prices",
    ): "account_id price_start_time:ts price_end_time:ts sku_name cloud currency_code usage_unit pricing:pricing",
    ("compute", "warehouse_events"): "account_id workspace_id warehouse_id event_type cluster_count:int event_time:ts",
}
"""Structs have the fields that anybody asked for; prices are texts, and so are the values of `identity_metadata`."""

_DOCUMENTS = "system:"


def add_rows(store: Metastore, name: str, rows: list[dict[str, Any]]) -> None:
    """Add rows to a system table: `add_rows(store, "access.table_lineage", [{...}])`. A column that there is not is an error."""
    schema, _, short = name.partition(".")
    known = [column.partition(":")[0] for column in COLUMNS[schema, short].split()]
    for row in rows:
        unknown = sorted(set(row) - set(known))
        if unknown:
            raise KeyError(f"system.{name} has no columns {unknown}")
    with store.lock:
        kept = store.documents.setdefault(_DOCUMENTS + name, {})
        for row in rows:
            kept[str(len(kept))] = row


def system_rows(store: Metastore, identity: Identity, asked: Asked) -> pa.Table:
    """Return the rows that a principal sees of a table of the information schema or of `system`."""
    name = asked.name
    catalog, schema, short = name
    if schema == "information_schema":
        if catalog != "system" and catalog not in {key[0] for key in store.catalogs}:
            raise errors.relation_not_found(name)
        if catalog != "system" and not access.holds(store, identity, "USE_CATALOG", (catalog,)):
            raise errors.no_permission("USE CATALOG", "Catalog", (catalog,))
        found = InformationSchema(store, identity).table(short, None if catalog == "system" else catalog, asked.place)
        if found is None:
            raise errors.relation_not_found(name)
        return found
    columns = COLUMNS.get((schema, short))
    if columns is None:
        raise errors.relation_not_found(name)
    if not identity.is_admin:
        granted = store.schemas.get(("system", schema))
        if granted is None or not access.holds(store, identity, "SELECT", ("system", schema)):
            raise errors.no_permission("SELECT", "Table", name)
    kept = store.documents.get(f"{_DOCUMENTS}{schema}.{short}", {}).values()
    keys = [column.partition(":")[0] for column in columns.split()]
    return table(columns, [tuple(row.get(key) for key in keys) for row in kept])


_PORTABLE = (
    exp.Connector, exp.Count, exp.Min, exp.Max, exp.Lower, exp.Upper, exp.Coalesce, exp.If, exp.Case, exp.Exists, exp.StartsWith,
    exp.CurrentTimestamp, exp.CurrentDate, exp.Cast, exp.Sum,
)  # fmt: skip


def portable(tree: exp.Expr) -> bool:
    """Return whether DuckDB certainly answers as Databricks would: no function that only one of them has, or that differs."""
    return all(isinstance(found, _PORTABLE) for found in tree.find_all(exp.Func)) and tree.find(exp.Lateral) is None


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    """Return an empty database, of which each question gets a connection: opening one takes longer than most questions."""
    off: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": "1",
    }
    return duckdb.connect(config=off)


def close_database() -> None:
    """Close what questions are answered in."""
    if _database.cache_info().currsize:
        _database().close()
        _database.cache_clear()


def ask(tree: exp.Expr, tables: dict[str, pa.Table]) -> pa.Table:
    """Answer a query over such tables alone. Inside, times have no zone: DuckDB's wheel has no zones. All are UTC."""
    holder = exp.Paren(this=tree)
    now = datetime.now(timezone.utc)
    for found in list(holder.find_all(exp.CurrentTimestamp, exp.CurrentDate)):
        kind = "DATE" if isinstance(found, exp.CurrentDate) else "TIMESTAMP"
        text = exp.Literal.string(now.strftime("%Y-%m-%d" if kind == "DATE" else "%Y-%m-%d %H:%M:%S.%f"))
        found.replace(exp.Cast(this=text, to=exp.DataType.build(kind, dialect="duckdb")))
    connection = _database().cursor()
    try:
        for name, rows in tables.items():
            connection.register(name, _zoned(rows, "UTC", None))
        found_rows = connection.sql(holder.this.sql(dialect="duckdb")).to_arrow_table()
        return _zoned(found_rows, None, "UTC")
    except duckdb.Error as error:
        state = "42703" if "not found" in str(error) else "42000"
        raise errors.SqlError("UNRESOLVED_COLUMN" if state == "42703" else "ENGINE_ERROR", str(error), state) from None
    finally:
        connection.close()


def _zoned(rows: pa.Table, zone: str | None, to: str | None) -> pa.Table:
    """Give times a zone, or take it from them; what time it is stays."""
    fields = [
        pa.field(field.name, pa.timestamp("us", to))
        if pa.types.is_timestamp(field.type) and field.type.tz == zone
        else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))
