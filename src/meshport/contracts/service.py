"""What changed in what a product promises beside its data: service levels, terms, owner. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meshport.contracts.rules import ContractChange, change
from meshport.model import Product

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.IGNORECASE)
_UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_UNITS |= {"d": 86400, "day": 86400, "w": 604800, "week": 604800}


def service_changes(old: Product, new: Product) -> Iterator[ContractChange]:
    """Yield what changed in service levels, terms and owner."""
    if old.slo.freshness != new.slo.freshness:
        yield from _freshness(old.slo.freshness, new.slo.freshness)
    before, after = old.slo.quality, new.slo.quality
    if before != after:
        # No promise is the weakest one.
        weaker = (after or 0) < (before or 0)
        message = f"the quality promised was {_said(before)}, and is {_said(after)} now"
        yield change("quality_weakened" if weaker else "quality_tightened", "", message)
    if old.terms != new.terms:
        yield change("terms_changed", "", f"the terms were {_said(old.terms)}, and are {_said(new.terms)} now")
    if old.owner != new.owner:
        yield change("owner_changed", "", f"the owner was {_said(str(old.owner))}, and is {_said(str(new.owner))} now")


def seconds_of(duration: str) -> float | None:
    """Return a duration (`24h`, `1.5 days`) in seconds, None where it cannot be read."""
    found = _DURATION.fullmatch(duration)
    unit = _UNITS.get(found[2].lower()) or _UNITS.get(found[2].lower().removesuffix("s")) if found else None
    return float(found[1]) * unit if found and unit else None


def _freshness(old: str | None, new: str | None) -> Iterator[ContractChange]:
    before, after = (seconds_of(text) if text else None for text in (old, new))
    message = f"the freshness promised was {_said(old)}, and is {_said(new)} now"
    if (old and before is None) or (new and after is None):
        yield change("freshness_changed", "", message)
    elif before is None or after is None or before != after:
        weaker = after is None or (before is not None and after > before)
        yield change("freshness_weakened" if weaker else "freshness_tightened", "", message)


def _said(value: object) -> str:
    return "nothing" if value is None or value == "" else str(value)
