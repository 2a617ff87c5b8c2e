"""Asking for a product, and deciding about it. Every step goes to the audit log in its own transaction.

What is decided here is carried out in the catalog by `meshport.access.granting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshport.access import told
from meshport.access.calendar import day_after, days_left, is_over
from meshport.access.principals import Actor, Principal, parse_principal
from meshport.access.rules import Terms, terms_of
from meshport.access.states import ALIVE, READS, TRANSITIONS, Action
from meshport.catalogs.grants import has_grants
from meshport.errors import BlockedError, DeniedError, InputError
from meshport.registry.types import Asked, ProductVersion, Step, Subscription, SubscriptionState

if TYPE_CHECKING:
    from meshport.registry import Registry


def request(
    registry: Registry,
    product: str,
    principal: str,
    *,
    actor: Actor,
    reason: str | None = None,
    purpose: str | None = None,
    days: int | None = None,
    until: str | None = None,
    source: str | None = None,
) -> Subscription:
    """Ask that a principal may read a product, for `days` or `until` a last day (an ISO date); None: with no end.

    Where the product's rules approve by themselves, it is approved at once. Where they limit how long, no end means
    that limit. Raises InputError where the product is not published or a text cannot be kept, BlockedError where there
    is nothing to ask for: it is the principal's own, it is retired, it was asked for already, or for too long.
    """
    who = parse_principal(principal)
    version = registry.require(product)
    if who == Principal("domain", version.product.domain):
        raise BlockedError(f"{product} is {who}'s own product", hint="a domain reads its own products without asking")
    if version.status == "retired":
        raise BlockedError(f"{product} is retired", hint="`meshport search` finds products that are not")
    for text in (reason, purpose):
        if text is not None and "\0" in text:
            raise InputError("there is a zero character in the text", hint="say it in plain words")
    terms = _terms(registry, version, who)
    asked = Asked(
        product=product,
        principal=str(who),
        by=str(actor),
        reason=reason,
        purpose=purpose,
        until=_until(terms, product, day_after(days) if days is not None else until),
        source=source,
    )
    added = registry.add_subscription(asked, told.asked(asked, version.product.domain))
    if added is None:
        state = next((each.state for each in _of(registry, product, who) if each.state in ALIVE), "requested")
        raise BlockedError(
            f"{who} has asked for {product} already: the subscription is {state}",
            where=f"{product} {who}",
            hint=f"meshport access list --product {product}",
        )
    if terms.approved_by:
        by = f"rule:{','.join(terms.approved_by)}"
        return _approved(registry, added, version, by, "the standards approve it") or added
    return added


def approve(
    registry: Registry, product: str, principal: str, *, actor: Actor, reason: str | None = None
) -> Subscription:
    """Let a principal read a product, as requested.

    It stays `requested` where the product's rules want a second person, and is `approved` where grants follow.
    Raises DeniedError where the actor asked for it, benefits from it, or may not decide about this product,
    BlockedError where there is no open request or its time is over.
    """
    while True:
        who, version, current = _current(registry, "approve", product, principal)
        _check_self(current, actor)
        _check_domain(current, actor, version.product.domain)
        if is_over(current.until):
            raise BlockedError(
                f"{who} asked for {product} until {current.until}, which has passed", hint="deny it, and ask again"
            )
        missing = _terms(registry, version, who).approvers - len(current.approvals)
        if missing > 1 or current.approvals:
            _check_person(current, actor)
        if missing > 1:
            half = Step(action="approve", to="requested", by=str(actor), reason=reason, approved=True)
            moved = registry.move_subscription(
                current, half, told.half_approved(current, version.product.domain, str(actor))
            )
        else:
            moved = _approved(registry, current, version, str(actor), reason)
        if moved is not None:
            return moved
        # Somebody else decided a moment ago: the next round says what is left to decide.


def deny(registry: Registry, product: str, principal: str, *, actor: Actor, reason: str | None = None) -> Subscription:
    """Refuse a request, or take back one's own. Raises as `approve` does."""
    return _end(registry, "deny", product, principal, actor, reason)


def revoke(
    registry: Registry, product: str, principal: str, *, actor: Actor, reason: str | None = None
) -> Subscription:
    """End a subscription, one's own too. Raises DeniedError as `approve` does, BlockedError where none is to end."""
    return _end(registry, "revoke", product, principal, actor, reason)


def subscriptions(
    registry: Registry,
    *,
    product: str | None = None,
    principal: str | None = None,
    states: Sequence[SubscriptionState] = (),
) -> list[Subscription]:
    """Return subscriptions (to one product, of one principal, in these states), oldest first."""
    return registry.subscriptions(product, str(parse_principal(principal)) if principal else None, states)


