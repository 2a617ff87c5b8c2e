"""What somebody would try who means harm: each test fails without the defence that it is about."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

import duckdb
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from msgspec.structs import replace

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.domains.answers import Answers, domain_of
from meshport.domains.file import write_domain
from meshport.marketplace.app import HEADERS, LARGEST_BODY, create_app
from meshport.marketplace.identity import Identity
from meshport.marketplace.settings import Provisioning
from meshport.model import Column, Contract, Mask, Owner, Relation, RowFilter, Upstream
from meshport.registry.types import ColumnOrigin, PortLineage
from tests.marketplace.conftest import ADDRESS, ANN, BOB, Opened, Place, site_of
from tests.marketplace.people import OUTSIDE, PEOPLE, SETTINGS, app_with_sign_in, browser_of, call
from tests.registry.samples import port, product, record

SCRIPT = (
    "</title></textarea><script>alert(1)</script><img src=x onerror=alert(1)>\"' onmouseover=alert(1) x=\"'`{{7*7}}"
)
NAME = "n\"'><svg onload=alert(1)>"
PAGES = (
    "/",
    "/search",
    "/domains/sales",
    "/products/sales.hostile",
    f"/products/sales.hostile/sample/{quote(NAME, safe='')}",
    "/compare?a=sales.hostile&b=sales.orders",
    "/me",
    "/decisions",
    "/notices",
    "/domains/sales/owner",
    "/governance",
    "/domains/sales/developers",
    "/provisioning/hostile",
)
REFLECTING = (
    "/search?q={}",
    "/search?domain={}&tag={}&classification={}&owner={}&column={}&status={}&tier={}",
    "/domains/{}",
    "/products/{}",
    "/products/sales.orders/sample/{}",
    "/products/sales.orders/contracts/{}",
    "/compare?a={}",
    "/login?then=/{}",
    "/nothing/{}",
    "/search?page={}",
)


class Found(HTMLParser):
    """Everything in a page that could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hostile: list[str] = []
        self._in_script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        ours = tag == "script" and given.get("src", "") == "/static/site.js"
        if tag in ("script", "img", "iframe", "object", "embed", "base", "style") and not ours:
            self.hostile.append(self.get_starttag_text() or tag)
        self.hostile += [name for name in given if name.startswith("on") or name in ("style", "srcdoc")]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            scheme = urlsplit((given.get(name) or "").strip()).scheme
            if scheme not in ("", "https", "http", "mailto"):
                self.hostile.append(f"{name}={given[name]}")
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.hostile.append(data)


def hostile_product(place: Place) -> None:
    """Publish a product of which every text means harm, and let people say what means harm about it."""
    file = place.folder / "sales_published.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute('create schema "ho""st"')
        named = SCRIPT.replace('"', '""')
        connection.execute(f'create table "ho""st"."ta""ble; drop" as select 1 as "{named}", $v as v', {"v": SCRIPT})
    column = Column(SCRIPT, SCRIPT, SCRIPT, SCRIPT, Mask(SCRIPT, "partial", {}), {SCRIPT: SCRIPT})
    made = port(
        NAME,
        None,
        relation=Relation("sales_published", 'ho"st', 'ta"ble; drop'),
        description=SCRIPT,
        contract=Contract(True, (column, Column("v"))),
        row_filter=RowFilter((SCRIPT,), SCRIPT),
        tags={SCRIPT: SCRIPT},
        upstream=(Upstream(SCRIPT, "model", None, None), Upstream("b", "model", None, SCRIPT)),
    )
    one = product(
        "hostile",
        title=SCRIPT,
        description=SCRIPT,
        owner=Owner(SCRIPT, SCRIPT),
        tier=SCRIPT,
        terms=SCRIPT,
        support={SCRIPT: SCRIPT, "site": "javascript:alert(1)", "data": "data:text/html,<script>alert(1)</script>"},
        tags={SCRIPT: SCRIPT},
        ports=(made,),
    )
    edge = ColumnOrigin("port", SCRIPT, "node", SCRIPT, "copy")
    lineage = PortLineage("port", {"port": SCRIPT, "node": SCRIPT}, (edge,), {SCRIPT: SCRIPT}, {SCRIPT: SCRIPT})
    registry = place.registry
    registry.upsert_domain("sales", SCRIPT, SCRIPT, Owner(SCRIPT, SCRIPT))
    registry.enter_domain("sales", "", "", Owner(), groups=(SCRIPT, SCRIPT), actor="user:it")
    registry.add_member("sales", f"user:{NAME}", actor=SCRIPT)
    told = Answers(
        name="hostile", title=SCRIPT, description=SCRIPT, owner_name=SCRIPT, owner_email=SCRIPT, storage=SCRIPT
    )
    write_domain(place.folder, domain_of(replace(told, size=SCRIPT, platform="duckdb")))
    registry.record_publication(
        record(one, catalog=str(file), plan_digest="hostile", digest="hostile", actor=SCRIPT, lineage={NAME: lineage})
    )
    for who in ("domain:marketing", "user:waiting"):
        subscriptions.request(
            registry, "sales.hostile", who, actor=Actor.named("user:zoe"), purpose=SCRIPT, reason=SCRIPT
        )
    subscriptions.approve(registry, "sales.hostile", "domain:marketing", actor=ANN.actor, reason=SCRIPT)
    registry.rate("sales.hostile", "user:<script>alert(1)</script>", 1, SCRIPT)
    registry.bookmark("sales.hostile", BOB.person, on=True)


