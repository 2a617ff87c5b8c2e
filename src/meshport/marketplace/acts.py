"""What people do with products, by page or by program: the rules are the same. Deciding is `access.subscriptions`'."""

from __future__ import annotations

from meshport.access import subscriptions
from meshport.access.subscriptions import may_read
from meshport.errors import DeniedError
from meshport.marketplace.identity import Identity
from meshport.marketplace.site import Site
from meshport.registry.types import Subscription


def ask(site: Site, viewer: Identity, product: str, *, principal: str, purpose: str, days: int | None) -> Subscription:
    """Ask for a product, for oneself or for a domain that one belongs to; the standards may approve at once.

    Raises DeniedError where the viewer does not speak for the principal, else as `subscriptions.request` does.
    """
    site.product(product, viewer)
    if principal not in viewer.principals:
        raise DeniedError(f"you do not speak for {principal}", hint="ask for yourself, or for a domain of yours")
    return subscriptions.request(
        site.registry, product, principal, actor=viewer.actor, purpose=purpose.strip() or None, days=days
    )


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
