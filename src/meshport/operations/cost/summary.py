"""Costs added up by what people ask for: models, products, domains or consumers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from meshport.operations.cost.allocating import EXACT
from meshport.registry.types import Charge, CostKind

By = Literal["model", "product", "domain", "consumer"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What one model, product, domain or consumer cost in one way. `name` is None where nobody tells whose it was, and
    for idle time, which is nobody's.
    """

    name: str | None
    kind: CostKind
    amount: Decimal
    seconds: float


_NAMES: Mapping[By, Callable[[Charge], str | None]] = {
    "model": lambda each: f"{each.domain}.{each.model}" if each.domain and each.model else each.model,
    "product": lambda each: each.product,
    "domain": lambda each: each.domain,
    "consumer": lambda each: each.consumer,
}


def summed(charges: Iterable[Charge], by: By) -> list[Line]:
    """Return what charges come to, the costliest first. The lines add up to exactly what the charges do."""
    found: dict[tuple[str | None, CostKind], tuple[Decimal, float]] = defaultdict(lambda: (Decimal(0), 0.0))
    for each in charges:
        name = _NAMES[by](each)
        amount, seconds = found[name, each.kind]
        found[name, each.kind] = (EXACT.add(amount, each.amount), seconds + each.seconds)
    lines = [Line(name=key[0], kind=key[1], amount=found[key][0], seconds=found[key][1]) for key in found]
    return sorted(lines, key=lambda line: (-line.amount, line.kind, line.name or ""))


def total(charges: Iterable[Charge]) -> Decimal:
    """Return what charges add up to, exactly."""
    amount = Decimal(0)
    for each in charges:
        amount = EXACT.add(amount, each.amount)
    return amount
