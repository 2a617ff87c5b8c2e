"""What costs are told as. Plain data."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from meshport.registry.types import Charge


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What was spent from `since` to `until` (days, ISO 8601; both in it), and what is to be known of it.

    `billed` is the bill, which the charges add up to. `budgets` are what the warehouses of domains are marked with, for
    a month.
    """

    since: str
    until: str
    currency: str
    charges: list[Charge]
    billed: Decimal
    budgets: dict[str, Decimal] = {}
    notes: tuple[str, ...] = ()
