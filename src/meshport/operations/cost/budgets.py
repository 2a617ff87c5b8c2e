"""Budgets: what a domain may spend in a month, what it spent so far, and what it will have by the end. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from meshport.mesh import Warehouse
from meshport.operations.cost.allocating import EXACT
from meshport.operations.cost.rate import SECONDS
from meshport.registry.types import Charge, Trouble

CENT = Decimal("0.01")


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """The budget of a domain for a month (`2026-11`). `projected` is `spent` carried on evenly to the month's end.

    `costliest` is the domain's product that most of it went into, None where none is known.
    """

    domain: str
    month: str
    limit: Decimal
    spent: Decimal
    projected: Decimal
    currency: str
    costliest: str | None = None

    @property
    def share(self) -> Decimal:
        """The part of the budget that is spent: 1 is all of it."""
        return self.spent / self.limit

    @property
    def over(self) -> bool:
        """Whether more was spent than the budget allows."""
        return self.spent > self.limit

    @property
    def text(self) -> str:
        """The budget in a sentence."""
        spent, projected, limit = (f"{each.quantize(CENT)}" for each in (self.spent, self.projected, self.limit))
        most = f"; most of it for {self.costliest}" if self.costliest else ""
        return (
            f"domain {self.domain} has spent {spent} {self.currency} of {limit} in {self.month}, and will have spent "
            f"{projected} by its end{most}"
        )


def limits(
    marked: Mapping[str, Decimal], domain: str | None, warehouses: Mapping[str, Warehouse]
) -> dict[str, Decimal]:
    """Return what domains may spend in a month: what their warehouses are marked with, and of the `domain` at hand what
    its mesh.yml says instead, where that says anything.
    """
    own = [Decimal(repr(each.budget)) for each in warehouses.values() if each.budget]
    return {**marked, domain: sum(own, Decimal(0))} if domain is not None and own else dict(marked)


def budgets(charges: Iterable[Charge], limits: Mapping[str, Decimal], currency: str, now: datetime) -> list[Budget]:
    """Return how the budgets stand that domains have, by what they pay for; none where what was spent is no money."""
    if currency == SECONDS:
        return []
    month = f"{now:%Y-%m}"
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    days = monthrange(now.year, now.month)[1]
    passed = Decimal(max(int((now - begin).total_seconds()), 1))
    paid = [each for each in charges if each.day.startswith(month)]
    found = []
    for domain, limit in sorted(limits.items()):
        of_products: dict[str, Decimal] = {}
        spent = Decimal(0)
        for charge in paid:
            if charge.payer == domain:
                spent = EXACT.add(spent, charge.amount)
                if charge.product is not None and charge.domain == domain:
                    of_products[charge.product] = of_products.get(charge.product, Decimal(0)) + charge.amount
        found.append(
            Budget(
                domain=domain,
                month=month,
                limit=limit,
                spent=spent,
                projected=spent * days * 86_400 / passed,
                currency=currency,
                costliest=max(of_products, key=lambda key: of_products[key]) if of_products else None,
            )
        )
    return found


def trouble(budget: Budget) -> Trouble | None:
    """Return what is wrong with a budget; None where nothing is."""
    return Trouble("cost", "soft", f"over budget: {budget.text}") if budget.over else None
