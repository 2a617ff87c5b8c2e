"""Asking for a product, and deciding about it. Every step goes to the audit log in its own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshport.access.principals import Principal, parse_principal
from meshport.access.states import ALIVE, READS, TRANSITIONS, Action
from meshport.errors import BlockedError, DeniedError
from meshport.registry.types import Subscription

if TYPE_CHECKING:
    from meshport.registry import Registry


def request(registry: Registry, product: str, principal: str, *, actor: str, reason: str | None = None) -> Subscription:
    """Ask that a principal may read a product.

    Raises InputError where the product is not published, BlockedError where there is nothing to ask for: it is the
    principal's own, it is retired, or it was asked for already.
    """
    who = parse_principal(principal)
    version = registry.require(product)
    if who == Principal("domain", version.product.domain):
        raise BlockedError(f"{product} is {who}'s own product", hint="a domain reads its own products without asking")
    if version.status == "retired":
        raise BlockedError(f"{product} is retired", hint="`meshport search` finds products that are not")
    added = registry.add_subscription(product, str(who), _canonical(actor), reason)
    if added is not None:
        return added
    state = next((each.state for each in _of(registry, product, who) if each.state in ALIVE), "requested")
    raise BlockedError(
        f"{who} has asked for {product} already: the subscription is {state}",
        where=f"{product} {who}",
        hint=f"meshport access list --product {product}",
    )


def approve(registry: Registry, product: str, principal: str, *, actor: str, reason: str | None = None) -> Subscription:
    """Let a principal read a product, as requested.

    Raises DeniedError where the actor asked for it itself or may not decide about this product, BlockedError where
    there is no open request.
    """
    return _decide(registry, "approve", product, principal, actor, reason)


def deny(registry: Registry, product: str, principal: str, *, actor: str, reason: str | None = None) -> Subscription:
    """Refuse a request, or take back one's own. Raises as `approve` does."""
    return _decide(registry, "deny", product, principal, actor, reason)


def revoke(registry: Registry, product: str, principal: str, *, actor: str, reason: str | None = None) -> Subscription:
    """End a subscription, one's own too. Raises DeniedError as `approve` does, BlockedError where it is not active."""
    return _decide(registry, "revoke", product, principal, actor, reason)


def subscriptions(
    registry: Registry, *, product: str | None = None, principal: str | None = None
) -> list[Subscription]:
    """Return subscriptions (to one product, of one principal), oldest first."""
    return registry.subscriptions(product, _canonical(principal) if principal else None)


def may_read(registry: Registry, principal: str, product: str) -> bool:
    """Return whether a principal may read a product: its own domain always, others with an active subscription."""
    who = parse_principal(principal)
    version = registry.head(product)
    if version is None:
        return False
    own = who == Principal("domain", version.product.domain)
    return own or any(each.state in READS for each in _of(registry, product, who))


def _decide(
    registry: Registry, action: Action, product: str, principal: str, actor: str, reason: str | None
) -> Subscription:
    who, by = parse_principal(principal), parse_principal(actor)
    domain = registry.require(product).product.domain
    before, after = TRANSITIONS[action]
    known = _of(registry, product, who)
    current = next((each for each in known if each.state == before), None)
    if current is None:
        raise _illegal(action, product, who, known)
    _check_actor(action, current, by, domain)
    moved = registry.move_subscription(current, action, after, actor=str(by), reason=reason)
    if moved is None:  # somebody else decided a moment ago
        raise _illegal(action, product, who, _of(registry, product, who))
    return moved


def _check_actor(action: Action, subscription: Subscription, by: Principal, domain: str) -> None:
    where = f"{subscription.product} {subscription.principal}"
    own = str(by) in (subscription.principal, subscription.requested_by)
    if action == "approve" and own:
        raise DeniedError(
            f"{by} cannot approve its own request", where=where, hint=f"the domain {domain} decides about its products"
        )
    if by.kind == "domain" and by.name != domain and not own:
        raise DeniedError(
            f"{by} does not decide about the products of {domain}", where=where, hint="--actor names who decides"
        )


def _illegal(action: Action, product: str, who: Principal, known: list[Subscription]) -> BlockedError:
    state = f"the subscription is {known[-1].state}" if known else "nobody asked for it"
    return BlockedError(
        f"cannot {action} {product} for {who}: {state}",
        where=f"{product} {who}",
        hint=f"{action} needs one that is {TRANSITIONS[action][0]}; see `meshport access list --product {product}`",
    )


def _of(registry: Registry, product: str, who: Principal) -> list[Subscription]:
    return registry.subscriptions(product, str(who))


def _canonical(text: str) -> str:
    return str(parse_principal(text))
