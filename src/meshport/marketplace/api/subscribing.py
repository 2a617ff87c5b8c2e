"""Subscriptions for programs: ask, see what became of it, and decide as the owner."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.pagination import OffsetPagination
from litestar.params import JSONBody, QueryParameter
from msgspec import Struct

from meshport.marketplace import acts
from meshport.marketplace.api.paging import Limit, Offset, paged
from meshport.marketplace.api.problems import PROBLEMS
from meshport.marketplace.identity import Identity
from meshport.marketplace.parameters import Days, Name, OpenSite, Sentence, Who
from meshport.marketplace.views.mine import mine
from meshport.registry.types import Subscription, SubscriptionState

Call = Request[Identity, Any, Any]
State = Annotated[SubscriptionState | None, QueryParameter(name="state", description="Only those in this state.")]


class AskBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A request for access: who will read, what for, for how long (left out: as long as the standards allow)."""

    principal: Who
    purpose: Sentence = ""
    days: Days | None = None


class DecisionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A decision about one principal's subscription."""

    principal: Who
    reason: Sentence = ""


@get("/subscriptions", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def my_subscriptions(
    request: Call, site: OpenSite, only: State = None, limit: Limit = 20, offset: Offset = 0
) -> OffsetPagination[Subscription]:
    """Those of the caller and of their domains, newest first."""
    found = mine(site, request.user).subscriptions
    return paged([each for each in found if only in (None, each.state)], limit, offset)


@get("/products/{product:str}/subscriptions", permission="owner", sync_to_thread=True, responses=PROBLEMS)
def product_subscriptions(
    request: Call, site: OpenSite, product: Name, only: State = None, limit: Limit = 20, offset: Offset = 0
) -> OffsetPagination[Subscription]:
    """Those to a product of one's domain, oldest first."""
    key = site.product(product, request.user).product.key
    return paged(site.registry.subscriptions(key, states=(only,) if only else ()), limit, offset)


@post("/products/{product:str}/subscriptions", permission="consumer", sync_to_thread=True, responses=PROBLEMS)
def ask_for_product(request: Call, site: OpenSite, product: Name, data: JSONBody[AskBody]) -> Subscription:
    """Ask for a product; the standards may approve it at once."""
    return acts.ask(site, request.user, product, principal=data.principal, purpose=data.purpose, days=data.days)


@post(
    "/products/{product:str}/subscriptions/approve",
    permission="owner",
    sync_to_thread=True,
    responses=PROBLEMS,
    status_code=200,
)
def approve(request: Call, site: OpenSite, product: Name, data: JSONBody[DecisionBody]) -> Subscription:
    """Let a principal read a product, as it asked. It stays `requested` where a second person has to approve it."""
    return acts.decide(site, request.user, "approve", product, principal=data.principal, reason=data.reason)


@post(
    "/products/{product:str}/subscriptions/deny",
    permission="owner",
    sync_to_thread=True,
    responses=PROBLEMS,
    status_code=200,
)
def deny(request: Call, site: OpenSite, product: Name, data: JSONBody[DecisionBody]) -> Subscription:
    """Refuse a request."""
    return acts.decide(site, request.user, "deny", product, principal=data.principal, reason=data.reason)


@post(
    "/products/{product:str}/subscriptions/revoke",
    permission="owner",
    sync_to_thread=True,
    responses=PROBLEMS,
    status_code=200,
)
def revoke(request: Call, site: OpenSite, product: Name, data: JSONBody[DecisionBody]) -> Subscription:
    """End a subscription."""
    return acts.decide(site, request.user, "revoke", product, principal=data.principal, reason=data.reason)
