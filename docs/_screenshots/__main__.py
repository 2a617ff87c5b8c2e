"""Takes pictures of the marketplace over the demo's products: `python -m docs._screenshots`, after `make demo`.

The pages are the real ones in a real Chromium, light and dark. People and requests are added to a copy of the demo's
registry, so that the demo stays as it was.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from meshport.access import subscriptions
from meshport.access.principals import Actor, parse_principal
from meshport.registry import Registry
from tests.browser.chromium import executable
from tests.browser.visiting import Visitor, served

ROOT = Path(__file__).parents[2]
DEMO = ROOT / ".meshport" / "demo"
IMAGES = ROOT / "docs" / "images"
PRODUCT = "sales.customer_orders"
SIZE = {"width": 1100, "height": 720}
MOST_BYTES = 150_000
PAGES: Mapping[str, tuple[str, str | None]] = {
    "home": ("/", None),
    "search": ("/search?q=customer+email", None),
    "product": (f"/products/{PRODUCT}", None),
    "lineage": (f"/products/{PRODUCT}", "#lineage"),
    "request": (f"/products/{PRODUCT}", "#access"),
    "decisions": ("/decisions", None),
}
"""For each picture the page, and what of it is scrolled to."""


def main() -> None:
    """Take all of them. Ends with 1 where the demo did not run, or a picture is too large for a README."""
    if not (DEMO / "sales").is_dir():
        sys.exit("there is no demo: run `make demo` first")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        registry = Path(folder) / "registry.db"
        shutil.copy(DEMO / "registry.db", registry)
        _furnish(f"sqlite:///{registry}")
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        with served(DEMO / "sales", f"sqlite:///{registry}") as address:
            for scheme in ("light", "dark"):
                _take(browser, address, scheme)
        browser.close()
    large = [image.name for image in IMAGES.glob("*.png") if image.stat().st_size > MOST_BYTES]
    if large:
        sys.exit(f"above {MOST_BYTES} bytes: {', '.join(large)}")


def _furnish(url: str) -> None:
    """Leave what people leave: ratings, bookmarks, requests."""
    with Registry.open(url, create=False) as registry:
        registry.rate(PRODUCT, "user:bob@example.com", 5, "Fresh every morning, and the masks leave what we need.")
        registry.rate(PRODUCT, "user:eve@example.com", 4, "")
        for who, purpose in (
            ("user:bob@example.com", "Where returns cluster, for the autumn report"),
            ("domain:finance", "Revenue by country in the monthly closing"),
        ):
            asker = Actor(parse_principal("user:bob@example.com"))
            subscriptions.request(registry, PRODUCT, who, actor=asker, purpose=purpose, days=90)


def _take(browser: Browser, address: str, scheme: str) -> None:
    for name, (path, part) in PAGES.items():
        page = browser.new_page(viewport=SIZE, color_scheme="dark" if scheme == "dark" else "light")
        visitor = Visitor(page, address)
        if name in ("decisions", "lineage"):
            visitor.become("ann@example.com", "owner", "sales")
        else:
            visitor.become("zoe@example.com", "developer", "marketing")
        visitor.go(path)
        if name == "request":
            page.get_by_label("What for").fill("To plan the spring campaign")
        if part:
            _scroll_to(page, part)
        page.screenshot(path=IMAGES / f"marketplace-{name}-{scheme}.png")
        page.close()


def _scroll_to(page: Page, part: str) -> None:
    page.locator(part).evaluate("part => part.scrollIntoView({behavior: 'instant', block: 'start'})")


if __name__ == "__main__":
    main()
