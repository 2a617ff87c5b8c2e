"""Use over time, week by week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

import msgspec

from meshport.registry.statistics import USE_DAYS
from meshport.registry.types import QueryDay


class Week(msgspec.Struct, frozen=True):
    """A number of a week. `begins` is its first day (ISO 8601)."""

    begins: str
    number: int


def by_week(days: Iterable[QueryDay], today: date | None = None) -> tuple[Week, ...]:
    """Return the queries of each of the last weeks that count as use, oldest first, also of those without any."""
    last = today or datetime.now(timezone.utc).date()
    monday = last - timedelta(days=last.weekday())
    begins = [monday - timedelta(weeks=weeks) for weeks in range(USE_DAYS // 7, -1, -1)]
    numbers = dict.fromkeys(begins, 0)
    for each in days:
        day = date.fromisoformat(each.day)
        week = day - timedelta(days=day.weekday())
        if week in numbers:
            numbers[week] += each.queries
    return tuple(Week(begin.isoformat(), number) for begin, number in numbers.items())
