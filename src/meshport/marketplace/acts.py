"""What people do with products, by page or by program: the rules are the same, and they are `meshport.access`'s.

What is decided is carried out in the catalog at once, where that keeps grants. Where it cannot be reached the decision
holds all the same: an approval stays `approved`, and the next publish or `meshport access reconcile` goes on.
"""

from __future__ import annotations

import logging
from typing import Literal

from meshport.access import subscriptions
from meshport.access.granting import carry_out
from meshport.access.subscriptions import may_read
from meshport.errors import DeniedError
from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.registry.types import Subscription

Decision = Literal["approve", "deny", "revoke"]


def ask(site: Site, viewer: Identity, product: str, *, principal: str, purpose: str, days: int | None) -> Subscription:
    """Ask for a product, for oneself or for a domain that one belongs to; the standards may approve at once.

    Raises DeniedError where the viewer does not speak for the principal, else as `subscriptions.request` does.
    """
    site.product(product, viewer)
    if principal not in viewer.principals:
        raise DeniedError(f"you do not speak for {principal}", hint="ask for yourself, or for a domain of yours")
    made = subscriptions.request(
        site.registry, product, principal, actor=viewer.actor, purpose=purpose.strip() or None, days=days
    )
    return _carried_out(site, viewer, made)


def decide(
    site: Site, viewer: Identity, action: Decision, product: str, *, principal: str, reason: str
) -> Subscription:
    """Approve, deny or revoke a principal's subscription. Raises as the function of that name in `subscriptions`."""
    act = {"approve": subscriptions.approve, "deny": subscriptions.deny, "revoke": subscriptions.revoke}[action]
    moved = act(site.registry, product, principal, actor=viewer.actor, reason=reason.strip() or None)
    return _carried_out(site, viewer, moved)


def rate(site: Site, viewer: Identity, product: str, stars: int, comment: str) -> None:
    """Write or replace the viewer's rating. Raises DeniedError for those who do not read it, or own it."""
    version = site.product(product, viewer)
    reads = any(may_read(site.registry, each, product) for each in viewer.principals)
    if not reads or version.product.domain in viewer.owns:
        raise DeniedError("ratings are by those who read a product and do not own it")
    site.registry.rate(product, viewer.person, stars, comment.strip())


def mark(site: Site, viewer: Identity, product: str, *, on: bool) -> None:
    """Set or remove the viewer's bookmark."""
    site.product(product, viewer)
    site.registry.bookmark(product, viewer.person, on=on)


def _carried_out(site: Site, viewer: Identity, decided: Subscription) -> Subscription:
    """Do in the catalog what was decided, and return the subscription as it stands then."""
    if decided.state not in ("approved", "revoked"):
        return decided
    for problem in carry_out(site.registry, decided, actor=viewer.person).problems:
        _LOG.warning("%s for %s is %s, not carried out: %s", decided.product, decided.principal, decided.state, problem)
    known = site.registry.subscriptions(decided.product, decided.principal)
    return next((each for each in known if each.id == decided.id), decided)


_LOG = logging.getLogger("meshport.marketplace")
