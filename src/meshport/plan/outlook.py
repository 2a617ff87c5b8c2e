"""What a plan would tell the catalog of products beside their ports. Reads the catalog through its registrar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from meshport.catalogs.base import Registrar
from meshport.model import Product
from meshport.plan.make import sealed
from meshport.plan.types import Foreign, Plan, Removal
from meshport.registry.types import Standing


def with_outlook(plan: Plan, standing: Mapping[str, Standing], registrar: Registrar) -> Plan:
    """Return the plan with what is to be registered. Raises UnavailableError where that cannot be read."""
    publishes = any(product.actionable or product.withdrawals for product in plan.products)
    outlook = registrar.outlook(list(published_after(plan, standing)), publishes=publishes)
    gone = Counter(each.kind for each in outlook.registrations if each.action == "delete")
    removals = [Removal(kind, gone[kind], written) for kind, written in outlook.written.items() if gone[kind]]
    theirs = [Foreign(kind="registration", subject=name, name="", value="") for name in outlook.theirs]
    changed = msgspec.structs.replace(
        plan,
        registrations=outlook.registrations,
        foreign=(*plan.foreign, *theirs),
        removals=(*plan.removals, *removals),
        digest="",
    )
    return sealed(changed)


def published_after(plan: Plan, standing: Mapping[str, Standing]) -> Iterator[Product]:
    """Yield the products that are published once the plan is applied, with the ports that are not retired."""
    planned = {product.product.key: product for product in plan.products}
    for key, product in planned.items():
        if not product.blocked:
            yield product.product
        elif key in standing:
            yield from _standing(standing[key])
    for key in sorted(standing.keys() - planned.keys()):
        yield from _standing(standing[key])


def _standing(found: Standing) -> Iterator[Product]:
    if found.head.status != "retired":
        product = found.head.product
        yield msgspec.structs.replace(
            product, ports=tuple(port for port in product.ports if port.label not in found.retired)
        )
