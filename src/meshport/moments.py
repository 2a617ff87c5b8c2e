"""Time stamps as dbt writes them."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?")


def moment_of(stamp: str | None) -> datetime | None:
    """Return an ISO 8601 time stamp with its zone (UTC where it names none), or None where it cannot be read.

    dbt 2 writes nanoseconds, dbt 1 ends in `Z`: Python 3.10 reads neither.
    """
    found = _STAMP.fullmatch((stamp or "").strip())
    if found is None:
        return None
    text, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{text}.{(fraction or '0')[:6]:0<6}" + ("" if zone in (None, "Z") else zone))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
