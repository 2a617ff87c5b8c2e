"""Sharing an amount out so that nothing is lost: the arithmetic of costs. Pure.

An interval of the bill (a warehouse's hour) costs what its lines come to. It is shared by time: what statements ran,
each with an equal part of the time while several did, and the rest of the time that the warehouse was up, which is
idle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from itertools import groupby
from typing import NamedTuple

from meshport.catalogs.billing import Event, Interval, Usage, Use

EXACT = Context(prec=100)
"""No sum or product of what a bill holds (38 digits each) is rounded."""
SMALLEST = -9
"""Amounts are shared out in billionths of the currency, or finer where the bill itself is."""
NANOSECONDS = 1_000
"""In a microsecond, which time stamps are counted in."""
UP = frozenset({"RUNNING", "SCALED_UP", "SCALED_DOWN"})
"""Events after which a warehouse is up. While it starts it runs no statement, and is not billed."""
WAS_UP = frozenset({"STOPPING", "STOPPED", "SCALED_UP", "SCALED_DOWN"})
"""Events before which it was."""


class Shared(NamedTuple):
    """The parts of an amount: those of uses in their order, and that of idle time, with how long it was."""

    parts: list[Decimal]
    idle: Decimal
    idle_nanoseconds: int


def amount_of(usages: Iterable[Usage]) -> Decimal:
    """Return what lines of a bill come to, exactly; those without a price come to nothing."""
    total = Decimal(0)
    for each in usages:
        if each.price is not None:
            total = EXACT.add(total, EXACT.multiply(each.quantity, each.price))
    return total


def apportion(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Return an amount in parts as the weights say, which add up to exactly that amount.

    Each part is rounded down to the smallest unit, and what is left goes, a unit each, to those that lost most by it
    (the method of largest remainders); of equals to the first. Weights are not negative, and not all 0.
    """
    if len(weights) == 1:
        return [amount]
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int)
    unit = Decimal(1).scaleb(min(exponent, SMALLEST))
    units, total = int(EXACT.divide(amount, unit)), sum(weights)
    parts = [divmod(units * weight, total) for weight in weights]
    left = units - sum(whole for whole, _ in parts)
    losers = sorted(range(len(parts)), key=lambda i: -parts[i][1])[:left]
    extra = frozenset(losers)
    return [EXACT.multiply(Decimal(whole + (i in extra)), unit) for i, (whole, _) in enumerate(parts)]


def running_time(interval: Interval, events: Sequence[Event] | None) -> int:
    """Return for how many microseconds of an interval its warehouse was up.

    `events` are those of the warehouse, oldest first. Where there are none, or nobody may read them, it was up for all
    of the time that was billed.
    """
    if not events:
        return interval.ends - interval.begins
    up, since, total = events[0].kind in WAS_UP, interval.begins, 0
    for event in events:
        at = min(max(event.at, interval.begins), interval.ends)
        total += at - since if up else 0
        up, since = event.kind in UP, at
    return total + (interval.ends - since if up else 0)


def share_out(amount: Decimal, interval: Interval, uses: Sequence[Use], events: Sequence[Event] | None) -> Shared:
    """Return what an interval's uses cost, in their order, and its idle time: together exactly the amount.

    Statements that ran while no event says that the warehouse was up had it all the same: idle is never less than none.
    """
    weights = [use.nanoseconds for use in uses]
    idle = max(running_time(interval, events) * NANOSECONDS - sum(weights), 0)
    *parts, rest = apportion(amount, [*weights, idle if idle or any(weights) else 1])
    return Shared(parts, rest, idle)


def by_warehouse(events: Iterable[Event] | None) -> Mapping[str, list[Event]]:
    """Return events by warehouse, oldest first."""
    found: dict[str, list[Event]] = defaultdict(list)
    for warehouse, those in groupby(sorted(events or ()), key=lambda event: event.warehouse):
        found[warehouse] = list(those)
    return found
