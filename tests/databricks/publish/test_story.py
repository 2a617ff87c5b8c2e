"""The story of tests/browser on Databricks: the consumer's own token, which a proxy brings, and the real connector."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from meshport.catalogs.databricks import Warehouse, access_of
from meshport.catalogs.databricks.connection import RefusedError
from tests.browser import story
from tests.browser.visiting import served, windows
from tests.databricks.publish.conftest import NativeDomain
from tests.databricks.publish.test_access import CONSUMER

pytestmark = pytest.mark.dbt


def test_from_the_search_to_the_refusal(native: NativeDomain, browser: Browser) -> None:
    native.publish()
    (native.path / "marketplace.yml").write_text("forwarded_tokens: true\n")
    token = native.double.token(CONSUMER)

    def read() -> str | None:
        warehouse = Warehouse(access_of(), token)
        try:
            return str(warehouse.rows(f"select * from {story.TABLE}"))
        except RefusedError:
            return None
        finally:
            warehouse.close()

    with served(native.path) as address, windows(browser, address) as arrive:
        consumer = arrive(extra_http_headers={"x-forwarded-access-token": token})
        story.tell(consumer, arrive(), CONSUMER, read, "INSUFFICIENT_PERMISSIONS")
