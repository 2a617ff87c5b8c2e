"""Signing in at a real issuer, and what somebody would try who is not supposed to get in."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from meshport.marketplace.app import create_app
from meshport.marketplace.settings import CLIENT_SECRET, SESSION_KEY, Oidc, Settings
from meshport.marketplace.sign_in import local_path
from tests.marketplace.conftest import Place, site_of
from tests.marketplace.issuing import (
    OTHER_CLIENT,
    OUTSIDE,
    PEOPLE,
    SECRET,
    SECRET_CLIENT,
    Issuing,
    new_key,
    running,
    sign_in,
    visit,
    why_not,
)

pytestmark = pytest.mark.skipif(why_not() is not None, reason=f"no issuer: {why_not()}")
Market = Callable[..., TestClient[Litestar]]


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuing]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def apps(house: Place, issuer: Issuing) -> Iterator[Callable[[Settings], Litestar]]:
    """Make marketplaces where people sign in, one for each settings."""
    made: dict[Settings, Litestar] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SESSION_KEY, "ab" * 32)

        def app(settings: Settings) -> Litestar:
            if settings not in made:
                made[settings] = create_app(site_of(house, None, settings))
            return made[settings]

        yield app


@pytest.fixture
def market(apps: Callable[[Settings], Litestar], issuer: Issuing) -> Market:
    """Each call is another browser at the marketplace."""

    def browser(settings: Settings | None = None) -> TestClient[Litestar]:
        app = apps(settings or issuer.settings())
        return TestClient(app, base_url=OUTSIDE, raise_server_exceptions=False)

    return browser


def me(client: TestClient[Litestar], token: str | None = None) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return client.get("/api/v1/me", headers=headers)


def test_groups_of_the_issuer_make_roles(market: Market) -> None:
    browser = market()
    answer = sign_in(browser, "bob", then="/products/sales.orders?tab=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/products/sales.orders?tab=1")
    found = me(browser).json()
    assert found["person"] == "user:bob@example.com"
    assert (found["owns"], found["develops"], found["auditor"]) == (["finance"], ["marketing"], True)
    assert found["provisioner"] is False


def test_people_who_are_not_signed_in_are_sent_to_the_issuer(market: Market) -> None:
    browser = market()
    answer = browser.get("/products/sales.orders?x=1", follow_redirects=False)
    assert answer.headers["location"] == "/login?then=%2Fproducts%2Fsales.orders%3Fx%3D1"
    asked = parse_qs(urlsplit(browser.get("/login", follow_redirects=False).headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{OUTSIDE}/callback"]
    assert len(asked["state"][0]) >= 32
    assert len(asked["nonce"][0]) >= 32


def test_a_client_with_a_secret_signs_in_and_the_secret_is_in_no_log(
    market: Market, issuer: Issuing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(CLIENT_SECRET, SECRET)
    browser = market(issuer.settings(SECRET_CLIENT))
    back = visit(browser.get("/login", follow_redirects=False).headers["location"], "ann")
    assert browser.get(back.removeprefix(OUTSIDE), follow_redirects=False).status_code == 303
    assert me(browser).json()["person"] == "user:ann@example.com"
    session = browser.cookies["session"]
    browser.get("/callback", params={"state": "x", "code": "secret-code"})
    me(browser, issuer.token(aud=OTHER_CLIENT))
    said = "\n".join(record.getMessage() + str(record.args) for record in caplog.records)
    for secret in (SECRET, session, "ab" * 32, "eyJ"):
        assert secret not in said
    monkeypatch.setenv(CLIENT_SECRET, "wrong")
    answer = sign_in(market(issuer.settings(SECRET_CLIENT)), "ann")
    assert answer.status_code == 403
    assert "wrong" not in answer.text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(market: Market) -> None:
    answer = sign_in(market(), "ann")
    cookies = answer.headers.get_list("set-cookie")
    kept = next(cookie for cookie in cookies if cookie.startswith("session="))
    for flag in ("httponly", "secure", "samesite=lax", "path=/"):
        assert flag in kept.lower(), flag
    assert "ann" not in kept
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


def test_a_session_from_before_the_sign_in_is_worth_nothing_after(market: Market) -> None:
    victim, attacker = market(), market()
    begun = victim.get("/login", follow_redirects=False)
    planted = victim.cookies["session"]
    answer = victim.get(visit(begun.headers["location"], "ann").removeprefix(OUTSIDE), follow_redirects=False)
    assert answer.status_code == 303
    assert victim.cookies["session"] != planted
    attacker.cookies.set("session", planted)
    assert me(attacker).status_code == 401


def test_a_session_that_somebody_made_up_is_no_session(market: Market) -> None:
    browser = market()
    for made_up in ("null", "AAAA", base64.b64encode(b"x" * 200).decode()):
        browser.cookies.set("session", made_up)
        assert me(browser).status_code == 401


@pytest.mark.parametrize("minutes", [60, 5])
def test_roles_are_no_older_than_a_session(
    market: Market, issuer: Issuing, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    """Then the issuer is asked again: who is in other groups by then has other roles."""
    browser = market(replace(issuer.settings(), session_minutes=minutes))
    sign_in(browser, "ann")
    began = time.time()
    assert me(browser).json()["owns"] == ["sales"]
    monkeypatch.setattr("meshport.marketplace.session.time.time", lambda: began + minutes * 60 - 1)
    assert me(browser).status_code == 200
    monkeypatch.setattr("meshport.marketplace.session.time.time", lambda: began + minutes * 60 + 1)
    assert me(browser).status_code == 401  # although the cookie itself was renewed a moment ago
    sent = browser.post("/products/sales.orders/bookmark", data={"_csrf_token": browser.cookies["csrftoken"]})
    assert (sent.status_code, "sign in, go back, and send it again" in sent.text) == (401, True)
    page = browser.get("/products/sales.orders", follow_redirects=False)
    assert page.headers["location"] == "/login?then=%2Fproducts%2Fsales.orders"
    monkeypatch.undo()  # the issuer's cookies go by the same clock
    assert sign_in(browser, "bob", then="/products/sales.orders").headers["location"] == "/products/sales.orders"
    assert me(browser).json()["owns"] == ["finance"]


def test_signing_out(market: Market) -> None:
    browser = market()
    sign_in(browser, "ann")
    assert browser.post("/logout").status_code == 403  # another site's form has no token
    assert me(browser).status_code == 200
    browser.get("/me")
    answer = browser.post("/logout", data={"_csrf_token": browser.cookies["csrftoken"]}, follow_redirects=True)
    assert "You are signed out" in answer.text
    assert me(browser).status_code == 401


def test_an_answer_to_another_sign_in_is_refused(market: Market) -> None:
    victim, attacker = market(), market()
    location = attacker.get("/login", follow_redirects=False).headers["location"]
    back = visit(location, "bob").removeprefix(OUTSIDE)  # the attacker's own code, sent to the victim
    assert victim.get(back, follow_redirects=False).status_code == 403  # who began nothing
    victim.get("/login", follow_redirects=False)
    answer = victim.get(back, follow_redirects=False)  # whose state is another
    assert answer.status_code == 403
    assert "the answer belongs to another sign-in" in answer.text
    assert me(victim).status_code == 401


def test_a_token_of_another_sign_in_is_refused(market: Market) -> None:
    browser = market()
    location = browser.get("/login", follow_redirects=False).headers["location"]
    nonce = parse_qs(urlsplit(location).query)["nonce"][0]
    back = visit(location.replace(nonce, "another"), "ann").removeprefix(OUTSIDE)
    answer = browser.get(back, follow_redirects=False)
    assert answer.status_code == 403
    assert "the token belongs to another sign-in" in answer.text


def test_a_code_is_good_for_once(market: Market) -> None:
    browser = market()
    location = browser.get("/login", follow_redirects=False).headers["location"]
    before = browser.cookies["session"]
    back = visit(location, "ann").removeprefix(OUTSIDE)
    assert browser.get(back, follow_redirects=False).status_code == 303
    assert browser.get(back, follow_redirects=False).status_code == 403
    again = market()
    again.cookies.set("session", before)  # a copy of the cookie that began it
    answer = again.get(back, follow_redirects=False)
    assert answer.status_code == 403
    assert "the issuer refused" in answer.text


def test_a_code_needs_the_verifier_of_the_browser_that_began(market: Market) -> None:
    one, other = market(), market()
    back = visit(one.get("/login", follow_redirects=False).headers["location"], "ann")
    code = parse_qs(urlsplit(back).query)["code"][0]
    begun = parse_qs(urlsplit(other.get("/login", follow_redirects=False).headers["location"]).query)
    # A stolen code with a state that fits: PKCE is what stops it.
    answer = other.get("/callback", params={"code": code, "state": begun["state"][0]}, follow_redirects=False)
    assert answer.status_code == 403


@pytest.mark.parametrize("error", ["access_denied", "<script>alert(1)</script>"])
def test_what_the_issuer_refuses_is_refused(market: Market, error: str) -> None:
    browser = market()
    begun = parse_qs(urlsplit(browser.get("/login", follow_redirects=False).headers["location"]).query)
    answer = browser.get("/callback", params={"error": error, "state": begun["state"][0]}, follow_redirects=False)
    assert answer.status_code == 403
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("account", "says"),
    [("unverified", "names nobody"), ("nameless", "names nobody"), ("everywhere", "too many")],
)
def test_whom_the_issuer_does_not_vouch_for_does_not_get_in(market: Market, account: str, says: str) -> None:
    browser = market()
    answer = sign_in(browser, account)
    assert answer.status_code == 403
    assert says in answer.text
    assert me(browser).status_code == 401


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.example.com",
        "//evil.example.com",
        "/\\evil.example.com",
        "javascript:alert(1)",
        "/a\r\nset-cookie:x=1",
        "/\t/evil.example.com",
        "",
    ],
)
def test_nobody_is_sent_elsewhere(market: Market, then: str) -> None:
    answer = sign_in(market(), "ann", then=then)
    assert answer.headers["location"] == "/"
    assert "x=1" not in answer.headers.get("set-cookie", "")
    assert local_path(then) == "/"


def test_programs_come_with_a_token(market: Market, issuer: Issuing) -> None:
    program = market()
    assert me(program, issuer.token()).json()["owns"] == ["sales"]
    headers = {"authorization": f"Bearer {issuer.token()}"}
    assert program.put("/api/v1/bookmarks/sales.orders", headers=headers).status_code == 204
    assert program.get("/api/v1/bookmarks", headers=headers).json()["total"] == 1
    # A token is no key to the pages' forms.
    assert program.post("/products/sales.orders/bookmark", data={"on": "true"}, headers=headers).status_code == 403


def test_a_session_does_not_help_a_token_that_is_refused(market: Market, issuer: Issuing) -> None:
    browser = market()
    sign_in(browser, "ann")
    assert me(browser, "nonsense").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": OTHER_CLIENT},
        {"aud": ["meshport", OTHER_CLIENT]},
        {"aud": None},
        {"iss": "https://evil.example.com"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "9999999999"},
        {"nbf": 9_999_999_999},
        {"iat": 9_999_999_999},
        {"email": "a b@example.com"},
        {"email": "user:ann@example.com"},
        {"email": None},
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_is_refused(market: Market, issuer: Issuing, changes: dict[str, Any]) -> None:
    assert me(market(), issuer.token(**changes)).status_code == 401


def test_a_token_that_somebody_else_signed_is_refused(market: Market, issuer: Issuing) -> None:
    program, good = market(), issuer.token()
    header, body, signature = good.split(".")
    none = _part({"alg": "none", "typ": "JWT"})
    forged = new_key()
    hostile = {
        "none": f"{none}.{body}.",
        "none, signed": f"{none}.{body}.{signature}",
        "another key": issuer.token(forged),
        "another body": f"{header}.{_part({**PEOPLE['bob'], 'aud': 'meshport'})}.{signature}",
        "our public key as a shared secret": f"{_part({'alg': 'HS256', 'kid': issuer.key.kid})}.{body}.{signature}",
        "a key of its own": f"{_part({'alg': 'RS256', 'jwk': forged.as_dict(private=False)})}.{body}.{signature}",
        "nothing": "",
        "long": "a" * 5000,
    }
    for kind, token in hostile.items():
        assert me(program, token or " ").status_code == 401, kind
    assert me(program, good).status_code == 200


def test_an_issuer_that_is_down_is_said_to_be_down(market: Market) -> None:
    settings = Settings(url=OUTSIDE, oidc=Oidc("http://127.0.0.1:9", "meshport"))
    browser = market(settings)
    answer = browser.get("/login", follow_redirects=False)
    assert answer.status_code == 503
    assert "the issuer cannot be reached" in answer.text
    assert me(browser, "a.b.c").status_code == 503
    assert browser.get("/static/site.css").status_code == 200


def test_an_issuer_that_is_another_is_not_believed(market: Market, issuer: Issuing) -> None:
    settings = Settings(url=OUTSIDE, oidc=Oidc(issuer.address.replace("127.0.0.1", "localhost"), "meshport"))
    answer = market(settings).get("/login", follow_redirects=False)
    assert answer.status_code == 503
    assert "calls itself" in answer.text


def test_people_by_another_claim(market: Market, issuer: Issuing) -> None:
    """As with Entra ID, which verifies no addresses: there the tenant's own names are to be used."""
    settings = issuer.settings(person="preferred_username", groups="roles")
    token = issuer.token(email=None, groups=None, preferred_username="ann@tenant.example.com", roles=["sales-owners"])
    found = me(market(settings), token).json()
    assert (found["person"], found["owns"]) == ("user:ann@tenant.example.com", ["sales"])


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
