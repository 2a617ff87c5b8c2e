"""Values of DuckDB as programs and people read them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any


def plain(value: Any) -> Any:
    """Return a value of DuckDB as JSON knows it; what JSON would round or cannot hold becomes text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if value - value == 0 else str(value)  # not for nan, inf
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value)
