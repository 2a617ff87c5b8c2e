"""Every page, as people meet it: light, dark, on a phone, by keyboard, with a browser that complains about nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from litestar.routes import HTTPRoute

from meshport.discovery import Discovery
from meshport.marketplace.app import create_app
from meshport.marketplace.identity import Identity
from meshport.marketplace.settings import Settings
from meshport.marketplace.site import Site as OpenSite
from meshport.standards import load_standards
from tests.browser.conftest import Site
from tests.browser.story import OWNER, PRODUCT
from tests.browser.visiting import Arrive, Visitor

# An address for every route that answers with a page; a test below finds those that are missing.
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "/": ("/",),
    "/search": ("/search?q=customer", "/search?domain=sales&column=email", "/search?q=nothing+of+the+kind"),
    "/domains/{domain:str}": ("/domains/sales",),
    "/compare": (f"/compare?a={PRODUCT}&b=sales.revenue",),
    "/products/{product:str}": (f"/products/{PRODUCT}", "/products/sales.revenue"),
    "/products/{product:str}/sample/{port:str}": (f"/products/{PRODUCT}/sample/customers.v1",),
    "/me": ("/me",),
    "/decisions": ("/decisions",),
    "/domains/{domain:str}/owner": ("/domains/sales/owner",),
    "/domains/{domain:str}/developers": ("/domains/sales/developers",),
    "/notices": ("/notices",),
    "/login": ("/login",),
    "/signed-out": ("/signed-out",),
    "/governance": ("/governance",),
    "/provisioning": ("/provisioning",),
    "/provisioning/{name:str}": ("/provisioning/logistics", "/provisioning/blocked"),
}
NO_PAGES = (
    "/callback",
    "/products/{product:str}/contracts/{port:str}",
    "/products/{product:str}/descriptor",
)
"""Routes that answer with a file, or send people on."""
MISSING = "/products/sales.nothing"
BAD = ("serious", "critical")
PHONE = {"width": 360, "height": 740}
LOOKS: Mapping[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": PHONE},
}
OPTIONS: Mapping[str, dict[str, Any]] = {"dark": {"runOnly": ["color-contrast"]}}
"""Dark pages are the light ones in other colours: nothing else of them is asked again."""
EVERY = [address for addresses in ADDRESSES.values() for address in addresses]


ROLES: Mapping[str, str] = {"/governance": "auditor", "/provisioning": "provisioner"}
"""Who sees pages that an owner does not see, by how their addresses begin."""


def _shown(arrive: Arrive, **options: Any) -> Visitor:
    """Return a window of the one who sees most: the owner."""
    visitor = arrive(**options)
    visitor.become(OWNER, "owner", "sales")
    return visitor


def _go(visitor: Visitor, address: str) -> None:
    """Open a page as somebody who may see it."""
    for beginning, role in ROLES.items():
        if address.startswith(beginning):
            visitor.become(OWNER, role)
    visitor.go(address)


def test_every_page_has_an_address_here(site: Site) -> None:
    with site.domain.registry() as registry:
        discovery = Discovery.open(registry, load_standards())
        app = create_app(OpenSite(registry, discovery, Settings(), Identity("user:ann", "Ann")))
    found = {route.path for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods}
    pages = {path for path in found if not path.startswith(("/static", "/api")) and path not in NO_PAGES}
    assert pages == set(ADDRESSES)


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious(arrive: Arrive, look: str) -> None:
    visitor = _shown(arrive, **LOOKS[look])
    axe, options = Axe(), OPTIONS.get(look, {})
    found: list[str] = []
    for address in (MISSING, *EVERY):
        if address == MISSING:
            visitor.page.goto(visitor.address + MISSING)
            visitor.complaints.clear()  # the browser says that it is not there
        else:
            _go(visitor, address)
        visitor.page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        for each in axe.run(visitor.page, options=options).response["violations"]:
            if each["impact"] in BAD:
                where = [node["target"] for node in each["nodes"]]
                found.append(f"{address}: {each['id']}: {each['help']}: {json.dumps(where[:3])}")
    assert found == []


def test_no_page_is_wider_than_a_phone(arrive: Arrive) -> None:
    visitor = _shown(arrive, viewport=PHONE)
    wide = []
    for address in EVERY:
        _go(visitor, address)
        width = visitor.page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            wide.append((address, width))
    assert wide == []


@pytest.mark.parametrize("address", EVERY)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(arrive: Arrive, address: str) -> None:
    visitor = _shown(arrive)
    _go(visitor, address)
    page = visitor.page
    seen = page.evaluate(_NUMBER)
    reached, unmarked = set(), []
    for _ in range(seen + 1):
        page.keyboard.press("Tab")
        number, outline = page.evaluate(_FOCUSED)
        if number is None:  # the browser's own bars: once around
            break
        reached.add(number)
        if not outline:
            unmarked.append(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))
    assert unmarked == []
    assert reached == set(range(seen)), page.evaluate(_MISSED, sorted(set(range(seen)) - reached))


# Number what can be used and can be seen: everything that a mouse could reach.
_NUMBER = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((each) => each.checkVisibility() && each.type !== "hidden" && !each.disabled);
  all.forEach((each, number) => each.dataset.number = number);
  return all.length;
}"""
_FOCUSED = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  const number = here.dataset.number;
  return [number === undefined ? null : Number(number), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
}"""
_MISSED = (
    """(numbers) => numbers.map((each) => document.querySelector(`[data-number="${each}"]`).outerHTML.slice(0, 120))"""
)


def test_a_slash_begins_a_search_and_escape_closes_the_menu(arrive: Arrive) -> None:
    visitor = _shown(arrive)
    page = visitor.page
    visitor.go("/me")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("a/b")  # in a field a slash is a slash
    assert page.locator("#find").input_value() == "a/b"
    page.locator("details.who > summary").click()
    assert page.locator("details.who").get_attribute("open") is not None
    page.get_by_role("button", name="Light or dark").focus()
    page.keyboard.press("Escape")
    assert page.locator("details.who").get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_theme_is_kept(arrive: Arrive) -> None:
    visitor = _shown(arrive, color_scheme="light")
    page = visitor.page
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("details.who > summary").click()
    page.get_by_role("button", name="Light or dark").click()
    visitor.go("/me")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
