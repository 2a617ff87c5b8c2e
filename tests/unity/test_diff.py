"""What should be and what differs, without a server: invariants over many products, ledgers and foreign things."""

from __future__ import annotations

from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from meshport.catalogs.unity.diff import diff
from meshport.catalogs.unity.types import (
    GRANT,
    LONGEST,
    MARK,
    SCHEMA,
    TABLE,
    Observed,
    Place,
    PortEntry,
    ProductEntry,
    UnityPlan,
    Wanted,
    grant,
)
from meshport.catalogs.unity.wanted import wanted
from meshport.model import Column, Contract, Owner, Port, Product, Relation, Upstream
from meshport.resources import ObservedColumn, Resource

PLACE = Place(domain="sales", title="Sales", catalog="sales_published", storage=Path("/files"))
NAMES = st.sampled_from(["orders", "customers", "revenue", "returns"])
USERS = st.sampled_from(["ann@example.com", "bob@example.com"])


def port_entry(product: str, name: str, build: str) -> PortEntry:
    relation = Relation("sales_published", product, name)
    port = Port(
        name=name,
        unique_id=f"model.sales.{name}",
        source=relation,
        relation=relation,
        contract=Contract(enforced=True, columns=(Column(name="id", classification="pii.id"),)),
        upstream=(Upstream("source.sales.raw", "source"), Upstream("model.x.y", "model", product="finance.ledger")),
    )
    return PortEntry(port=port, build=build, definition="d", columns=(ObservedColumn("id", "INTEGER"),))


@st.composite
def entries(draw: st.DrawFn) -> list[ProductEntry]:
    made = []
    for name in draw(st.lists(NAMES, unique=True)):
        ports = draw(st.lists(NAMES, unique=True))
        build = draw(st.sampled_from(["1", "2"]))
        made.append(
            ProductEntry(
                product=Product(domain="sales", name=name, title=name.title(), owner=Owner(name="Ann")),
                version="1.0.0",
                status="published",
                ports=tuple(port_entry(name, port, build) for port in ports),
                readers=tuple(sorted(draw(st.sets(USERS)))),
            )
        )
    return made


def there(should: Wanted, *more: Resource) -> Observed:
    """Return a server that has what should be there, and more."""
    return Observed(resources={**should.resources, **{r.key: r for r in more}}, theirs={}, authorises=True)


def ledger(should: Wanted) -> dict[str, dict[str, str]]:
    return {key: dict(resource.fields) for key, resource in should.resources.items()}


def plan(should: Wanted, observed: Observed, written: dict[str, dict[str, str]]) -> UnityPlan:
    return diff("http://localhost", PLACE.catalog, should, observed, written)


@given(entries())
def test_what_is_as_it_should_be_is_left_alone(products: list[ProductEntry]) -> None:
    should = wanted(PLACE, products, grants=True)
    made = plan(should, there(should), ledger(should))
    assert (made.changes, made.settled, made.blocked, made.foreign) == ((), {}, (), ())
    assert msgspec.json.decode(msgspec.json.encode(made), type=UnityPlan) == made


@given(entries(), entries())
def test_only_what_the_ledger_knows_is_ever_deleted(before: list[ProductEntry], after: list[ProductEntry]) -> None:
    old, new = (wanted(PLACE, products, grants=True) for products in (before, after))
    foreign = [
        Resource(kind=TABLE, relation=Relation("sales_published", "orders", "theirs"), fields={}),
        grant(Relation("sales_published", "", ""), "eve@example.com", "USE CATALOG"),
        grant(Relation("sales_published", "orders", "orders"), "eve@example.com", "SELECT"),
    ]
    made = plan(new, there(old, *foreign), ledger(old))
    assert not {change.key for change in made.changes} & {resource.key for resource in foreign}
    deleted = {change.key for change in made.changes if change.action == "delete"}
    assert deleted <= old.resources.keys() - new.resources.keys()
    left = {key for key in old.resources.keys() - new.resources.keys() - deleted if key.startswith((TABLE, GRANT))}
    assert left == set()
    kinds = [(change.action != "delete", change.kind) for change in made.changes]
    assert [first for first, _ in kinds] == sorted((first for first, _ in kinds), reverse=True)


@given(entries())
def test_without_a_ledger_nothing_of_others_is_changed(products: list[ProductEntry]) -> None:
    should = wanted(PLACE, products, grants=True)
    others = there(should)
    made = plan(should, others, {})
    assert not any(change.kind in (SCHEMA, TABLE, GRANT) for change in made.changes if change.relation.schema)
    assert {each.product for each in made.blocked} == {entry.product.key for entry in products}


@given(entries())
def test_the_least_that_reading_takes(products: list[ProductEntry]) -> None:
    should = wanted(PLACE, products, grants=True)
    granted = {(r.relation, r.name) for r in should.resources.values() if r.kind == GRANT}
    expected: set[tuple[Relation, str]] = set()
    for entry in products:
        for reader in entry.readers:
            name = entry.product.name
            expected.add((Relation(PLACE.catalog, "", ""), f"USE CATALOG to {reader}"))
            expected.add((Relation(PLACE.catalog, name, ""), f"USE SCHEMA to {reader}"))
            tables = {Relation(PLACE.catalog, name, port.port.relation.identifier) for port in entry.ports}
            expected |= {(table, f"SELECT to {reader}") for table in tables}
    assert granted == expected
    without = wanted(PLACE, products, grants=False).resources
    assert not any(resource.kind == GRANT for resource in without.values())


def test_a_long_text_is_shortened_and_it_is_said() -> None:
    product = Product(domain="sales", name="orders", title="Orders", description="d" * 300, terms="t" * 256)
    entry = ProductEntry(
        product=product, version="1.0.0", status="published", ports=(port_entry("orders", "orders", "1"),)
    )
    should = wanted(PLACE, [entry], grants=True)
    assert should.notes == (
        "longer than the server's 255 characters, shortened: the description of sales.orders, terms of sales.orders",
    )
    schema, table = (next(r for r in should.resources.values() if r.kind == kind) for kind in (SCHEMA, TABLE))
    assert schema.fields["comment"] == "d" * 254 + "…"
    assert all(len(value) <= LONGEST for value in schema.fields.values())
    assert table.fields[f"{MARK}built_from"] == "finance.ledger, source.sales.raw"
    assert table.fields[f"{MARK}classification.id"] == "pii.id"
