"""The grants that subscriptions come to: the least that reading the products' ports takes, and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from meshport.access.calendar import is_over
from meshport.access.principals import parse_principal
from meshport.access.rules import Rules, catalog_name
from meshport.access.states import GRANTED
from meshport.model import Port
from meshport.registry.types import Standing, Subscription
from meshport.resources import Resource
from meshport.resources.grant import reading


class Wanted(msgspec.Struct, frozen=True):
    """The grants of one catalog by key, and the keys of each subscription's, by its id."""

    grants: dict[str, Resource]
    of: dict[int, frozenset[str]]


def wanted(
    subscriptions: Iterable[Subscription], standing: Mapping[str, Standing], rules: Rules, catalog: str
) -> Wanted:
    """Return what subscriptions come to in one catalog: those that were approved and are not over."""
    grants: dict[str, Resource] = {}
    of: dict[int, frozenset[str]] = {}
    for each in subscriptions:
        at = standing.get(each.product)
        if at is None or at.head.catalog != catalog:
            continue
        alive = each.state in GRANTED and not is_over(each.until)
        mine = {resource.key: resource for resource in grants_of(each, at, rules)} if alive else {}
        grants.update(mine)
        of[each.id] = frozenset(mine)
    return Wanted(grants, of)


def grants_of(subscription: Subscription, standing: Standing, rules: Rules) -> Iterator[Resource]:
    """Yield what one subscription comes to: on every port of the product that can be read now."""
    principal = catalog_name(rules, parse_principal(subscription.principal))
    for port in ports_of(standing):
        yield from reading(port.relation, principal)


def ports_of(standing: Standing) -> Iterator[Port]:
    """Yield the ports of a product that can be read: published, and not retired."""
    if standing.head.status != "retired":
        yield from (port for port in standing.head.product.ports if port.label not in standing.retired)
