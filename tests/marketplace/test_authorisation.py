"""Who may do what: every route, every role. A route that is not in the table fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.domains.answers import Answers, domain_of
from meshport.domains.file import write_domain
from meshport.marketplace.app import create_app
from meshport.marketplace.permissions import OPTION, handlers
from meshport.marketplace.settings import Provisioning
from meshport.model import Owner
from tests.marketplace.conftest import ANN, Place, site_of
from tests.marketplace.people import PEOPLE, SETTINGS, app_with_sign_in, browser_of, call

ROLES = tuple(PEOPLE)
LOGIN = 303  # a page sends people to sign in
Expected = dict[str, int]


class Row(NamedTuple):
    """What to send, and what each role gets."""

    expected: Expected
    body: dict[str, Any] | Callable[[str], dict[str, Any]] | None = None
    product: str = "sales.orders"


def anybody(status: int) -> Expected:
    return dict.fromkeys(ROLES, status)


def signed_in(status: int, nobody: int) -> Expected:
    return {**anybody(status), "nobody": nobody}


def owner(status: int, nobody: int) -> Expected:
    return {**anybody(403), "nobody": nobody, "owner": status}


def provisioner(status: int, nobody: int) -> Expected:
    return {**anybody(403), "nobody": nobody, "provisioner": status}


def readers(status: int, *, without: tuple[str, ...] = ()) -> Expected:
    """Marketing reads sales.orders, and sales owns it."""
    reading = {"developer", "developer elsewhere", "owner", "owner elsewhere"}.difference(without)
    return {**anybody(403), "nobody": 401, **dict.fromkeys(reading, status)}


def decision(who: str, **more: str) -> dict[str, Any]:
    return {"principal": f"user:{who}", **more}


PAGE, API = signed_in(200, LOGIN), signed_in(200, 401)
TABLE: dict[tuple[str, str], Row] = {
    ("GET", "/"): Row(PAGE),
    ("GET", "/search"): Row(PAGE),
    ("GET", "/domains/{domain}"): Row(PAGE),
    ("GET", "/compare"): Row(PAGE),
    ("GET", "/products/{product}"): Row(PAGE),
    ("GET", "/products/{product}/sample/{port}"): Row(PAGE),  # a page that says so, to those who may not
    ("GET", "/products/{product}/contracts/{port}"): Row(PAGE),
    ("GET", "/products/{product}/descriptor"): Row(PAGE),
    ("POST", "/products/{product}/ask"): Row(signed_in(303, 401), lambda role: {"principal": _who(role)}),
    ("POST", "/products/{product}/rating"): Row(
        {**readers(303, without=("owner",))},
        {"stars": "3"},
    ),
    ("POST", "/products/{product}/bookmark"): Row(signed_in(303, 401), {"on": "true"}),
    ("GET", "/me"): Row(PAGE),
    ("GET", "/decisions"): Row(PAGE),  # of one's own domains: others see nothing there
    ("POST", "/products/{product}/decide"): Row(owner(303, 401), decision("page", action="approve"), "sales.secret"),
    ("GET", "/domains/{domain}/owner"): Row(
        {**owner(200, LOGIN), "developer": 200, "auditor": 200},
    ),
    ("GET", "/governance"): Row({**anybody(403), "nobody": LOGIN, "provisioner": 200, "auditor": 200}),
    ("GET", "/provisioning"): Row(provisioner(200, LOGIN)),
    ("POST", "/new-domain"): Row(provisioner(400, 401), {"name": "Not A Name"}),
    ("GET", "/provisioning/{name}"): Row(provisioner(200, LOGIN)),
    ("POST", "/provisioning/{name}/apply"): Row(provisioner(409, 401), {"digest": "00"}),  # another plan by now
    ("GET", "/domains/{domain}/developers"): Row(owner(200, LOGIN)),
    ("POST", "/domains/{domain}/developers/change"): Row(owner(303, 401), {"person": "dora@example.com"}),
    ("GET", "/notices"): Row(PAGE),
    ("POST", "/notices/read"): Row(signed_in(303, 401), {}),
    ("GET", "/login"): Row(anybody(503)),  # the issuer of these tests is down
    ("GET", "/callback"): Row(anybody(403)),  # nobody began
    ("POST", "/persona"): Row(anybody(403), {"user": "somebody"}),  # people sign in here
    ("POST", "/logout"): Row(anybody(303)),
    ("GET", "/signed-out"): Row(anybody(200)),
    ("GET", "/static/{file_path}"): Row(anybody(200)),
    ("HEAD", "/static/{file_path}"): Row(anybody(200)),
    ("GET", "/api"): Row(anybody(200)),
    ("GET", "/api/openapi.json"): Row(anybody(200)),
    ("GET", "/api/{path}"): Row(anybody(404)),
    ("GET", "/api/v1/products"): Row(API),
    ("GET", "/api/v1/products/{product}"): Row(API),
    ("GET", "/api/v1/products/{product}/versions"): Row(API),
    ("GET", "/api/v1/products/{product}/quality"): Row(API),
    ("GET", "/api/v1/products/{product}/costs"): Row({**owner(200, 401), "provisioner": 200, "auditor": 200}),
    ("GET", "/api/v1/products/{product}/ports/{port}/contract"): Row(API),
    ("GET", "/api/v1/products/{product}/ports/{port}/lineage"): Row(signed_in(404, 401)),  # none is recorded
    ("GET", "/api/v1/products/{product}/ports/{port}/sample"): Row(readers(200)),
    ("GET", "/api/v1/products/{product}/ratings"): Row(API),
    ("PUT", "/api/v1/products/{product}/rating"): Row(readers(204, without=("owner",)), {"stars": 3}),
    ("GET", "/api/v1/subscriptions"): Row(API),
    ("GET", "/api/v1/products/{product}/subscriptions"): Row(owner(200, 401)),
    ("POST", "/api/v1/products/{product}/subscriptions"): Row(
        signed_in(201, 401), lambda role: {"principal": _who(role)}, "sales.secret"
    ),
    ("POST", "/api/v1/products/{product}/subscriptions/approve"): Row(
        owner(200, 401), decision("approve"), "sales.secret"
    ),
    ("POST", "/api/v1/products/{product}/subscriptions/deny"): Row(owner(200, 401), decision("deny"), "sales.secret"),
    ("POST", "/api/v1/products/{product}/subscriptions/revoke"): Row(
        owner(200, 401), decision("revoke"), "sales.secret"
    ),
    ("GET", "/api/v1/me"): Row(API),
    ("GET", "/api/v1/bookmarks"): Row(API),
    ("PUT", "/api/v1/bookmarks/{product}"): Row(signed_in(204, 401)),
    ("DELETE", "/api/v1/bookmarks/{product}"): Row(signed_in(204, 401)),
    ("GET", "/api/v1/notices"): Row(API),
    ("POST", "/api/v1/notices/read"): Row(API, {}),
}


def _who(role: str) -> str:
    identity = PEOPLE[role]
    return identity.person if identity else "user:nobody"


@pytest.fixture(scope="module")
def app(house: Place) -> Iterator[Litestar]:
    for who in ("page", "approve", "deny", "revoke"):
        subscriptions.request(house.registry, "sales.secret", f"user:{who}", actor=Actor.named(f"user:{who}"))
    subscriptions.approve(house.registry, "sales.secret", "user:revoke", actor=ANN.actor)
    groups = ("sales-owners", "sales-developers")
    house.registry.enter_domain("sales", "Sales", "", Owner(), groups=groups, actor="user:it")
    write_domain(house.folder, domain_of(Answers(name="logistics", platform="duckdb")))
    portal = Provisioning(str(house.folder))
    with app_with_sign_in(house, replace(SETTINGS, provisioning=portal)) as made:
        yield made


def test_every_route_is_in_the_table(app: Litestar) -> None:
    served = {
        (method, route.path_format or "/")
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    assert len(app.routes) == sum(isinstance(route, HTTPRoute) for route in app.routes)
    assert served == set(TABLE)


def test_every_route_declares_its_permission(app: Litestar) -> None:
    assert all(handler.opt.get(OPTION) for handler in handlers(app))


@pytest.mark.parametrize(("method", "path"), TABLE, ids=" ".join)
def test_every_role_gets_what_the_table_says(app: Litestar, method: str, path: str) -> None:
    row = TABLE[method, path]
    address = path.format(
        product=row.product, port="orders", domain="sales", file_path="site.css", path="nothing", name="logistics"
    )
    got = {}
    for role in ROLES:
        body = row.body(role) if callable(row.body) else row.body
        got[role] = call(browser_of(app, PEOPLE[role]), method, address, body).status_code
    assert got == row.expected


def test_what_is_not_there_is_not_there_for_anybody(app: Litestar) -> None:
    for role in ROLES:
        assert browser_of(app, PEOPLE[role]).get("/api/v1/nothing").status_code == 404, role


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("sales.orders/subscriptions?domain=marketing", 403),
        ("marketing.%2E%2E%2Fsales.orders/subscriptions", 404),
        ("Marketing.orders/subscriptions", 403),
        (".sales.orders/subscriptions", 403),
        ("%00marketing.orders/subscriptions", 403),
    ],
)
def test_an_owner_gets_nowhere_by_calling_products_something_else(app: Litestar, path: str, status: int) -> None:
    browser = browser_of(app, PEOPLE["owner elsewhere"])
    assert browser.get(f"/api/v1/products/{path}").status_code == status


def test_an_owner_is_none_of_another_domain_s_products(app: Litestar) -> None:
    browser = browser_of(app, PEOPLE["owner"])
    assert browser.get("/api/v1/products/marketing.campaigns/subscriptions").status_code == 403
    assert (
        call(browser, "POST", "/products/marketing.campaigns/decide", decision("x", action="deny")).status_code == 403
    )
    assert browser.get("/domains/marketing/owner").status_code == 403


def test_decisions_are_of_one_s_own_domains(app: Litestar, house: Place) -> None:
    assert "sales.orders" in browser_of(app, PEOPLE["owner"]).get("/decisions").text
    for role in ("consumer", "developer", "owner elsewhere", "provisioner", "auditor"):
        assert "domain:marketing" not in browser_of(app, PEOPLE[role]).get("/decisions").text, role


def test_a_route_without_a_permission_is_not_served(house: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from litestar import get
    from litestar.exceptions import ImproperlyConfiguredException

    from meshport.marketplace import app as module

    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "open"

    monkeypatch.setattr(module, "PAGES", [*module.PAGES, forgotten])
    with pytest.raises(ImproperlyConfiguredException, match="declares no permission"):
        create_app(site_of(house, ANN))
