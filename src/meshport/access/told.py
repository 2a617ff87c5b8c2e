"""What people are told of a subscription: the texts of notices, in one place. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from meshport.registry.types import Asked, Subscription, Told


def asked(request: Asked, domain: str) -> list[Told]:
    """Return what a product's domain is told of a request."""
    wants = f"{request.principal} asks for {request.product}"
    what_for = f" ({request.purpose or request.reason})" if request.purpose or request.reason else ""
    text = f"{wants}{what_for}: meshport access approve {request.product} {request.principal}"
    return [Told(f"domain:{domain}", "request", "request", request.product, text)]


def half_approved(subscription: Subscription, domain: str, by: str) -> list[Told]:
    """Return what a product's domain is told where a second person has to approve."""
    text = f"{by} approved {subscription.principal} for {subscription.product}; another person has to, too"
    return [Told(f"domain:{domain}", "second", "request", subscription.product, text)]


def approved(subscription: Subscription, domain: str, by: str) -> list[Told]:
    """Return what is told of an approval: to the subscriber, who asked, and the domain, which has a new subscriber."""
    key, who = subscription.product, subscription.principal
    until = f" until {subscription.until}" if subscription.until else ""
    told = [Told(each, "approved", "decision", key, f"{who} may read {key}{until}") for each in _theirs(subscription)]
    return [*told, Told(f"domain:{domain}", "approved", "subscriber", key, f"{by} let {who} read {key}{until}")]


def ended(subscription: Subscription, domain: str, how: str, reason: str | None) -> list[Told]:
    """Return what is told of an end: `denied`, `revoked` or `expired`."""
    key, who = subscription.product, subscription.principal
    text = f"{who}, {key}: {how}{f' ({reason})' if reason else ''}"
    kind = "expiry" if how == "expired" else "decision"
    return [Told(each, how, kind, key, text) for each in (*_theirs(subscription), f"domain:{domain}")]


def ending(subscription: Subscription, domain: str) -> list[Told]:
    """Return what is told before a subscription ends."""
    key, who = subscription.product, subscription.principal
    occasion = f"ending/{subscription.until}/{subscription.id}"
    text = f"{who} reads {key} until {subscription.until}: who needs it longer asks again after that day"
    return [Told(each, occasion, "expiry", key, text) for each in (*_theirs(subscription), f"domain:{domain}")]


def _theirs(subscription: Subscription) -> Iterator[str]:
    """Yield who is on the subscriber's side: the subscriber, and who asked."""
    yield subscription.principal
    if subscription.requested_by != subscription.principal:
        yield subscription.requested_by
