"""Data types: from the text that the store keeps to `type_name`, precision and scale of `catalog.ColumnInfo`."""

from __future__ import annotations

import re
from typing import Any

_NAMES = {"bigint": "LONG", "smallint": "SHORT", "tinyint": "BYTE", "integer": "INT", "void": "NULL", "varchar": "STRING",
          "real": "FLOAT", "numeric": "DECIMAL", "dec": "DECIMAL", "long": "LONG", "short": "SHORT", "byte": "BYTE"}  # fmt: skip
_DECIMAL = re.compile(r"(?:decimal|numeric|dec)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?", re.IGNORECASE)


def described(data_type: str) -> dict[str, Any]:
    """Return what the API says of a type written as Databricks writes it."""
    base = re.split(r"[(<\s]", data_type.strip().lower(), maxsplit=1)[0]
    shown: dict[str, Any] = {"type_text": data_type.lower(), "type_name": _NAMES.get(base, base.upper())}
    if matched := _DECIMAL.fullmatch(data_type.strip()):
        shown |= {"type_precision": int(matched[1] or 10), "type_scale": int(matched[2] or 0)}
    return shown
