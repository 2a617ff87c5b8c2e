"""Finding products: the first page, search, domains, and two products side by side."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.response import Template

from meshport.marketplace.identity import Identity
from meshport.marketplace.pages.answers import page
from meshport.marketplace.parameters import Filters, Name, OpenSite, Page, Text
from meshport.marketplace.views.cards import cards_of
from meshport.marketplace.views.found import find
from meshport.marketplace.views.home import home
from meshport.marketplace.views.paging import SIZE, place, start
from meshport.marketplace.views.product import side


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
    number: Page = 1,
) -> Template:
    """Search, with what narrows it down."""
    found = find(site, request.user, q, filters, start(number), SIZE)
    return page(request, site, "search.html", found=found, place=place(number, found.total), chosen={"q": q, **filters})


@get("/domains/{domain:str}", permission="consumer", sync_to_thread=True)
def domain_page(request: Request[Identity, Any, Any], site: OpenSite, domain: Name, number: Page = 1) -> Template:
    """A domain and its products, by name."""
    about = next((each for each in site.registry.domains() if each.domain == domain), None)
    keys = site.keys_of(domain, request.user)
    found = cards_of(site, keys[start(number) :][:SIZE], request.user)
    return page(request, site, "domain.html", domain=domain, about=about, found=found, place=place(number, len(keys)))


@get("/compare", permission="consumer", sync_to_thread=True)
def compare_page(request: Request[Identity, Any, Any], site: OpenSite, a: Text = "", b: Text = "") -> Template:
    """Two products side by side."""
    sides = [side(site, key, request.user) for key in (a, b) if key]
    return page(request, site, "compare.html", sides=sides, chosen={"a": a, "b": b})
