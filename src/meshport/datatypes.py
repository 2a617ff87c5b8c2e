"""Data types of every dialect: compared, and sorted into families. sqlglot knows the dialects; this asks it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


@lru_cache(maxsize=4096)
def family(data_type: str, dialect: str) -> str | None:
    """Return `string`, `integer`, `number`, `date`, `timestamp`, `boolean`, or None for another or an unknown type."""
    parsed = parse(data_type, dialect)
    if parsed is None:
        return None
    from sqlglot import exp

    kinds = exp.DataType
    families = (
        ("string", kinds.TEXT_TYPES),
        ("integer", kinds.INTEGER_TYPES),
        ("number", kinds.REAL_TYPES),
        ("date", {kinds.Type.DATE, kinds.Type.DATE32}),
        ("timestamp", kinds.TEMPORAL_TYPES),
        ("boolean", {kinds.Type.BOOLEAN}),
    )
    return next((name for name, types in families if parsed.this in types), None)


def same(one: str | None, other: str | None, dialect: str) -> bool:
    """Tell whether two spellings name one type (`string` and `varchar` on DuckDB do)."""
    if one is None or other is None:
        return one == other
    if one.casefold() == other.casefold():
        return True
    left, right = parse(one, dialect), parse(other, dialect)
    return left is not None and left == right


@lru_cache(maxsize=4096)
def parse(data_type: str, dialect: str) -> exp.DataType | None:
    """Return a type as sqlglot understands it, None where it does not. Not to be changed: it is cached."""
    from sqlglot import errors, exp

    try:
        return exp.DataType.build(data_type, dialect=dialect, udt=False)
    except (errors.SqlglotError, ValueError):
        return None
