"""Samples of ports on Databricks: read as whoever looks, by a token of their own that a proxy brings, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from meshport.catalogs.databricks.calls import unlisted
from meshport.discovery import Discovery
from meshport.marketplace.app import create_app
from meshport.marketplace.identity import Identity
from meshport.marketplace.settings import Settings
from meshport.marketplace.site import Site
from meshport.standards import load_standards
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks.publish.test_access import CONSUMER, KEY, let_in

pytestmark = pytest.mark.dbt

HEADER = "x-forwarded-access-token"
PAGE = f"/products/{KEY}/sample/customers.v1"
API = f"/api/v1/products/{KEY}/ports/customers.v1/sample"
ADDRESS = "http://127.0.0.1"
QUERY = "SELECT * FROM sales_published.customer_orders.customers_v1 limit 20"
BEHIND_A_PROXY = Settings(forwarded_tokens=True)
Look = Callable[..., TestClient[Litestar]]


@pytest.fixture
def look(native: NativeDomain) -> Iterator[Look]:
    """Return a browser of somebody, with a token that came with the request."""
    native.publish()
    with native.registry() as registry:
        discovery = Discovery.open(registry, load_standards())

        def browser(name: str, token: str | None = None, settings: Settings = BEHIND_A_PROXY) -> TestClient[Litestar]:
            app = create_app(Site(registry, discovery, settings, Identity(f"user:{name}", name)))
            client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
            client.headers.update({"host": "127.0.0.1", **({HEADER: token} if token else {})})
            return client

        yield browser


def queries(native: NativeDomain) -> list[tuple[str, str, dict[str, Any]]]:
    with native.registry() as registry:
        return [(each.action, each.actor, each.detail) for each in registry.audit_log(KEY) if "query" in each.action]


def test_the_catalog_masks_for_one_and_refuses_another(look: Look, native: NativeDomain) -> None:
    mark = native.mark()
    analyst = look("analyst", native.double.token("analyst"))
    found = analyst.get(API).json()
    assert found["reader"] == "user:analyst"
    assert found["rows"] == [[1, "***@example.com", "NL", "1980-01-01"], [2, "***@example.org", "BE", "1990-01-01"]]
    assert [each["type"] for each in found["columns"]] == ["int", "string", "string", "date"]
    assert "***@example.com" in analyst.get(PAGE).text
    assert native.sent(mark) == ["SELECT current_user()", QUERY] * 2
    assert unlisted(native.sent(mark)) == []

    stranger = look(CONSUMER, native.double.token(CONSUMER))
    refused = stranger.get(API)
    assert refused.status_code == 403
    assert "INSUFFICIENT_PERMISSIONS" in refused.json()["detail"]
    page = stranger.get(PAGE)
    assert (page.status_code, "example.com" in page.text) == (200, False)
    assert QUERY in page.text
    let_in(native)
    assert stranger.get(API).json()["rows"] == found["rows"]
    assert [(action, actor, "refused" in told) for action, actor, told in queries(native)][::-1] == [
        ("query", "user:analyst", False),
        ("query", "user:analyst", False),
        ("query.refused", f"user:{CONSUMER}", True),
        ("query.refused", f"user:{CONSUMER}", True),
        ("query", f"user:{CONSUMER}", False),
    ]


def test_without_a_token_that_counts_there_is_the_query_and_no_row(look: Look, native: NativeDomain) -> None:
    mark = native.mark()
    real = native.double.token("analyst")
    nobody_brings_it = look("analyst", real, Settings())
    for browser in (nobody_brings_it, look("analyst"), look("analyst", "")):
        answer = browser.get(PAGE)
        assert (answer.status_code, QUERY in answer.text) == (200, True)
        assert "run the query as yourself" in answer.text
        assert browser.get(API).status_code == 403
    assert native.sent(mark) == []
    assert queries(native) == []


def test_a_token_is_good_for_its_owner_in_its_workspace_and_is_written_nowhere(
    look: Look, native: NativeDomain, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    real, made_up = native.double.token("analyst"), "dapi-made-up"
    answers = [look(CONSUMER, real).get(API), look("analyst", made_up).get(API)]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert "the catalog knows you as analyst, and here you are user:nobody" in answers[0].json()["detail"]
    assert [action for action, *_ in queries(native)] == ["query.refused"] * 2
    answers += [look("analyst", real).get(path) for path in (PAGE, API)]
    assert "***@example.com" in answers[2].text
    calls = native.double.calls
    monkeypatch.setenv("DATABRICKS_HOST", "https://127.0.0.1:9")
    answers.append(look("analyst", real).get(API))
    monkeypatch.delenv("DATABRICKS_HOST")
    answers.append(look("analyst", real).get(API))
    assert [answer.status_code for answer in answers[4:]] == [503, 503]
    assert native.double.calls == calls
    for token in (real, made_up):
        assert all(token not in answer.text + str(answer.headers) for answer in answers)
        assert token not in caplog.text
        for file in native.path.glob("registry.db*"):
            assert token.encode() not in file.read_bytes()
