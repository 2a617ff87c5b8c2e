"""One story in two browsers, told on every catalog: found, judged, asked for, approved, read under a mask, revoked,
refused.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor

PRODUCT = "sales.customer_orders"
TABLE = "sales_published.customer_orders.customers_v1"
SAMPLE = f"/products/{PRODUCT}/sample/customers.v1"
OWNER = "ann@example.com"


def tell(consumer: Visitor, owner: Visitor, reader: str, read: Callable[[], str | None], refusal: str) -> None:
    """Go from the search to the refusal.

    `read` says what the reader gets who queries the table by themselves, None where they are refused; `refusal` is in
    what a sample says to them then.
    """
    consumer.become(reader, "consumer")
    owner.become(OWNER, "owner", "sales")

    _find(consumer)
    assert read() is None
    _ask(consumer.page, "to plan a campaign")

    _approve(owner, reader, "to plan a campaign")
    rows = read()
    assert rows is not None
    assert "***@example.com" in rows
    assert "ann@example.com" not in rows
    _sample_is_masked(consumer)

    _revoke(owner, reader)
    assert read() is None
    consumer.go(SAMPLE)
    expect(consumer.page.get_by_text(refusal)).to_be_visible()
    expect(consumer.page.get_by_role("cell")).to_have_count(0)
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


def _approve(owner: Visitor, reader: str, purpose: str) -> None:
    owner.go("/")
    owner.page.get_by_role("link", name="Decisions").click()
    request = owner.page.get_by_role("article").filter(has_text=f"user:{reader}")
    expect(request).to_contain_text(purpose)
    request.get_by_role("button", name="Approve").click()
    expect(owner.page.get_by_role("status")).to_contain_text(f"user:{reader} is approved")


def _revoke(owner: Visitor, reader: str) -> None:
    row = owner.page.get_by_role("row").filter(has_text=f"user:{reader}")
    row.get_by_role("button", name="Revoke").click()
    expect(owner.page.get_by_role("status")).to_contain_text(f"user:{reader} is revoked")


def _sample_is_masked(consumer: Visitor) -> None:
    consumer.go(SAMPLE)
    page = consumer.page
    expect(page.get_by_role("cell", name="***@example.com")).to_be_visible()
    expect(page.get_by_text("ann@example.com")).to_have_count(0)