def may_read(registry: Registry, principal: str, product: str) -> bool:
    """Return whether a principal may read a product: its own domain always, others with an active subscription that is
    not over, whether or not it was expired already.
    """
    who = parse_principal(principal)
    version = registry.head(product)
    if version is None:
        return False
    own = who == Principal("domain", version.product.domain)
    return own or any(reads(each) for each in _of(registry, product, who))


def reads(subscription: Subscription) -> bool:
    """Return whether a subscription lets its principal read today."""
    return subscription.state in READS and not is_over(subscription.until)


def _approved(
    registry: Registry, current: Subscription, version: ProductVersion, by: str, reason: str | None
) -> Subscription | None:
    """Take a request to `approved`, or to `active` where the catalog has no grants that could be missing."""
    to: SubscriptionState = "approved" if has_grants(version.catalog_type) else "active"
    step = Step(action="approve", to=to, by=by, reason=reason, approved=True)
    return registry.move_subscription(current, step, told.approved(current, version.product.domain, by))


def _end(
    registry: Registry, action: Action, product: str, principal: str, actor: Actor, reason: str | None
) -> Subscription:
    while True:
        _, version, current = _current(registry, action, product, principal)
        if not _is_own(current, actor):
            _check_domain(current, actor, version.product.domain)
        to = TRANSITIONS[action][1]
        step = Step(action=action, to=to, by=str(actor), reason=reason, ends=True)
        moved = registry.move_subscription(current, step, told.ended(current, version.product.domain, to, reason))
        if moved is not None:
            return moved


def _current(
    registry: Registry, action: Action, product: str, principal: str
) -> tuple[Principal, ProductVersion, Subscription]:
    """Return the subscription that an action is about. Raises BlockedError where there is none in the right state."""
    who = parse_principal(principal)
    version = registry.require(product)
    known = _of(registry, product, who)
    before = TRANSITIONS[action][0]
    current = next((each for each in known if each.state in before), None)
    if current is None:
        state = f"the subscription is {known[-1].state}" if known else "nobody asked for it"
        needs = " or ".join(sorted(before))
        raise BlockedError(
            f"cannot {action} {product} for {who}: {state}",
            where=f"{product} {who}",
            hint=f"{action} needs one that is {needs}; see `meshport access list --product {product}`",
        )
    return who, version, current


def _is_own(subscription: Subscription, actor: Actor) -> bool:
    return actor.speaks_for(subscription.principal) or actor.speaks_for(subscription.requested_by)


def _check_self(subscription: Subscription, actor: Actor) -> None:
    if _is_own(subscription, actor):
        raise DeniedError(
            f"{actor} cannot approve its own request: {subscription.requested_by} asked for {subscription.principal}",
            where=f"{subscription.product} {subscription.principal}",
            hint="somebody else of the product's domain decides",
        )


def _check_domain(subscription: Subscription, actor: Actor, domain: str) -> None:
    if not actor.may_decide(domain):
        raise DeniedError(
            f"{actor} does not decide about the products of {domain}",
            where=f"{subscription.product} {subscription.principal}",
            hint="--actor names who decides",
        )


def _check_person(subscription: Subscription, actor: Actor) -> None:
    """Raise DeniedError where two people have to approve, and this is nobody in particular, or the same one again."""
    where = f"{subscription.product} {subscription.principal}"
    if actor.who.kind != "user":
        raise DeniedError(
            f"two people have to approve this, and {actor} is none", where=where, hint="--actor user:ann@example.com"
        )
    if any(each.by == str(actor) for each in subscription.approvals):
        raise DeniedError(f"{actor} has approved it already", where=where, hint="another person has to approve it, too")


def _terms(registry: Registry, version: ProductVersion, who: Principal) -> Terms:
    return terms_of(registry.access_rules(version.product.domain), version.product, who)


def _until(terms: Terms, product: str, until: str | None) -> str | None:
    """Return the last day of a request. Raises BlockedError where it has passed, or is later than the rules allow."""
    longest = terms.longest_days
    if until is None:
        return None if longest is None else day_after(longest)
    left = days_left(until)
    if left < 0:
        raise BlockedError(f"{until} has passed", hint="ask for a day to come")
    if longest is not None and left > longest:
        raise BlockedError(
            f"{product} is given for {longest} days at most, and {left} were asked for",
            hint=f"--days {longest}, or fewer",
        )
    return until


def _of(registry: Registry, product: str, who: Principal) -> list[Subscription]:
    return registry.subscriptions(product, str(who))
