"""How products stand: for the owners of a domain, for the central team; and what somebody was told."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get, post
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from meshport.insights import CHARACTERISTICS, domain_insights, mesh_insights
from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import done, page
from meshport.marketplace.parameters import Name, Number, OpenSite, Page
from meshport.marketplace.views.paging import SIZE, place, start
from meshport.operations.slo import lately
from meshport.registry.types import Scope


class ReadForm(msgspec.Struct):
    """Which notice was read; None: all."""

    number: Number | None = None


@get("/domains/{domain:str}/owner", permission="member", sync_to_thread=True)
def owner_page(request: Request[Identity, Any, Any], site: OpenSite, domain: Name, number: Page = 1) -> Template:
    """What waits for a domain's owners, and how its products stand."""
    found = domain_insights(site.registry, domain)
    products = found.products[start(number) :][:SIZE]
    return page(
        request,
        site,
        "owner.html",
        found=found,
        products=products,
        attainments=[kept for each in products for kept in lately(site.registry, Scope(product=each.key))],
        place=place(number, len(found.products)),
        characteristics=CHARACTERISTICS,
    )


@get("/governance", permission="governance", sync_to_thread=True)
def governance_page(request: Request[Identity, Any, Any], site: OpenSite) -> Template:
    """The mesh, by domain."""
    found = mesh_insights(site.registry)
    return page(request, site, "governance.html", found=found, characteristics=CHARACTERISTICS)


@get("/notices", permission="consumer", sync_to_thread=True)
def notices_page(request: Request[Identity, Any, Any], site: OpenSite) -> Template:
    """What somebody was told, newest first."""
    return page(request, site, "notices.html", notices=site.registry.notices(request.user.principals))


@post("/notices/read", permission="consumer", sync_to_thread=True)
def read_notices(request: Request[Identity, Any, Any], site: OpenSite, data: URLEncodedBody[ReadForm]) -> Redirect:
    """Mark a notice of one's own as read, or all of them."""
    numbers = None if data.number is None else [data.number]
    marked = site.registry.mark_read(request.user.principals, numbers)
    return done(request, "Marked as read." if marked else "It was read already.", "/notices")
