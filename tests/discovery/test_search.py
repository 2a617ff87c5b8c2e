"""Finding products: words, filters, who sees what, in an order that can be explained; the same on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from msgspec.structs import replace

from meshport.discovery import Discovery, Query
from meshport.model import Column, Contract, Evidence, Owner
from meshport.registry import Registry
from meshport.registry.types import Asked, Step
from tests.discovery.opening import ENGINES, discovery
from tests.registry.samples import RULE, port, product, record, url


def fill(registry: Registry) -> Registry:
    items = [
        product("customer_360", tags={"region": "emea"}),
        product("orders", title="Orders", description="What customers bought.", ports=(port("orders"),)),
        product("leads", domain="marketing", title="LEADS", owner=Owner("Bob"), description="Größe 100%", ports=()),
    ]
    for item in items:
        registry.record_publication(record(item, plan_digest=item.key))
    return registry


@pytest.fixture
def filled(registry: Registry) -> Registry:
    return fill(registry)


@pytest.fixture(scope="module", params=ENGINES)
def still(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: bytes
) -> Iterator[Discovery]:
    """Both engines over a registry that no test changes."""
    path = tmp_path_factory.mktemp("still") / "registry.db"
    path.write_bytes(migrated)
    with Registry.open(url(path), create=False) as registry:
        yield discovery(fill(registry), str(request.param))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def mesh(filled: Registry, engine: str) -> Discovery:
    return discovery(filled, engine)


def keys(mesh: Discovery, text: str = "", **filters: Any) -> list[str]:
    return [hit.document.key for hit in mesh.search(Query(text=text, **filters)).hits]


def test_no_words_find_everything_by_name(still: Discovery) -> None:
    assert keys(still) == keys(still, " ") == ["marketing.leads", "sales.customer_360", "sales.orders"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CUSTOMER", ["sales.customer_360", "sales.orders"]),  # the name is worth more than the description
        ("customer bought", ["sales.orders"]),
        ("email", ["sales.customer_360", "sales.orders"]),
        ("e-mail", ["sales.customer_360", "sales.orders"]),
        ("email 360", ["sales.customer_360"]),
        ("emea", ["sales.customer_360"]),
        ("region=emea", ["sales.customer_360"]),
        ("bob", ["marketing.leads"]),
        ("ann@example.com", ["sales.customer_360", "sales.orders"]),
        ("lead", ["marketing.leads"]),
        ("GRÖSSE", ["marketing.leads"]),
        ("grosse", ["marketing.leads"]),
        ("100%", ["marketing.leads"]),
        ("sales.orders", ["sales.orders"]),
        ("order", ["sales.orders"]),
        ("pii", ["sales.customer_360", "sales.orders"]),
        ("reach", ["sales.customer_360", "sales.orders"]),  # in what is said of a column
        ("the customers by number of e-mails", ["sales.customer_360", "sales.orders"]),
        ("nowhere to be", []),
        ("' OR title=nothing --", []),
        ("%", []),
        ("\0\ud800", []),
    ],
)
def test_every_word_must_be_found(still: Discovery, text: str, found: list[str]) -> None:
    assert sorted(keys(still, text)) == sorted(found)
    assert keys(still, text)[:1] == found[:1]


@pytest.mark.parametrize("text", ["custmoer", "cusotmer 360", "customrr", "ordres", "regoin", "emia"])
def test_misspelt_words_are_found_where_nothing_else_is(still: Discovery, text: str) -> None:
    found = still.search(Query(text=text))
    assert found.total
    assert found.asking.found_by == "near"


@pytest.mark.parametrize("text", ["emx", "359", "bbo"])
def test_short_words_and_numbers_must_be_right(still: Discovery, text: str) -> None:
    assert keys(still, text) == []


def test_of_many_words_one_may_be_missing(still: Discovery) -> None:
    found = still.search(Query(text="everything about nobody customer"))
    assert [hit.document.key for hit in found.hits] == ["sales.customer_360"]
    assert found.asking.found_by == "some"


def test_the_last_word_may_be_unfinished(still: Discovery) -> None:
    for typed in ("cu", "cus", "customer_i", "customer_id em"):
        assert "sales.customer_360" in keys(still, typed), typed


def test_filters(still: Discovery) -> None:
    both = ["sales.customer_360", "sales.orders"]
    assert keys(still, domain="marketing") == ["marketing.leads"]
    assert keys(still, tag="region") == keys(still, tag="region=emea") == ["sales.customer_360"]
    assert keys(still, tag="region=apac") == keys(still, tag="reg") == []
    assert keys(still, classification="pii.email") == keys(still, classification="pii") == both
    assert keys(still, classification="pii.e") == []
    assert keys(still, owner="bob") == ["marketing.leads"]
    assert keys(still, owner="Ann Smith") == keys(still, owner="ann@example.com") == both
    assert keys(still, owner="Ann Smith <ann@example.com>") == both
    assert keys(still, owner="ann") == []
    assert keys(still, column="customer_id") == keys(still, column="Customer") == keys(still, column="id") == both
    assert keys(still, column="customer_email") == []
    assert keys(still, status="published", tier="gold", text="orders") == ["sales.orders"]
    assert keys(still, status="deprecated") == []


def test_the_newest_version_is_searched(filled: Registry, mesh: Discovery) -> None:
    assert keys(mesh, "purchase") == []
    changed = product("orders", title="Purchases", description="", ports=())
    filled.record_publication(record(changed, plan_digest="later", digest="later", version="2.0.0"))
    assert keys(mesh, "purchases") == ["sales.orders"]
    assert keys(mesh, "email") == ["sales.customer_360"]


def test_retired_products_are_found_by_their_own_domain_alone(filled: Registry, mesh: Discovery) -> None:
    filled.set_product_status("sales.orders", "retired", actor="user:ann")
    filled.set_product_status("sales.customer_360", "deprecated", actor="user:ann")
    assert "sales.orders" in keys(mesh, viewer="domain:sales")
    assert "sales.orders" in keys(mesh, viewer="user:ann", member_of=("hr", "sales"))
    for viewer in (None, "domain:marketing", "user:sales"):
        assert keys(mesh, viewer=viewer) == ["marketing.leads", "sales.customer_360"]
        assert keys(mesh, "orders", viewer=viewer) == []
        found = mesh.search(Query(viewer=viewer, facets=True))
        assert [(count.value, count.products) for count in found.facets["status"]] == [
            ("deprecated", 1),
            ("published", 1),
        ]


def test_scores_are_explained(still: Discovery) -> None:
    best, other = still.search(Query(text="customer")).hits
    assert (best.matched, other.matched) == (("name",), ("column",))
    assert best.score == pytest.approx(sum(term.value * term.weight for term in best.terms))
    assert {term.name for term in best.terms} == {"name", "called", "tests", "promises", "freshness"}
    text, tests = best.terms[0], next(term for term in best.terms if term.name == "tests")
    assert (text.value, text.weight, text.why) == (1.0, 8.0, "customer")
    assert tests.points == pytest.approx((text.points + best.terms[1].points) * tests.weight)
    assert tests.why.startswith("100% of its tests passed")
    named = {term.name: term for term in still.search(Query(text="customer 360")).hits[0].terms}
    assert (named["called"].value, named["called"].why) == (1.0, "2 of the 2 words that it is called by")
    assert still.search(Query(text="custmoer")).hits[0].terms[0].why == "customer (misspelt)"


def test_use_raises_and_deprecation_lowers(filled: Registry, mesh: Discovery) -> None:
    assert keys(mesh, "email") == ["sales.customer_360", "sales.orders"]
    wish = filled.add_subscription(Asked(product="sales.orders", principal="domain:hr", by="user:eve"))
    assert wish is not None
    filled.move_subscription(wish, Step(action="approve", to="active", by="user:ann"))
    for _ in range(3):
        filled.audit("user:eve", "query", "sales.orders", {})
    mesh.refresh()
    assert keys(mesh, "email") == ["sales.orders", "sales.customer_360"]
    why = {term.name: term.why for term in mesh.search(Query(text="email")).hits[0].terms}
    assert why["subscriptions"].startswith("1 active subscription")
    assert why["reads"].startswith("3 queries in 90 days")
    filled.set_product_status("sales.orders", "deprecated", actor="user:ann")
    assert keys(mesh, "email") == ["sales.customer_360", "sales.orders"]


def test_certification_raises(filled: Registry, mesh: Discovery) -> None:
    assert keys(mesh, "email") == ["sales.customer_360", "sales.orders"]
    build = datetime.now(timezone.utc).isoformat()
    columns = (Column("customer_id", "integer"), Column("email", "varchar", "How to reach them.", "pii.email"))
    orders = port("orders", contract=Contract(True, columns, rules=(RULE,)))
    item = product("orders", title="Orders", description="What customers bought.", ports=(orders, port("more")))
    evidence = {"orders.v1": (Evidence(RULE, "pass", 0, build),)}
    built = {"orders.v1": build, "more.v1": build}
    passed = record(item, plan_digest="passed", digest="2", version="2.0.0", builds=built, evidence=evidence)
    filled.record_publication(passed)
    terms = {term.name: term for hit in mesh.search(Query(text="email", tier="gold")).hits for term in hit.terms}
    assert terms["certification"].why.startswith("50% of its ports are certified")
    assert keys(mesh, "email") == ["sales.orders", "sales.customer_360"]
    evidence = {"orders.v1": (Evidence(RULE, "fail", 3, build),)}
    filled.record_publication(replace(passed, plan_digest="failed", evidence=evidence))
    assert all(term.name != "certification" for hit in mesh.search(Query(text="email")).hits for term in hit.terms)


def test_tags_with_a_facet_of_their_own_are_counted_there_alone(registry: Registry, engine: str) -> None:
    one = product("one", tags={"region": "emea", "domain": "sales", "tier": "gold"}, ports=())
    registry.record_publication(record(one))
    mesh = discovery(registry, engine)
    found = mesh.search(Query(facets=True))
    assert [count.value for count in found.facets["tag"]] == ["region=emea"]
    assert keys(mesh, tag="tier=gold") == ["sales.one"]


def test_counts_are_of_this_moment(filled: Registry, mesh: Discovery) -> None:
    def counted(text: str = "", **filters: Any) -> dict[str, int]:
        facets = mesh.search(Query(text=text, facets=True, **filters)).facets
        return {count.value: count.products for count in facets["domain"]}

    assert counted() == counted() == {"sales": 2, "marketing": 1}
    assert counted("sales") == {"sales": 2}
    filled.record_publication(record(product("more"), plan_digest="more"))
    assert counted() == {"sales": 3, "marketing": 1}
    assert counted("sales") == {"sales": 3}
    filled.set_product_status("sales.more", "retired", actor="user:ann")
    assert counted() == counted(viewer="domain:marketing") == {"sales": 2, "marketing": 1}
    assert counted(viewer="domain:sales") == {"sales": 3, "marketing": 1}
    assert counted() == {"sales": 2, "marketing": 1}


def test_facets_count_each_without_its_own_filter(still: Discovery) -> None:
    found = still.search(Query(domain="sales", facets=True, size=1))
    counted = {name: {count.value: count.products for count in counts} for name, counts in found.facets.items()}
    assert counted == {
        "domain": {"sales": 2, "marketing": 1},
        "tag": {"retention=2y": 2, "region=emea": 1},
        "classification": {"pii.email": 2},
        "owner": {"Ann Smith <ann@example.com>": 2},
        "status": {"published": 2},
        "tier": {"gold": 2},
    }
    assert (len(found.hits), found.total) == (1, 2)


def test_pages(filled: Registry, engine: str) -> None:
    for number in range(25):
        item = product(f"item_{number:02}", title="Thing", ports=())
        filled.record_publication(record(item, plan_digest=item.key))
    mesh = discovery(filled, engine)
    pages = [keys(mesh, "thing", offset=offset, size=10) for offset in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    everything = [key for page in pages for key in page]
    assert everything == keys(mesh, "thing", size=None) == [f"sales.item_{number:02}" for number in range(25)]


def test_words_that_were_found_are_highlighted(still: Discovery) -> None:
    found = still.search(Query(text="customer"))
    pieces = still.highlight("Tous les customers: Customer-Orders", found)
    assert [piece.text for piece in pieces if piece.found] == ["customers", "Customer"]
    assert "".join(piece.text for piece in pieces) == "Tous les customers: Customer-Orders"


def test_scripts_without_spaces_and_with_marks(registry: Registry, engine: str) -> None:
    columns = Contract(enforced=True, columns=(Column("顧客番号"), Column("Straße_Nr")))
    items = [
        product("one", title="顧客注文データ", ports=(port(contract=columns),)),
        product("two", title="ग्राहक के आदेश", ports=()),
        product("three", title="😀 Ελλάδα ﬁnance", ports=()),
    ]
    for item in items:
        registry.record_publication(record(item, plan_digest=item.key))
    mesh = discovery(registry, engine)
    assert keys(mesh, "注文") == ["sales.one"]
    assert keys(mesh, column="STRASSE") == keys(mesh, column="番号") == ["sales.one"]
    assert keys(mesh, "आदेश") == ["sales.two"]
    assert keys(mesh, "ελλαδα") == keys(mesh, "FINANCE") == ["sales.three"]
