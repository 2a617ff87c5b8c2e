"""One story in two browsers: found, judged, asked for, approved, read under a mask, revoked, refused."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OWNER, PRODUCT, Arrive, Site, Visitor
from tests.publish.domain import Domain, Done

TABLE = "sales_published.customer_orders.customers_v1"


@pytest.mark.dbt
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_search_to_the_refusal(arrive: Arrive, site: Site, scripts: bool) -> None:
    # Each run has a reader of its own: the other one's subscription is another story.
    reader = f"reader{int(scripts)}@example.com"
    consumer = arrive(java_script_enabled=scripts)
    owner = arrive(java_script_enabled=scripts)
    consumer.become(reader, "consumer")
    owner.become(OWNER, "owner", "sales")

    _find(consumer)
    assert _rows(site.domain, reader).code == 7
    _ask(consumer.page, "to plan a campaign")

    _decide(owner, reader, "Approve", "to plan a campaign")
    done = _rows(site.domain, reader)
    assert done.code == 0, done
    assert "***@example.com" in done.out
    assert "ann@example.com" not in done.out
    _sample_is_masked(consumer)

    _revoke(owner, reader)
    refused = _rows(site.domain, reader)
    assert refused.code == 7
    assert reader in refused.err
    consumer.go(f"/products/{PRODUCT}/sample/customers.v1")
    expect(consumer.page.get_by_text(f"you do not read {PRODUCT} yet")).to_be_visible()
    expect(consumer.page.get_by_text("@example.com").filter(has_text=re.compile(r"^\*\*\*"))).to_have_count(0)
    consumer.go("/me")
    expect(consumer.page.get_by_role("row").filter(has_text=PRODUCT)).to_contain_text("revoked")


def _find(consumer: Visitor) -> None:
    """Search from the first page, and open what is found."""
    page = consumer.page
    consumer.go("/")
    page.get_by_label("What do you want to know?").fill("customer email")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Customer orders").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Customer orders")
    expect(page.get_by_role("link", name="pii.email").first).to_be_visible()


def _ask(page: Page, purpose: str) -> None:
    page.get_by_role("link", name="Request access").click()
    page.get_by_label("What for").fill(purpose)
    page.get_by_role("button", name="Request access").click()
    expect(page.get_by_role("status")).to_contain_text(f"asked for {PRODUCT}")


def _decide(owner: Visitor, reader: str, word: str, purpose: str) -> None:
    owner.go("/")
    owner.page.get_by_role("link", name="Decisions").click()
    request = owner.page.get_by_role("article").filter(has_text=f"user:{reader}")
    expect(request).to_contain_text(purpose)
    request.get_by_role("button", name=word).click()
    expect(owner.page.get_by_role("status")).to_contain_text(f"user:{reader} is approved")


def _revoke(owner: Visitor, reader: str) -> None:
    row = owner.page.get_by_role("row").filter(has_text=f"user:{reader}")
    row.get_by_role("button", name="Revoke").click()
    expect(owner.page.get_by_role("status")).to_contain_text(f"user:{reader} is revoked")


def _sample_is_masked(consumer: Visitor) -> None:
    consumer.go(f"/products/{PRODUCT}/sample/customers.v1")
    page = consumer.page
    expect(page.get_by_role("cell", name="***@example.com")).to_be_visible()
    expect(page.get_by_text("ann@example.com")).to_have_count(0)


def _rows(domain: Domain, reader: str) -> Done:
    return domain.run("query", "--as", f"user:{reader}", f"select * from {TABLE}")
