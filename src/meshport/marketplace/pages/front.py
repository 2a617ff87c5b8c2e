"""Finding products: the first page, search, domains, and two products side by side."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get
from litestar.params import QueryParameter
from litestar.response import Template

from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import page
from meshport.marketplace.parameters import Filters, Name, OpenSite, Text
from meshport.marketplace.views.cards import cards_of
from meshport.marketplace.views.found import find
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
    filters: Filters,
    q: Text = "",
    number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> Template:
    """Search, with what narrows it down."""
    found = find(site, request.user, q, filters, number)
    return page(request, site, "search.html", found=found, chosen={"q": q, **filters})


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
