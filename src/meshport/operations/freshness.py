"""How fresh a port is at a moment, and for how much of a stretch of time it was. Pure.

What consumers could read counts: a build freshens a port from when it was published, until a rollback takes it away.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from meshport.moments import moment_of
from meshport.registry.types import PublishedBuild


class Build(msgspec.Struct, frozen=True):
    """Rows that came to be at `moment`, and were there to be read from `since` to `until` (None: they still are)."""

    moment: datetime
    since: datetime
    until: datetime | None = None


def build_of(published: PublishedBuild) -> Build | None:
    """Return a build as time stamps, or None where nobody can tell when its rows came to be."""
    moment, since = moment_of(published.build), moment_of(published.since)
    return None if moment is None or since is None else Build(moment, since, moment_of(published.until))


def age(builds: Iterable[Build], at: datetime) -> timedelta | None:
    """Return how old the freshest rows are that can be read at a moment; None where there are none."""
    there = [each.moment for each in builds if each.since <= at and (each.until is None or at < each.until)]
    return at - max(there) if there else None


def fresh_for(builds: Iterable[Build], promised: timedelta, start: datetime, end: datetime) -> timedelta:
    """Return for how much of the time from `start` to `end` the rows to be read were at most `promised` old.

    Each build is fresh in one interval; what is asked is the length of their union.
    """
    intervals = []
    for each in builds:
        begins, ends = max(each.since, start), min(each.moment + promised, each.until or end, end)
        if begins < ends:
            intervals.append((begins, ends))
    total, reached = timedelta(), start
    for begins, ends in sorted(intervals):
        total += max(ends - max(begins, reached), timedelta())
        reached = max(reached, ends)
    return total
