"""A registry with products of two domains: one that is looked after, one of which little is known, one retired."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from meshport.cli import cli
from meshport.model import Column, Contract, Evidence, Owner, Slo
from meshport.registry import Registry
from meshport.registry.types import Announcement, Asked, ColumnOrigin, PortLineage, Step
from tests.registry.samples import RULE, port, product, record, url

BUILT = {"customers.v1": "2026-11-01T00:00:00Z"}
MARKETING, FINANCE = "domain:marketing", "domain:finance"


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The registry. Tests change nothing in it."""
    with Registry.open(url(tmp_path_factory.mktemp("mesh") / "registry.db")) as registry:
        registry.upsert_domain("sales", "Sales", "", Owner("Ann Smith", "ann@example.com"))
        good = product(tags={"retention": "2y"})
        evidence = {"customers.v1": (Evidence(RULE, "pass", 0, "2026-11-01T00:00:00+00:00"),)}
        told = {"customer_id": "id", "email": "lower(email)"}
        lineage = PortLineage("p", {}, (ColumnOrigin("p", "email", "raw", "email", "mod"),), told, {"email": "a macro"})
        registry.record_publication(
            record(good, plan_digest="a", builds=BUILT, evidence=evidence, lineage={"customers.v1": lineage})
        )
        bare = port("facts", None, description="", contract=Contract(False, (Column("a"), Column("b"))), tags={})
        plain = product(
            "plain", title="plain", description="", owner=Owner(), slo=Slo(), support={}, terms=None, ports=(bare,)
        )
        registry.record_publication(record(plain, plan_digest="b", evidence={}))
        gone = msgspec.structs.replace(plain, name="gone")
        registry.record_publication(record(gone, plan_digest="c", evidence={}))
        registry.set_product_status(gone.key, "retired", actor="user:ann")
        failed = {"customers.v1": (Evidence(RULE, "fail", 3, "2026-11-01T00:00:00+00:00"),)}
        registry.record_publication(record(product("staff", domain="hr"), plan_digest="d", evidence=failed))
        subscribe(registry, good.key, MARKETING, "to plan", until="2027-01-31")
        subscribe(registry, good.key, FINANCE, None)
        registry.add_subscription(Asked(product=good.key, principal="user:zoe", by="user:zoe", purpose="curious"))
        registry.audit("user:bob", "query", good.key, {})
        registry.audit("user:bob", "query", good.key, {})
        registry.rate(good.key, "user:bob@example.com", 5, "")
        change = Announcement(
            product=good.key,
            port="customers.v1",
            digest="x",
            replaced_by=None,
            goes_on="2027-03-01",
            changes=("email goes",),
        )
        registry.announce(change, "user:ann")
        registry.acknowledge(change, FINANCE, "user:fred")
        yield registry


def subscribe(registry: Registry, key: str, principal: str, purpose: str | None, until: str | None = None) -> None:
    """Add an active subscription as the access commands leave it."""
    asked = registry.add_subscription(
        Asked(product=key, principal=principal, by=principal, purpose=purpose, until=until)
    )
    assert asked
    approved = registry.move_subscription(asked, Step(action="approve", to="approved", by="user:ann", approved=True))
    assert approved
    assert registry.move_subscription(approved, Step(action="grant", to="active", by="user:ann", decides=False))


@pytest.fixture
def told(mesh: Registry) -> Callable[..., Any]:
    """Run `meshport insights` on the mesh: its JSON, or with another format its text."""

    def run(*arguments: str, output_format: str = "json") -> Any:
        command = ["insights", *arguments, "--registry", mesh.name, "--format", output_format]
        result = CliRunner().invoke(cli, command, catch_exceptions=False)
        return msgspec.json.decode(result.stdout) if output_format == "json" else result.stdout

    return run