@pytest.fixture(scope="module")
def app(house: Place) -> Iterator[Litestar]:
    hostile_product(house)
    with app_with_sign_in(house, replace(SETTINGS, provisioning=Provisioning(str(house.folder)))) as made:
        yield made


@pytest.fixture(scope="module")
def bob(app: Litestar) -> TestClient[Litestar]:
    return browser_of(app, BOB)


# Scripts


@pytest.mark.parametrize("path", PAGES)
def test_what_producers_and_people_write_never_runs(app: Litestar, path: str) -> None:
    shown = ""
    for person in (replace(ANN, auditor=True, provisioner=True), BOB):
        answer = browser_of(app, person).get(path)
        assert answer.status_code == 200 or person is BOB, answer.text
        assert Found(answer.text).hostile == []
        shown += answer.text
    assert "alert(1)" in shown, "the page shows nothing of it"


@pytest.mark.parametrize("path", REFLECTING)
def test_what_a_link_says_never_runs(bob: TestClient[Litestar], path: str) -> None:
    answer = bob.get(path.replace("{}", quote(SCRIPT, safe="")))
    assert answer.status_code < 500 or path.startswith("/login")
    assert Found(answer.text).hostile == []


def test_a_token_planted_in_a_cookie_never_runs(bob: TestClient[Litestar]) -> None:
    """A neighbour on another name of the same domain can set cookies here; the form's token is one of them."""
    answer = bob.get(
        "/products/sales.orders",
        headers={"cookie": f"session={bob.cookies['session']}; csrftoken=<script>alert(1)</script>"},
    )
    assert Found(answer.text).hostile == []


def test_the_persona_page_never_runs_either(place: Place) -> None:
    hostile_product(place)
    app = create_app(site_of(place, Identity(f"user:{NAME}", SCRIPT, owns=frozenset({NAME}))))
    local = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
    local.headers["host"] = "127.0.0.1"
    for path in ("/login?then=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/", "/products/sales.hostile"):
        assert Found(local.get(path).text).hostile == [], path


def test_the_api_sends_json_that_no_browser_takes_for_a_page(bob: TestClient[Litestar]) -> None:
    for path in (
        "/api/v1/products/sales.hostile",
        f"/api/v1/products/{quote(SCRIPT, safe='')}",
        "/api/v1/products?q=<b>",
    ):
        answer = bob.get(path)
        assert answer.headers["content-type"].startswith(("application/json", "application/problem+json"))
        assert answer.headers["x-content-type-options"] == "nosniff"


# Requests of other sites


def unsafe(app: Litestar) -> list[tuple[str, str]]:
    return [
        (method, route.path_format.format(product="sales.orders", port="orders", domain="sales", name="x"))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in sorted(route.methods - {"GET", "HEAD", "OPTIONS"})
    ]


