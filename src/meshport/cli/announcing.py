"""Telling those who subscribe of a breaking change, when a publish waits for nothing but their word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meshport.plan.types import Plan
from meshport.registry.types import Announcement

if TYPE_CHECKING:
    from meshport.registry import Registry


def announce(registry: Registry, plan: Plan, actor: str) -> Iterator[str]:
    """Announce the breaking changes of products that nothing else blocks; yield a remark for each.

    What was announced before is not announced again, and is still remarked on.
    """
    for item in plan.products:
        if not item.blocked or any(gate.name != "acknowledgement" for gate in item.blocked):
            continue
        for breach in item.breaches:
            if breach.waits and breach.waiting_for:
                key = item.product.key
                told = Announcement(
                    product=key,
                    port=breach.port,
                    digest=breach.digest,
                    replaced_by=breach.replaced_by,
                    goes_on=breach.goes_on,
                    changes=breach.changes,
                )
                again = "Announced" if registry.announce(told, actor) else "Announced before"
                name = f"{key}.{breach.port}" if breach.port else key
                yield f"{again} to {', '.join(breach.waiting_for)}: meshport contract acknowledge {name}"
