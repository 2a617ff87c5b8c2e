"""A real browser before a real marketplace: Chromium, `meshport serve`, and a project that was published."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from meshport.access import subscriptions
from meshport.access.principals import Actor, parse_principal
from meshport.dbt_command import Dbt
from tests.browser.chromium import executable
from tests.publish.conftest import built, memory, shared_folder
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

__all__ = ["built", "memory", "shared_folder"]  # fixtures: the project that the tests of publishing built

PRODUCT = "sales.customer_orders"
OWNER, READER = "ann@example.com", "bob@example.com"


class Site(NamedTuple):
    """A marketplace that is served: the domain whose products it shows, and its address."""

    domain: Domain
    address: str


class Visitor:
    """Somebody at a browser of their own. `complaints` are what the browser wrote to its console, and pages' errors."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", lambda said: self._heard(f"{said.type}: {said.text}", said.type in ("error", "warning")))
        page.on("pageerror", lambda error: self._heard(str(error), True))

    def _heard(self, text: str, bad: bool) -> None:
        if bad:
            self.complaints.append(f"{self.page.url}: {text}")

    def go(self, path: str) -> None:
        """Open a page, which must be there."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"

    def become(self, user: str, role: str, domain: str = "") -> None:
        """Say who one is, in the form."""
        self.go("/login")
        self.page.get_by_label("Name or e-mail address").fill(user)
        self.page.get_by_role("combobox", name="Role").select_option(role)
        self.page.get_by_role("combobox", name="Domain").select_option(domain)
        self.page.get_by_role("button", name="Go on").click()
        assert f"You are user:{user} now." in self.page.get_by_role("status").inner_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Fails, and says what to install, where there is none: nothing here is skipped in silence."""
    # Whoever runs as root in a container has no sandbox to give; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(built: Domain, memory: Memory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A marketplace over the toy domain, published, with something on every page."""
    domain = built.copy(tmp_path_factory.mktemp("browser") / "sales")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MESHPORT_REGISTRY", raising=False)
        patch.setattr(Dbt, "render", memory.as_method())
        domain.publish()
        _furnish(domain)
        with served(domain.path) as address:
            yield Site(domain, address)


@contextmanager
def served(project: Path, registry: str | None = None) -> Iterator[str]:
    """Run `meshport serve` for a project (with another registry than its own), and yield its address."""
    environment = {**os.environ, "MESHPORT_REGISTRY": registry} if registry else None
    command = [sys.executable, "-m", "meshport", "serve", "--port", "0", "--project-dir", str(project)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.search(r"http://\S+", said)
            assert found is not None, said
            yield found[0]
        finally:
            process.terminate()


def _furnish(domain: Domain) -> None:
    """Leave what people leave: readers, requests, ratings, a port that goes."""
    owner = Actor(parse_principal(f"user:{OWNER}"), frozenset({"sales"}))
    with domain.registry() as registry:
        for principal, purpose in (("domain:marketing", "campaigns"), ("domain:finance", "the yearly report")):
            asker = Actor.named("user:zoe@example.com")
            subscriptions.request(registry, PRODUCT, principal, actor=asker, purpose=purpose)
        subscriptions.approve(registry, PRODUCT, "domain:marketing", actor=owner, reason="why not")
        registry.rate(PRODUCT, "user:zoe@example.com", 4, "good enough")
        registry.bookmark("sales.revenue", f"user:{OWNER}", on=True)
        registry.set_port_status(
            PRODUCT, "orders", "deprecated", actor=f"user:{OWNER}", deprecation_date="2031-01-01", note="old"
        )


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(browser: Browser, site: Site) -> Iterator[Arrive]:
    """Open a browser window for one more person; at the end nobody's browser may have complained."""
    arrived: list[tuple[BrowserContext, Visitor]] = []

    def open_window(**options: Any) -> Visitor:
        context = browser.new_context(**options)
        context.set_default_timeout(8_000)
        visitor = Visitor(context.new_page(), site.address)
        arrived.append((context, visitor))
        return visitor

    yield open_window
    for context, _ in arrived:
        context.close()
    assert [complaint for _, visitor in arrived for complaint in visitor.complaints] == []
