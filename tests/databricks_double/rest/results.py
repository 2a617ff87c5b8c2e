"""Results of statements as the statement execution API writes them: a manifest, and rows in chunks."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa

MOST_INLINE = 25 * 1024 * 1024
_NUMBERS = {"int8": "BYTE", "int16": "SHORT", "int32": "INT", "int64": "LONG", "float": "FLOAT", "double": "DOUBLE",
            "uint8": "SHORT", "uint16": "INT", "uint32": "LONG", "uint64": "LONG"}  # fmt: skip
_TEXTS = {"BYTE": "TINYINT", "SHORT": "SMALLINT", "LONG": "BIGINT"}


def column(position: int, name: str, data_type: pa.DataType) -> dict[str, Any]:
    """Return a column as `sql.ColumnInfo` has it."""
    type_name, type_text, extra = _type(data_type)
    return {"name": name, "position": position, "type_name": type_name, "type_text": type_text, **extra}


def _type(data_type: pa.DataType) -> tuple[str, str, dict[str, Any]]:
    if pa.types.is_decimal(data_type):
        text = f"DECIMAL({data_type.precision},{data_type.scale})"
        return "DECIMAL", text, {"type_precision": data_type.precision, "type_scale": data_type.scale}
    if str(data_type) in _NUMBERS:
        name = _NUMBERS[str(data_type)]
        return name, _TEXTS.get(name, name), {}
    if pa.types.is_boolean(data_type):
        return "BOOLEAN", "BOOLEAN", {}
    if pa.types.is_timestamp(data_type):
        return "TIMESTAMP", "TIMESTAMP" if data_type.tz else "TIMESTAMP_NTZ", {}
    if pa.types.is_date(data_type):
        return "DATE", "DATE", {}
    if pa.types.is_map(data_type):
        return "MAP", f"MAP<{_type(data_type.key_type)[1]},{_type(data_type.item_type)[1]}>", {}
    if pa.types.is_struct(data_type):
        inner = ",".join(f"{field.name}:{_type(field.type)[1]}" for field in data_type)
        return "STRUCT", f"STRUCT<{inner}>", {}
    if pa.types.is_list(data_type) or pa.types.is_large_list(data_type):
        return "ARRAY", f"ARRAY<{_type(data_type.value_type)[1]}>", {}
    if pa.types.is_binary(data_type) or pa.types.is_large_binary(data_type):
        return "BINARY", "BINARY", {}
    if pa.types.is_null(data_type):
        return "NULL", "VOID", {}
    if pa.types.is_duration(data_type) or pa.types.is_interval(data_type):
        return "INTERVAL", "INTERVAL DAY TO SECOND", {}
    return "STRING", "STRING", {}


def cell(value: Any) -> str | None:
    """Return a value as a string, as `JSON_ARRAY` has all of them; null stays null."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (list, dict)):
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _moment(value: datetime) -> str:
    text = value.astimezone(timezone.utc).replace(tzinfo=None) if value.tzinfo else value
    shown = text.isoformat(timespec="microseconds" if text.microsecond % 1000 else "milliseconds")
    return f"{shown}Z" if value.tzinfo else shown


def _plain(value: Any) -> Any:
    """Return what is inside an array, map or struct as JSON has it."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        pairs = bool(value) and all(isinstance(inner, tuple) and len(inner) == 2 for inner in value)
        return {str(cell(k)): _plain(v) for k, v in value} if pairs else [_plain(inner) for inner in value]
    if isinstance(value, (datetime, date, bytes, Decimal, timedelta)):
        return cell(value)
    return value


def rows(table: pa.Table) -> list[list[str | None]]:
    """Return the rows of a table, positions and not names: two columns may have the same name."""
    columns = [table.column(index).to_pylist() for index in range(table.num_columns)]
    return [[cell(value) for value in row] for row in zip(*columns, strict=True)]


def written(table: pa.Table, form: str) -> bytes:
    """Return a chunk as it is behind an external link."""
    if form == "ARROW_STREAM":
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue().to_pybytes())
    if form == "CSV":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.column_names)
        writer.writerows(["null" if value is None else value for value in row] for row in rows(table))
        return text.getvalue().encode()
    return json.dumps(rows(table)).encode()
