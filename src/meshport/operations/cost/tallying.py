"""Adding charges up: alike ones are one, and work of several products is shared equally between them."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from meshport.operations.cost.allocating import EXACT, apportion
from meshport.operations.cost.attributing import Work
from meshport.registry.types import Charge


class Tally:
    """Charges as they come. Nothing is rounded but the equal shares, and those add up to what was shared."""

    def __init__(self, currency: str) -> None:
        self._currency = currency
        self._found: dict[Charge, tuple[Decimal, float]] = {}

    def add(self, day: str, payer: str | None, work: Work, amount: Decimal, seconds: float) -> None:
        """Add what a piece of work cost."""
        of = work.products or (None,)
        for product, part in zip(of, apportion(amount, [1] * len(of)), strict=True):
            alike = Charge(
                day=day,
                payer=payer,
                domain=work.domain if product is None else product.partition(".")[0],
                product=product,
                kind=work.kind,
                model=work.model,
                consumer=work.consumer,
                amount=Decimal(0),
                currency=self._currency,
                seconds=0.0,
            )
            before = self._found.get(alike, (Decimal(0), 0.0))
            self._found[alike] = (EXACT.add(before[0], part), before[1] + seconds / len(of))

    def charges(self) -> list[Charge]:
        """Return what was added, by day."""
        found = (
            msgspec.structs.replace(alike, amount=amount, seconds=seconds)
            for alike, (amount, seconds) in self._found.items()
        )
        return sorted(found, key=lambda each: each.day)
