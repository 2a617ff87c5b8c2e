"""A person's own page, and the owners': what waits for a decision."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from meshport.marketplace import acts
from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import done, page
from meshport.marketplace.parameters import Name, OpenSite, Page, Sentence, Who
from meshport.marketplace.views.mine import decisions, mine

_DONE = {"approve": "approved", "deny": "denied", "revoke": "revoked"}


class DecisionForm(msgspec.Struct):
    """What was decided about a principal's subscription, and why."""

    principal: Who
    action: Literal["approve", "deny", "revoke"]
    reason: Sentence = ""


@get("/me", permission="consumer", sync_to_thread=True)
def my_page(request: Request[Identity, Any, Any], site: OpenSite) -> Template:
    """Subscriptions, bookmarks, what was looked at."""
    return page(request, site, "mine.html", mine=mine(site, request.user))


@get("/decisions", permission="consumer", sync_to_thread=True)
def decisions_page(request: Request[Identity, Any, Any], site: OpenSite, number: Page = 1) -> Template:
    """Requests for the products of one's domains."""
    return page(request, site, "decisions.html", decisions=decisions(site, request.user, number))


@post("/products/{product:str}/decide", permission="owner", sync_to_thread=True)
def decide(
    request: Request[Identity, Any, Any],
    site: OpenSite,
    product: Name,
    data: URLEncodedBody[DecisionForm],
) -> Redirect:
    """Approve, deny or revoke a subscription to a product of one's domain."""
    moved = acts.decide(site, request.user, data.action, product, principal=data.principal, reason=data.reason)
    if moved.state == "approved":
        said = f"{moved.principal} is approved for {product}; the catalog's grants follow."
        return done(request, said, "/decisions")
    return done(request, f"{moved.principal} is {_DONE[data.action]} for {product}.", "/decisions")
