"""What time does to subscriptions: told before they end, ended after. Doing it again does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from meshport.access import told
from meshport.access.calendar import days_left, is_over
from meshport.access.principals import parse_principal
from meshport.access.rules import terms_of
from meshport.access.states import ALIVE, GRANTED
from meshport.registry.types import Step, Subscription

if TYPE_CHECKING:
    from meshport.registry import Registry


class Passed(msgspec.Struct, frozen=True):
    """What time did: subscriptions that ended, requests that nobody decided in time, those that end soon."""

    expired: tuple[Subscription, ...]
    denied: tuple[Subscription, ...]
    ending: tuple[Subscription, ...]


def expire(registry: Registry, *, actor: str, domain: str | None = None) -> Passed:
    """End what is over (of one domain's products) and tell of what soon will be, as many days before as the rules say.

    Grants are taken by `granting.settle`, which whoever calls this calls next.
    """
    expired: list[Subscription] = []
    denied: list[Subscription] = []
    ending: list[Subscription] = []
    heads = registry.heads(domain)
    rules = {each: registry.access_rules(each) for each in {head.product.domain for head in heads.values()}}
    for each in registry.subscriptions(states=sorted(ALIVE), domain=domain):
        product = heads[each.product].product
        if each.until is None:
            continue
        if is_over(each.until):
            ended = _end(registry, each, product.domain, actor)
            if ended is not None:
                (expired if ended.state == "expired" else denied).append(ended)
        elif each.state in GRANTED:
            terms = terms_of(rules[product.domain], product, parse_principal(each.principal))
            if days_left(each.until) <= terms.notice_days:
                registry.tell(told.ending(each, product.domain))
                ending.append(each)
    return Passed(tuple(expired), tuple(denied), tuple(ending))


def _end(registry: Registry, subscription: Subscription, domain: str, actor: str) -> Subscription | None:
    """End a subscription, or deny a request, whose last day has passed. None where somebody else just did."""
    if subscription.state in GRANTED:
        step = Step(action="expire", to="expired", by=actor, reason=f"until {subscription.until}", ends=True)
        return registry.move_subscription(
            subscription, step, told.ended(subscription, domain, "expired", f"it was until {subscription.until}")
        )
    reason = f"nobody decided until {subscription.until}"
    step = Step(action="expire", to="denied", by=actor, reason=reason, ends=True)
    return registry.move_subscription(subscription, step, told.ended(subscription, domain, "denied", reason))
