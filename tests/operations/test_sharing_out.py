"""Costs are shared out so that nothing is lost: whatever the bill and whoever ran what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshport.catalogs.billing import Billed, Event, Interval, Usage, Use
from meshport.errors import InputError
from meshport.operations.cost.allocating import apportion, running_time, share_out
from meshport.operations.cost.attributing import Known
from meshport.operations.cost.bill import costs_of
from meshport.operations.cost.summary import summed, total

HOUR = 3_600_000_000
BEGIN = 498_202 * HOUR  # 2026-11-01 10:00
INTERVALS = [Interval("w", BEGIN + at * HOUR, BEGIN + (at + 1) * HOUR) for at in range(3)]
KNOWN = Known(
    {("sales", "orders"): ["sales.orders"], ("sales", "customers"): ["sales.orders", "sales.crm", "sales.more"]},
    {"published.crm.people": ["sales.crm"], "published.orders.orders": ["sales.orders"]},
)
AMOUNTS = st.decimals(0, 10**6, places=18)
USES = st.builds(
    Use,
    interval=st.sampled_from(INTERVALS),
    nanoseconds=st.integers(0, HOUR * 1000),
    model=st.sampled_from([None, "orders", "customers", "unknown"]),
    executed_by=st.sampled_from([None, "ann", "bob"]),
    reads=st.sampled_from([(), ("published.crm.people",), ("published.crm.people", "published.orders.orders")]),
    writes=st.sampled_from([(), ("published.crm.people",)]),
)
USAGES = st.builds(
    Usage,
    interval=st.sampled_from(INTERVALS),
    quantity=AMOUNTS,
    price=st.decimals(0, 100, places=18),
    currency=st.just("USD"),
    domain=st.sampled_from([None, "sales"]),
)
EVENTS = st.lists(
    st.builds(
        Event,
        warehouse=st.just("w"),
        at=st.integers(BEGIN - HOUR, BEGIN + 4 * HOUR),
        kind=st.sampled_from(["STARTING", "RUNNING", "STOPPING", "STOPPED", "SCALED_UP", "SCALED_DOWN"]),
    )
)


@settings(max_examples=60)
@given(amount=AMOUNTS, weights=st.lists(st.integers(0, 10**13), min_size=1).filter(any))
def test_parts_add_up_to_the_whole_and_follow_the_weights(amount: Decimal, weights: list[int]) -> None:
    parts = apportion(amount, weights)
    assert total_of(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part <= amount
        assert abs(part - amount * weight / sum(weights)) <= Decimal("1e-9")
        assert weight or not part


@settings(max_examples=60, deadline=None)
@given(usages=st.lists(USAGES, max_size=6), uses=st.lists(USES, max_size=12), events=st.none() | EVENTS)
def test_charges_add_up_to_the_bill_whatever_they_are_added_up_by(
    usages: list[Usage], uses: list[Use], events: list[Event] | None
) -> None:
    found = costs_of(
        Billed(usages=usages, uses=uses, events=events), KNOWN, date(2026, 11, 1), date(2026, 11, 1), "sales"
    )
    billed = {each.interval for each in usages}
    assert (
        total(found.charges)
        == found.billed
        == sum((Fraction(each.quantity) * Fraction(each.price or 0) for each in usages), Fraction(0))
    )
    assert all(charge.amount >= 0 for charge in found.charges)
    assert sum(charge.kind == "idle" for charge in found.charges) == (1 if billed else 0)
    for by in ("model", "product", "domain", "consumer"):
        assert total_of([line.amount for line in summed(found.charges, by)]) == found.billed


@settings(max_examples=60)
@given(amount=AMOUNTS, uses=st.lists(USES, max_size=8), events=EVENTS)
def test_nothing_costs_more_than_its_hour(amount: Decimal, uses: list[Use], events: list[Event]) -> None:
    shared = share_out(amount, INTERVALS[0], uses, sorted(events))
    assert total_of([*shared.parts, shared.idle]) == amount
    assert all(0 <= part <= amount for part in (*shared.parts, shared.idle))


@pytest.mark.parametrize(
    ("events", "minutes"),
    [
        ([], 60),
        ([(-10, "RUNNING")], 60),
        ([(-10, "STOPPED")], 0),
        ([(10, "STOPPED")], 10),
        ([(10, "STARTING"), (12, "RUNNING")], 48),
        ([(10, "RUNNING"), (20, "SCALED_UP"), (30, "STOPPING"), (31, "STOPPED")], 20),
        ([(70, "STARTING")], 0),
        ([(70, "STOPPING")], 60),
    ],
)
def test_how_long_a_warehouse_was_up(events: list[tuple[int, str]], minutes: int) -> None:
    there = [Event("w", BEGIN + at * 60_000_000, kind) for at, kind in events]
    assert running_time(INTERVALS[0], there) == minutes * 60_000_000


def test_two_currencies_are_not_added_up() -> None:
    usages = [
        Usage(interval=INTERVALS[0], quantity=Decimal(1), price=Decimal(1), currency=currency)
        for currency in ("USD", "EUR")
    ]
    with pytest.raises(InputError, match="EUR and USD"):
        costs_of(Billed(usages=usages, uses=[], events=None), KNOWN, date(2026, 11, 1), date(2026, 11, 1))


def total_of(parts: list[Decimal]) -> Fraction:
    """Add up without rounding."""
    return sum(map(Fraction, parts), Fraction(0))
