"""Finding products: every word, anywhere, in an order that can be explained."""

from __future__ import annotations

import pytest

from meshport.model import Owner
from meshport.registry import Registry
from tests.registry.samples import port, product, record


@pytest.fixture
def registry(each_registry: Registry) -> Registry:
    """A registry on each of the two databases."""
    return each_registry


@pytest.fixture
def mesh(registry: Registry) -> Registry:
    items = [
        product("customer_360", tags={"region": "emea"}),
        product("orders", title="Orders", description="What customers bought.", ports=(port("orders"),)),
        product("leads", domain="marketing", title="LEADS", owner=Owner("Bob"), description="Größe 100%", ports=()),
    ]
    for item in items:
        registry.record_publication(record(item, plan_digest=item.key))
    return registry


def keys(registry: Registry, query: str = "", **filters: str | None) -> list[str]:
    return [hit.version.product.key for hit in registry.search(query, **filters)]


def test_no_words_find_everything_by_name(mesh: Registry) -> None:
    assert keys(mesh) == ["marketing.leads", "sales.customer_360", "sales.orders"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("CUSTOMER", ["sales.customer_360", "sales.orders"]),  # the name is worth more than the description
        ("customer bought", ["sales.orders"]),
        ("email", ["sales.customer_360", "sales.orders"]),
        ("email 360", ["sales.customer_360"]),
        ("emea", ["sales.customer_360"]),
        ("region=emea", ["sales.customer_360"]),
        ("bob", ["marketing.leads"]),
        ("ann@example.com", ["sales.customer_360", "sales.orders"]),
        ("leads", ["marketing.leads"]),
        ("GRÖSSE", ["marketing.leads"]),
        ("100%", ["marketing.leads"]),
        ("1%", []),
        ("_", ["sales.customer_360", "sales.orders"]),
        ("sales.orders", ["sales.orders"]),
        ("customer nowhere", []),
        ("' OR 1=1 --", []),
    ],
)
def test_every_word_must_be_found(mesh: Registry, query: str, found: list[str]) -> None:
    assert keys(mesh, query) == found


def test_a_hit_says_where_and_how_well(mesh: Registry) -> None:
    best, other = mesh.search("customer")
    assert (best.score, best.matched) == (8.0, ("key",))
    assert (other.score, other.matched) == (3.0, ("column",))  # customer_id, before its description
    assert mesh.search("order")[0].score == 6.0  # the beginning of a word


def test_filters(mesh: Registry) -> None:
    assert keys(mesh, domain="marketing") == ["marketing.leads"]
    assert keys(mesh, tag="region") == keys(mesh, tag="region=emea") == ["sales.customer_360"]
    assert keys(mesh, tag="region=apac") == keys(mesh, tag="reg") == []
    assert keys(mesh, classification="pii.email") == ["sales.customer_360", "sales.orders"]
    assert keys(mesh, classification="pii") == ["sales.customer_360", "sales.orders"]
    assert keys(mesh, classification="pii.e") == []


def test_the_newest_version_is_searched(mesh: Registry) -> None:
    changed = product("orders", title="Purchases", description="", ports=())
    mesh.record_publication(record(changed, plan_digest="later", digest="later", version="2.0.0"))
    assert keys(mesh, "purchases") == ["sales.orders"]
    assert keys(mesh, "email") == ["sales.customer_360"]


def test_retired_products_are_found_by_their_own_domain_alone(mesh: Registry) -> None:
    mesh.set_product_status("sales.orders", "retired", actor="user:ann")
    mesh.set_product_status("sales.customer_360", "deprecated", actor="user:ann")
    assert "sales.orders" in keys(mesh, viewer="domain:sales")
    for viewer in (None, "domain:marketing", "user:sales", "sales"):
        assert keys(mesh, viewer=viewer) == ["marketing.leads", "sales.customer_360"]