def test_no_other_site_changes_anything_by_a_browser_s_session(app: Litestar, house: Place) -> None:
    browser = browser_of(app, PEOPLE["owner"])
    everything = {"principal": "user:waiting", "action": "approve", "on": "true", "stars": "5", "user": "x"}
    before = house.registry.audit_log(limit=10_000)
    token = browser.cookies["csrftoken"]
    forged = "0" * len(token)
    tried = unsafe(app)
    assert len(tried) >= 14
    for method, path in tried:
        kinds: list[dict[str, Any]] = [
            {"data": everything},
            {"data": {**everything, "_csrf_token": forged}},
            {"data": {**everything, "_csrf_token": forged}, "headers": {"x-csrftoken": forged}},
            {"data": everything, "files": {"on": (None, "true")}},
            {"content": b'{"principal": "user:waiting"}', "headers": {"content-type": "text/plain"}},
            {"json": everything},
        ]
        for kind in kinds:
            answer = browser.request(method, path, **kind)
            assert answer.status_code == 403, (method, path, kind)
    assert house.registry.audit_log(limit=10_000) == before
    assert house.registry.bookmarks("user:owner") == []
    assert browser.get("/me").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_the_api_takes_json_alone(bob: TestClient[Litestar], kind: str) -> None:
    """Three types that a form of another site can send, even if it could send the header."""
    answer = bob.post(
        "/api/v1/products/sales.secret/subscriptions",
        content=b'{"principal": "domain:marketing"}',
        headers={"content-type": kind, "x-meshport": "1"},
    )
    assert answer.status_code == 415
    assert subscriptions.subscriptions(bob.app.state.site.registry, product="sales.secret") == []


def test_no_other_site_reads_anything(bob: TestClient[Litestar]) -> None:
    origin = {"origin": "https://evil.example.com", "access-control-request-method": "POST"}
    for path in ("/api/v1/products", "/api/v1/products/sales.orders/subscriptions", "/products/sales.orders"):
        for method in ("GET", "OPTIONS"):
            answer = bob.request(method, path, headers={**origin, "access-control-request-headers": "x-meshport"})
            assert not [name for name in answer.headers if name.startswith("access-control-")], (method, path)
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"


# Words that a database, a file system or a protocol would take for more than words

INJECTIONS = (
    "' or 1=1 --",
    '" or ""="',
    "'; drop table product; --",
    "%",
    "_",
    "\\",
    "sales' union select 1 --",
    "1) or (1=1",
)


@pytest.mark.parametrize("word", INJECTIONS)
def test_no_parameter_is_sql(bob: TestClient[Litestar], word: str) -> None:
    said = quote(word, safe="")
    for name in ("domain", "tag", "classification", "owner", "column", "status", "tier"):
        found = bob.get(f"/api/v1/products?{name}={said}")
        assert (found.status_code, found.json()["total"]) == (200, 0), name
    assert bob.get(f"/api/v1/products?q={said}").status_code == 200
    for path in (
        f"/api/v1/products/{said}",
        f"/api/v1/products/sales.orders/ports/{said}/sample",
        f"/api/v1/products/sales.orders/ports/{said}/contract",
        f"/products/{said}",
        f"/products/sales.orders/contracts/{said}",
    ):
        assert bob.get(path).status_code == 404, path
    for state in ("subscriptions", "notices", "bookmarks"):
        assert bob.get(f"/api/v1/{state}?limit={said}").status_code == 400
    body = {"stars": 5, "comment": word}
    assert bob.put("/api/v1/products/sales.orders/rating", json=body, headers={"x-meshport": "1"}).status_code == 204
    assert bob.get("/api/v1/products/sales.orders/ratings").json()["items"][0]["comment"] == word.strip()
    assert bob.get("/api/v1/products").json()["total"] == 3


def test_names_of_a_table_are_names(bob: TestClient[Litestar]) -> None:
    answer = bob.get(f"/api/v1/products/sales.hostile/ports/{quote(NAME, safe='')}/sample")
    assert answer.json()["rows"] == [[1, SCRIPT]], answer.text


@pytest.mark.parametrize(
    "path",
    [
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/app.py",
        "%2e%2e%2fapp.py",
        "..%5capp.py",
        "....//app.py",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "site.css/../../app.py",
        "site.css%00.py",
        "..%2ftemplates%2fbase.html",
        "%252e%252e%252fapp.py",
    ],
)
def test_static_files_are_those_of_one_folder(app: Litestar, bob: TestClient[Litestar], path: str) -> None:
    answer = bob.get(f"{OUTSIDE}/static/{path}")
    assert answer.status_code in (303, 400, 404)  # 303: what is left of the path is a page, and no such one
    for inside in ("create_app", "root:", "{% block"):
        assert inside not in answer.text


