"""A real browser before a real marketplace: Chromium, `meshport serve`, and a project that was published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser

from meshport.access import subscriptions
from meshport.access.principals import Actor, parse_principal
from meshport.dbt_command import Dbt
from meshport.domains.answers import Answers, domain_of
from meshport.domains.file import write_domain
from meshport.model import Owner
from tests.browser.story import OWNER, PRODUCT
from tests.browser.visiting import Arrive, served, windows
from tests.publish.conftest import built, memory, shared_folder
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

__all__ = ["built", "memory", "shared_folder"]  # fixtures: the project that the tests of publishing built


class Site(NamedTuple):
    """A marketplace that is served: the domain whose products it shows, and its address."""

    domain: Domain
    address: str


@pytest.fixture(scope="session")
def site(built: Domain, memory: Memory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A marketplace over the toy domain, published, with something on every page."""
    domain = built.copy(tmp_path_factory.mktemp("browser") / "sales")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MESHPORT_REGISTRY", raising=False)
        patch.setattr(Dbt, "render", memory.as_method())
        domain.publish()
        _furnish(domain)
        _provision(domain)
        with served(domain.path) as address:
            yield Site(domain, address)


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


def _provision(domain: Domain) -> None:
    """Let the project be the central team's repository, too: with a domain, one that policies refuse, and a developer."""
    (domain.path / "marketplace.yml").write_text("provisioning: {folder: .}\n", encoding="utf-8")
    write_domain(domain.path, domain_of(Answers(name="logistics", platform="duckdb")))
    write_domain(domain.path, domain_of(Answers(name="blocked", platform="duckdb", size="4X-Large", budget=0)))
    with domain.registry() as registry:
        groups = ("sales-owners", "sales-developers")
        registry.enter_domain("sales", "Sales", "", Owner(), groups=groups, actor="user:it@example.com")
        registry.add_member("sales", "user:dora@example.com", actor=f"user:{OWNER}")


@pytest.fixture
def arrive(browser: Browser, site: Site) -> Iterator[Arrive]:
    """Open a browser window for one more person; at the end nobody's browser may have complained."""
    with windows(browser, site.address) as open_window:
        yield open_window
