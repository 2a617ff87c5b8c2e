"""Small Arrow tables: what statements answer that are not queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

_TYPES = {"int": pa.int32(), "long": pa.int64(), "ts": pa.timestamp("us", "UTC"), "bool": pa.bool_(), "": pa.string()}
_TYPES |= {"date": pa.date32(), "decimal": pa.decimal128(38, 18), "map": pa.map_(pa.string(), pa.string())}
_TEXTS = {
    "compute": ("type", "cluster_id", "warehouse_id"),
    "metadata": ("cluster_id", "job_id", "warehouse_id"),
    "price": ("default",),
}
_TYPES |= {kind: pa.struct([(name, pa.string()) for name in names]) for kind, names in _TEXTS.items()}
_TYPES["pricing"] = pa.struct(
    [("default", pa.string()), ("promotional", _TYPES["price"]), ("effective_list", _TYPES["price"])]
)

NOTHING = pa.table({})


def table(columns: str, rows: Iterable[Sequence[Any]] = ()) -> pa.Table:
    """Return rows under `columns`: names with blanks between, and `:int`, `:long`, `:ts`, `:bool` after one that is no string.

    Times are in milliseconds, as the store has them.
    """
    kept = list(rows)
    names, arrays = [], []
    for i, item in enumerate(columns.split()):
        name, _, kind = item.partition(":")
        values = [row[i] for row in kept]
        if kind == "ts":
            values = [value * 1000 if isinstance(value, int) else value for value in values]
        names.append(name)
        arrays.append(pa.array(values, type=_TYPES[kind]))
    return pa.table(arrays, names=names)
