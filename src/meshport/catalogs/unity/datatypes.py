"""Data types as a Unity Catalog server writes them: a `type_name`, SQL text, and Spark's JSON.

Sources: `ColumnTypeName` of the server's OpenAPI document; Spark's `DataType.json` for `type_json`. Each type also says
how DuckDB has to write it into Parquet, so that the file holds what the registration promises.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from meshport.datatypes import parse
from meshport.errors import InputError

if TYPE_CHECKING:
    from sqlglot import exp


class UnityType(msgspec.Struct, frozen=True):
    """One type: `name` (`DECIMAL`), `text` (`decimal(18,2)`), `spark` (JSON-able), `duckdb` (what to cast to)."""

    name: str
    text: str
    spark: Any
    duckdb: str
    precision: int | None = None
    scale: int | None = None


def _plain(name: str, text: str, spark: str, duckdb: str) -> UnityType:
    return UnityType(name, text, spark, duckdb)


_BOOLEAN = _plain("BOOLEAN", "boolean", "boolean", "BOOLEAN")
_BYTE = _plain("BYTE", "tinyint", "byte", "TINYINT")
_SHORT = _plain("SHORT", "smallint", "short", "SMALLINT")
_INT = _plain("INT", "int", "integer", "INTEGER")
_LONG = _plain("LONG", "bigint", "long", "BIGINT")
_FLOAT = _plain("FLOAT", "float", "float", "FLOAT")
_DOUBLE = _plain("DOUBLE", "double", "double", "DOUBLE")
_STRING = _plain("STRING", "string", "string", "VARCHAR")
_BINARY = _plain("BINARY", "binary", "binary", "BLOB")
_DATE = _plain("DATE", "date", "date", "DATE")
_TIMESTAMP = _plain("TIMESTAMP", "timestamp", "timestamp", "TIMESTAMP WITH TIME ZONE")
_TIMESTAMP_NTZ = _plain("TIMESTAMP_NTZ", "timestamp_ntz", "timestamp_ntz", "TIMESTAMP")

# By sqlglot's name of the type. Integers without a sign get the next larger type that holds all of their values; what
# Spark has no type for, and that has an exact text, is text.
_TYPES: dict[str, UnityType] = {
    "BOOLEAN": _BOOLEAN, "TINYINT": _BYTE, "SMALLINT": _SHORT, "INT": _INT, "MEDIUMINT": _INT, "BIGINT": _LONG,
    "UTINYINT": _SHORT, "USMALLINT": _INT, "UINT": _LONG, "FLOAT": _FLOAT, "DOUBLE": _DOUBLE,
    "TEXT": _STRING, "VARCHAR": _STRING, "NVARCHAR": _STRING, "CHAR": _STRING, "NCHAR": _STRING, "BPCHAR": _STRING,
    "NAME": _STRING, "UUID": _STRING, "JSON": _STRING, "ENUM": _STRING, "TIME": _STRING, "TIMETZ": _STRING,
    "INTERVAL": _STRING, "BIT": _STRING,
    "BLOB": _BINARY, "BINARY": _BINARY, "VARBINARY": _BINARY,
    "DATE": _DATE, "TIMESTAMPTZ": _TIMESTAMP, "TIMESTAMPLTZ": _TIMESTAMP,
    "TIMESTAMPNTZ": _TIMESTAMP_NTZ, "DATETIME": _TIMESTAMP_NTZ, "TIMESTAMP_S": _TIMESTAMP_NTZ,
    "TIMESTAMP_MS": _TIMESTAMP_NTZ, "TIMESTAMP_NS": _TIMESTAMP_NTZ,
}  # fmt: skip
_WIDE = {"UBIGINT": 20, "INT128": 38, "UINT128": 38, "INT256": 38, "UINT256": 38}
"""Integers that are written as decimals of so many digits; a value with more makes the export fail, not wrong."""


def unity_type(data_type: str, dialect: str) -> UnityType:
    """Return what a data type of DuckDB or Databricks is for the server.

    Raises InputError where there is none (unions, for example), because a guess would be a wrong promise.
    """
    parsed = parse(data_type, dialect)
    found = _of(parsed, dialect) if parsed is not None else None
    if found is None:
        raise InputError(
            f"a Unity Catalog server has no type for {data_type}",
            hint="cast the column in the model, to text for example",
        )
    return found


def _of(kind: exp.DataType, dialect: str) -> UnityType | None:
    name = kind.this.name if hasattr(kind.this, "name") else str(kind.this)
    if name in ("DECIMAL", "BIGDECIMAL"):
        # Without digits: what DuckDB and Spark each take then.
        digits = [int(part.name) for part in kind.expressions] or ([18, 3] if dialect == "duckdb" else [10, 0])
        return _decimal(*digits)
    if name in _WIDE:
        return _decimal(_WIDE[name], 0)
    if name == "TIMESTAMP":
        return _TIMESTAMP if dialect == "databricks" else _TIMESTAMP_NTZ
    if name in ("ARRAY", "LIST"):
        return _array([_of(inner, dialect) for inner in kind.expressions])
    if name == "MAP":
        return _map([_of(inner, dialect) for inner in kind.expressions])
    if name == "STRUCT":
        return _struct(kind, dialect)
    return _TYPES.get(name)


def _decimal(precision: int, scale: int = 0) -> UnityType:
    text = f"decimal({precision},{scale})"
    return UnityType("DECIMAL", text, text, text.upper(), precision, scale)


def _array(inner: list[UnityType | None]) -> UnityType | None:
    if len(inner) != 1 or inner[0] is None:
        return None
    element = inner[0]
    spark = {"type": "array", "elementType": element.spark, "containsNull": True}
    return UnityType("ARRAY", f"array<{element.text}>", spark, f"{element.duckdb}[]")


def _map(inner: list[UnityType | None]) -> UnityType | None:
    if len(inner) != 2 or inner[0] is None or inner[1] is None:
        return None
    key, value = inner[0], inner[1]
    spark = {"type": "map", "keyType": key.spark, "valueType": value.spark, "valueContainsNull": True}
    return UnityType("MAP", f"map<{key.text},{value.text}>", spark, f"MAP({key.duckdb}, {value.duckdb})")


def _struct(kind: exp.DataType, dialect: str) -> UnityType | None:
    fields: list[tuple[str, UnityType]] = []
    for part in kind.expressions:
        inner = _of(part.args["kind"], dialect) if part.args.get("kind") is not None else None
        if inner is None:
            return None
        fields.append((part.name, inner))
    if not fields:
        return None
    spark = {"type": "struct", "fields": [field_json(name, inner, True) for name, inner in fields]}
    text = ",".join(f"{name}:{inner.text}" for name, inner in fields)
    duckdb = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" {inner.duckdb}' for name, inner in fields)
    return UnityType("STRUCT", f"struct<{text}>", spark, f"STRUCT({duckdb})")


def field_json(name: str, kind: UnityType, nullable: bool, comment: str = "") -> dict[str, Any]:
    """Return a column or a field as Spark writes it."""
    metadata = {"comment": comment} if comment else {}
    return {"name": name, "type": kind.spark, "nullable": nullable, "metadata": metadata}


def type_json(name: str, kind: UnityType, nullable: bool, comment: str = "") -> str:
    """Return a column's `type_json`."""
    return json.dumps(field_json(name, kind, nullable, comment), ensure_ascii=False, separators=(",", ":"))