def test_names_in_headers_are_names(app: Litestar, house: Place) -> None:
    name = 'x"; filename="evil.exe\r\nset-cookie: a=b\u2028ü'
    one = replace(house.registry.require("sales.orders").product, name=name)
    house.registry.record_publication(record(one, plan_digest="header", digest="header"))
    try:
        browser = browser_of(app, BOB)
        said = quote(f"sales.{name}", safe="")
        answer = browser.get(f"/products/{said}/descriptor")
        assert answer.status_code == 200
        disposition = answer.headers["content-disposition"]
        assert re.fullmatch(r'attachment; filename="[\w.-]+\.odps\.yaml"', disposition, re.ASCII), disposition
        assert "a=b" not in answer.headers.get("set-cookie", "")
        moved = call(browser, "POST", f"/products/{said}/bookmark", {"on": "true"})
        assert moved.status_code == 303
        assert "a=b" not in moved.headers.get("set-cookie", "")
        assert "\r" not in moved.headers["location"]
    finally:
        house.registry.set_product_status(one.key, "retired", actor="user:ann@example.com")


# Too much


def test_what_is_too_long_is_refused_before_it_is_read(bob: TestClient[Litestar]) -> None:
    header, path = {"x-meshport": "1"}, "/api/v1/products/sales.orders/rating"
    large = b'{"stars": 5, "comment": "' + b"x" * LARGEST_BODY + b'"}'
    json = {**header, "content-type": "application/json"}
    assert bob.put(path, content=large, headers=json).status_code == 413
    assert bob.put(path, content=iter([large[:10], large[10:]]), headers=json).status_code == 413
    form = {"_csrf_token": bob.cookies["csrftoken"], "stars": "5", "comment": "x" * LARGEST_BODY}
    assert bob.post("/products/sales.orders/rating", data=form).status_code == 413
    assert bob.post("/products/sales.orders/rating", data={**form, "comment": "x" * 2001}).status_code == 400
    assert bob.get("/search", params={"q": "x" * 201}).status_code == 400
    assert bob.get(f"/products/{'x' * 301}").status_code == 400
    assert bob.get("/login", params={"then": "/" + "x" * 2000}).status_code == 400
    for number in (2**63, 2**64, -1, 10**30):
        assert bob.post("/api/v1/notices/read", json={"ids": [number]}, headers=header).status_code == 400, number
        assert call(bob, "POST", "/notices/read", {"number": str(number)}).status_code == 400, number
    assert bob.post("/api/v1/notices/read", json={"ids": [1] * 1001}, headers=header).status_code == 400
    nested = b'{"stars": 5, "comment": ' + b"[" * 30_000
    assert bob.put(path, content=nested, headers=json).status_code == 400


def test_too_many_requests_wait(house: Place) -> None:
    with app_with_sign_in(house, replace(SETTINGS, per_minute=4)) as app:
        one, other = browser_of(app, PEOPLE["consumer"]), browser_of(app, PEOPLE["auditor"])
        assert [one.get("/api/v1/me").status_code for _ in range(6)] == [200] * 4 + [429] * 2
        answer = one.get("/api/v1/me")
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Too many requests" in one.get("/me").text
        assert other.get("/api/v1/me").status_code == 200  # somebody else's requests are somebody else's
        assert one.get("/static/site.css").status_code == 200
        again = browser_of(app, PEOPLE["consumer"])  # another browser is the same person
        assert again.get("/api/v1/me").status_code == 429


# Names and methods that a request claims


@pytest.mark.parametrize("name", ["host", "x-forwarded-host", "forwarded", "x-original-url", "x-rewrite-url"])
def test_no_claimed_name_of_the_host_gets_into_an_answer(bob: TestClient[Litestar], name: str) -> None:
    value = {"forwarded": "host=evil.example.com", "x-original-url": "/decisions"}.get(name, "evil.example.com")
    for path in ("/", "/nothing", "/api/openapi.json", "/products/sales.orders"):
        answer = bob.get(path, headers={name: value})
        assert "evil.example.com" not in answer.text + str(answer.headers), path
        assert "<h1>Decisions" not in answer.text
    assert bob.get("/me", headers={name: value, "cookie": ""}).headers.get("location", "/login").startswith("/login")


def test_a_machine_s_marketplace_hears_its_own_names_alone(opened: Opened) -> None:
    bob = opened(BOB)
    for host in ("evil.example.com", "127.0.0.1.evil.example.com", "localhost.evil.example.com", "127.0.0.1:81", ""):
        for path in ("/", "/api/v1/products", "/static/site.css"):
            assert bob.get(path, headers={"host": host}).status_code == 400, (host, path)


