"""What time costs where no platform bills it. Pure."""

from __future__ import annotations

from decimal import Decimal

from meshport.mesh import Cost
from meshport.operations.cost.allocating import EXACT, SMALLEST

SECONDS = "s"
"""The currency of amounts where no rate says what a second costs."""
UNRATED = "amounts are seconds: `cost: {rate_per_hour, currency}` in mesh.yml says what an hour costs"
_HOUR = Decimal(3600)


def currency_of(rate: Cost) -> str:
    """Return what amounts at a rate are in."""
    return rate.currency or SECONDS


def price_of(seconds: float, rate: Cost) -> Decimal:
    """Return what so many seconds cost at a rate, to a billionth of its currency; without one, the seconds."""
    exact = Decimal(repr(seconds))
    if rate.rate_per_hour is None:
        return exact
    return EXACT.divide(EXACT.multiply(exact, rate.rate_per_hour), _HOUR).quantize(Decimal(1).scaleb(SMALLEST))
