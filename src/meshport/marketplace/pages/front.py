"""Finding products: the first page, search, domains, and two products side by side."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.response import Template

from meshport.discovery import Query
from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import Name, OpenSite, Text, page
from meshport.marketplace.views.cards import cards, cards_of
from meshport.marketplace.views.home import home
from meshport.marketplace.views.product import product_page


@get("/", permission="consumer", sync_to_thread=True)
def home_page(request: Request[Identity, Any, Any], site: OpenSite) -> Template:
    """The first page."""
    return page(request, site, "home.html", home=home(site, request.user))


@get("/search", permission="consumer", sync_to_thread=True)
def search_page(
    request: Request[Identity, Any, Any],
    site: OpenSite,
    q: Text = "",
    domain: Text = "",
    tag: Text = "",
    classification: Text = "",
) -> Template:
    """Search, with what narrows it down."""
    query = Query(
        text=q,
        domain=domain or None,
        tag=tag or None,
        classification=classification or None,
        member_of=tuple(sorted(request.user.domains)),
        everything=request.user.auditor,
        size=50,
    )
    results = site.discovery.search(query)
    found = cards(site, site.products((hit.document.key for hit in results.hits), request.user))
    chosen = {"q": q, "domain": domain, "tag": tag, "classification": classification}
    return page(request, site, "search.html", found=found, total=results.total, chosen=chosen)


@get("/domains/{domain:str}", permission="consumer", sync_to_thread=True)
def domain_page(request: Request[Identity, Any, Any], site: OpenSite, domain: Name) -> Template:
    """A domain and its products."""
    about = next((each for each in site.registry.domains() if each.domain == domain), None)
    found = cards_of(site, site.registry.heads(domain), request.user)
    return page(request, site, "domain.html", domain=domain, about=about, found=found)


@get("/compare", permission="consumer", sync_to_thread=True)
def compare_page(request: Request[Identity, Any, Any], site: OpenSite, a: Text = "", b: Text = "") -> Template:
    """Two products side by side."""
    sides = [product_page(site, key, request.user) for key in (a, b) if key]
    return page(request, site, "compare.html", sides=sides, chosen={"a": a, "b": b})