def test_a_method_is_what_it_is(bob: TestClient[Litestar], house: Place) -> None:
    house.registry.bookmark("sales.orders", BOB.person, on=True)
    override = {"x-http-method-override": "DELETE", "x-method-override": "DELETE", "x-meshport": "1"}
    assert bob.get("/api/v1/bookmarks/sales.orders?_method=DELETE", headers=override).status_code == 405
    assert bob.post("/api/v1/bookmarks/sales.orders?_method=DELETE", headers=override).status_code == 405
    assert bob.get("/products/sales.orders/bookmark?on=false").status_code == 405
    for method in ("TRACE", "CONNECT", "PATCH", "PROPFIND"):
        assert bob.request(method, "/products/sales.orders").status_code == 405, method
    assert "sales.orders" in house.registry.bookmarks(BOB.person)


# What every answer says, and what none says


def test_every_answer_carries_the_headers(
    app: Litestar, bob: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the insides: password=hunter2")

    monkeypatch.setattr(type(bob.app.state.site.registry), "domains", broken)
    nobody = browser_of(app, None)
    header = {"x-meshport": "1"}
    answers = [
        (200, bob.get("/products/sales.orders")),
        (200, bob.get("/static/site.css")),
        (200, bob.get("/api/v1/me")),
        (204, bob.put("/api/v1/bookmarks/sales.orders", headers=header)),
        (204, bob.options("/products/sales.orders")),
        (303, nobody.get("/me")),
        (400, bob.get("/search?page=0")),
        (401, nobody.get("/api/v1/me")),
        (403, bob.post("/products/sales.orders/decide")),
        (404, bob.get("/nothing")),
        (404, bob.get("/static/nothing")),
        (404, bob.get("/api/v1/nothing")),
        (405, bob.post("/me")),
        (
            409,
            bob.post(
                "/api/v1/products/sales.orders/subscriptions", json={"principal": "domain:marketing"}, headers=header
            ),
        ),
        (413, bob.put("/api/v1/products/sales.orders/rating", content=b" " * (LARGEST_BODY + 1), headers=header)),
        (
            415,
            bob.put("/api/v1/products/sales.orders/rating", content=b"x", headers={**header, "content-type": "text/x"}),
        ),
        (500, bob.get("/")),
        (503, nobody.get("/login")),
    ]
    for status, answer in answers:
        assert answer.status_code == status, (status, answer.request.url)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (name, answer.request.url)
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
        assert "server" not in answer.headers
        kept = answer.headers.get("cache-control")
        assert kept == "no-store" or "/static/" in str(answer.request.url), answer.request.url


def test_a_defect_says_nothing_of_our_insides(
    bob: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the insides")

    registry = type(bob.app.state.site.registry)
    monkeypatch.setattr(registry, "domains", broken)
    monkeypatch.setattr(registry, "notices", broken)
    for path in ("/?code=a-code-of-somebody", "/api/v1/notices?token=a-token-of-somebody"):
        answer = bob.get(path)
        assert answer.status_code == 500
        for inside in ("the insides", "Traceback", "RuntimeError", ".py", "site-packages"):
            assert inside not in answer.text
    said = caplog.text
    assert "the insides" in said  # the log says what, to whoever runs it
    for secret in ("a-code-of-somebody", "a-token-of-somebody", bob.cookies["session"], bob.cookies["csrftoken"]):
        assert secret not in said


def test_cookies_are_for_https_alone_where_people_come_by_https(app: Litestar, opened: Opened) -> None:
    behind_https = TestClient(app, base_url=OUTSIDE).get("/signed-out").headers.get_list("set-cookie")
    local = opened(BOB).get("/login").headers.get_list("set-cookie")
    for cookies, secure in ((behind_https, True), (local, False)):
        assert cookies
        for cookie in cookies:
            assert ("secure" in cookie.lower()) is secure, cookie
            assert "httponly" in cookie.lower()
            assert "samesite=lax" in cookie.lower()


def test_what_is_signed_in_is_not_written_to_the_log(app: Litestar, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    browser = browser_of(app, BOB)
    browser.get("/me")
    browser.get("/api/v1/me", headers={"authorization": "Bearer eyJhbGciOiJub25lIn0.e30."})
    for secret in ("eyJhbGci", browser.cookies["session"], browser.cookies["csrftoken"]):
        assert secret not in caplog.text
