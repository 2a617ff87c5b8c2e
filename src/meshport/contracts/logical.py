"""Between the types of a database and the few logical types of the Open Data Contract Standard. Pure."""

from __future__ import annotations

from meshport.datatypes import family, parse

_NESTED = {
    "array": ("ARRAY", "LIST"),
    "object": ("STRUCT", "MAP", "OBJECT", "JSON", "JSONB", "VARIANT", "SUPER", "NESTED"),
    "time": ("TIME", "TIMETZ"),
}
# What to declare for a column whose contract names only a logical type, in sqlglot's words.
_DECLARED = {
    "string": "text",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "time": "time",
}
# What the standard calls a server, and sqlglot calls a dialect.
_DIALECTS = {"postgresql": "postgres", "sqlserver": "tsql", "synapse": "tsql", "cloudsql": "postgres"}


def logical_type(data_type: str, dialect: str) -> str | None:
    """Return the standard's logical type of a database's type, None where it has none (binary, intervals, ...)."""
    parsed = parse(data_type, dialect)
    if parsed is None:
        return None
    nested = next((logical for logical, names in _NESTED.items() if parsed.this.name in names), None)
    return nested or family(data_type, dialect)


def declared_type(logical: str, server: str | None) -> str | None:
    """Return a type of that server for a logical type; None where it takes more to say it (`object`, `array`)."""
    from sqlglot import Dialect, exp

    name = _DECLARED.get(logical)
    if name is None:
        return None
    dialect = _DIALECTS.get(server or "", server or "")
    return exp.DataType.build(name).sql(dialect if dialect in Dialect.classes else "").lower()
