"""Somebody at a browser of their own, before a marketplace that is served."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page


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


Arrive = Callable[..., Visitor]


@contextmanager
def windows(browser: Browser, address: str) -> Iterator[Arrive]:
    """Yield what opens a browser window for one more person; at the end nobody's browser may have complained."""
    arrived: list[tuple[BrowserContext, Visitor]] = []

    def open_window(**options: Any) -> Visitor:
        context = browser.new_context(**options)
        context.set_default_timeout(8_000)
        visitor = Visitor(context.new_page(), address)
        arrived.append((context, visitor))
        return visitor

    yield open_window
    for context, _ in arrived:
        context.close()
    assert [complaint for _, visitor in arrived for complaint in visitor.complaints] == []


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
