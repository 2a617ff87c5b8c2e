"""How one data type stands to another: does every value of the old one fit the new one? Pure; sqlglot reads the types.

What a type can hold is a few numbers, and one type is wider than another of its kind where none of them is smaller.
Types of different kinds (a number that becomes a text, a time stamp that gets a zone) are different types.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Literal

import msgspec

from meshport.datatypes import parse, same

if TYPE_CHECKING:
    from sqlglot import exp

Step = Literal["same", "wider", "narrower", "other"]

# Bits below zero and above zero.
_INTEGERS = {
    "TINYINT": (7, 7),
    "SMALLINT": (15, 15),
    "MEDIUMINT": (23, 23),
    "INT": (31, 31),
    "BIGINT": (63, 63),
    "INT128": (127, 127),
    "INT256": (255, 255),
    "UTINYINT": (0, 8),
    "USMALLINT": (0, 16),
    "UINT": (0, 32),
    "UBIGINT": (0, 64),
    "UINT128": (0, 128),
}
_FLOATS = {"FLOAT": (32,), "DOUBLE": (64,)}
_DECIMALS = ("DECIMAL", "BIGDECIMAL")
# Whether values are kept as long as they are: a CHAR is filled up.
_TEXTS = {"CHAR": 0, "NCHAR": 0, "VARCHAR": 1, "NVARCHAR": 1, "TEXT": 1}

# Precision and scale of a decimal that names none; None: whatever a value needs.
_DEFAULT_DECIMAL: dict[str, tuple[float, float]] = {
    "databricks": (10, 0),
    "spark": (10, 0),
    "bigquery": (38, 9),
    "snowflake": (38, 0),
    "redshift": (18, 0),
    "trino": (38, 0),
    "athena": (38, 0),
    "tsql": (18, 0),
}
# Where every integer is one and the same type, what it is.
_ONE_INTEGER: dict[str, tuple[str, tuple[float, ...]]] = {
    "snowflake": ("decimal", (38, 0)),
    "bigquery": ("integer", (63, 63)),
}


class _Room(msgspec.Struct, frozen=True):
    """What a type can hold: types of one `kind` compare by `sizes`."""

    kind: str
    sizes: tuple[float, ...]

    def holds(self, other: _Room) -> bool:
        return all(mine >= theirs for mine, theirs in zip(self.sizes, other.sizes, strict=True))


@lru_cache(maxsize=4096)
def compare_types(old: str | None, new: str | None, dialect: str) -> Step:
    """Return how the type `new` stands to `old` in a dialect of sqlglot's. What is not understood is `other`."""
    if same(old, new, dialect):
        return "same"
    before, after = (parse(text, dialect) if text else None for text in (old, new))
    return "other" if before is None or after is None else _compare(before, after, dialect)


def _compare(old: exp.DataType, new: exp.DataType, dialect: str) -> Step:
    if old == new:
        return "same"
    before, after = _room(old, dialect), _room(new, dialect)
    if before is not None and after is not None and before.kind == after.kind:
        wider, narrower = after.holds(before), before.holds(after)
        return "same" if wider and narrower else "wider" if wider else "narrower" if narrower else "other"
    if old.this == new.this and old.this.name in ("ARRAY", "LIST", "MAP", "STRUCT"):
        return _compare_parts(old, new, dialect)
    return "other"


def _compare_parts(old: exp.DataType, new: exp.DataType, dialect: str) -> Step:
    """Compare nested types part by part. A field more is wider; one that goes is another type."""
    before, after = _parts(old), _parts(new)
    if not before.keys() <= after.keys() or old.args.get("values") != new.args.get("values"):  # of INT[3] the 3
        return "other"
    steps = {_compare(before[name], after[name], dialect) for name in before} - {"same"}
    if after.keys() - before.keys():
        steps.add("wider")
    return steps.pop() if len(steps) == 1 else "other" if steps else "same"


def _parts(nested: exp.DataType) -> dict[str, exp.DataType]:
    """Return the types within a type by field name; where they have no names, by position."""
    found = {}
    for position, part in enumerate(nested.expressions):
        kind = part.args.get("kind")
        found[part.name.casefold() if kind else str(position)] = kind or part
    return found


def _room(data_type: exp.DataType, dialect: str) -> _Room | None:
    name = data_type.this.name
    sizes = [int(size.name) if size.name.isdigit() else inf for size in data_type.expressions]
    if name in _INTEGERS:
        return _Room(*_ONE_INTEGER.get(dialect, ("integer", _INTEGERS[name])))
    if name in _FLOATS:
        return _Room("float", (64,) if dialect in ("bigquery", "snowflake") else _FLOATS[name])
    if name in _DECIMALS:
        default = (76, 38) if name == "BIGDECIMAL" else _DEFAULT_DECIMAL.get(dialect, (inf, inf))
        precision, scale = [*sizes, 0][:2] if sizes else default
        return _Room("decimal", (precision if precision == inf else precision - scale, scale))
    if name in _TEXTS:
        return _Room("text", (sizes[0] if sizes else inf if _TEXTS[name] else 1, _TEXTS[name]))
    return None
