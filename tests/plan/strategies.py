"""Made-up resources, products and plans. Names hold whatever a catalog lets them hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from meshport.model import (
    Column,
    Constraint,
    Contract,
    Evidence,
    Gate,
    Mask,
    Owner,
    Port,
    Product,
    QualityRule,
    Relation,
    RowFilter,
    Slo,
    Upstream,
)
from meshport.plan.make import sealed
from meshport.plan.types import Certification, Change, FieldChange, Foreign, Plan, ProductPlan
from meshport.resources import Resource

# Everything that could be mistaken for a separator or an escape, and a bit of everything else.
nasty = st.text(st.sampled_from("/%.:~-_ \"'`\\\nAaéßİ中0") | st.characters(exclude_categories=["Cs"]), max_size=8)
few = st.sampled_from(["", "a", "b", "a/b", "%2F"])
relations = st.builds(Relation, nasty, nasty, nasty)


def resources(names: st.SearchStrategy[str]) -> st.SearchStrategy[Resource]:
    """Resources of every kind, with these names."""
    place = st.builds(Relation, st.just("db"), names, names)
    port = st.builds(
        lambda relation, fields: Resource(kind="port", relation=relation, fields=fields),
        place,
        st.fixed_dictionaries(dict.fromkeys(("build", "definition", "columns", "rows"), few)),
    )
    comment = st.builds(
        lambda relation, column, text: Resource(
            kind="comment", relation=relation, column=column, fields={"text": text}
        ),
        place,
        names,
        few,
    )
    tag = st.builds(
        lambda relation, column, name, value: Resource(
            kind="tag", relation=relation, column=column, name=name, fields={"value": value}
        ),
        place,
        names,
        names,
        few,
    )
    return st.one_of(port, comment, tag)


class World(NamedTuple):
    """What should be, what is, and what the ledger says was written."""

    desired: list[Resource]
    observed: list[Resource]
    ledger: dict[str, dict[str, str]]


def _some(of: st.SearchStrategy[Resource]) -> st.SearchStrategy[list[Resource]]:
    return st.lists(of, max_size=5, unique_by=lambda resource: resource.key)


@st.composite
def worlds(draw: Callable[..., Any]) -> World:
    """Worlds in which desired, observed and ledger overlap in every way: few names, many collisions."""
    of = resources(st.sampled_from(["a", "b"]))
    desired = [_declared(resource) for resource in draw(_some(of))]
    observed = draw(_some(of))
    ledger = {resource.key: dict(resource.fields) for resource in draw(_some(of))}
    return World(desired, observed, ledger)


def _declared(resource: Resource) -> Resource:
    """A port as desired says nothing of its columns and rows."""
    kept = {name: value for name, value in resource.fields.items() if name not in ("columns", "rows")}
    return msgspec.structs.replace(resource, fields=kept)


texts = st.dictionaries(nasty, nasty, max_size=2)
masks = st.builds(
    Mask, nasty, nasty, st.dictionaries(nasty, st.one_of(nasty, st.integers(0, 9), st.booleans()), max_size=2)
)
columns = st.builds(Column, nasty, st.none() | nasty, nasty, st.none() | nasty, st.none() | masks, texts)
rules = st.builds(QualityRule, nasty, nasty, st.sampled_from(["unique", "unit"]), st.none() | nasty)
contracts = st.builds(
    Contract,
    st.booleans(),
    st.lists(columns, max_size=2).map(tuple),
    st.lists(st.builds(Constraint, nasty, st.tuples(nasty), st.none() | nasty), max_size=1).map(tuple),
    st.lists(rules, max_size=1).map(tuple),
)
ports = st.builds(
    Port,
    name=nasty,
    version=st.none() | nasty,
    unique_id=nasty,
    source=relations,
    relation=relations,
    contract=contracts,
    row_filter=st.none() | st.builds(RowFilter, st.tuples(nasty), nasty),
    tags=texts,
    upstream=st.lists(st.builds(Upstream, nasty, nasty, st.none() | relations), max_size=1).map(tuple),
)
products = st.builds(
    Product,
    domain=nasty,
    name=nasty,
    title=nasty,
    owner=st.builds(Owner, st.none() | nasty, st.none() | nasty),
    slo=st.builds(Slo, st.none() | nasty, st.none() | st.floats(0, 1)),
    support=texts,
    ports=st.lists(ports, max_size=2).map(tuple),
)
changes = st.builds(
    Change,
    kind=st.sampled_from(["port", "comment", "tag"]),
    action=st.sampled_from(["create", "update", "delete"]),
    subject=nasty,
    relation=relations,
    column=nasty,
    name=nasty,
    fields=st.lists(st.builds(FieldChange, nasty, st.none() | nasty, st.none() | nasty), max_size=2).map(tuple),
    drift=st.booleans(),
    reason=nasty,
)
product_plans = st.builds(
    ProductPlan,
    product=products,
    version_before=st.none() | nasty,
    version=nasty,
    register=st.booleans(),
    gates=st.lists(st.builds(Gate, nasty, nasty, st.booleans(), nasty, nasty), max_size=2).map(tuple),
    changes=st.lists(changes, max_size=2).map(tuple),
    builds=texts,
    evidence=st.dictionaries(
        nasty,
        st.lists(st.builds(Evidence, rules, nasty, st.none() | st.integers(0, 9)), max_size=1).map(tuple),
        max_size=1,
    ),
    certifications=st.dictionaries(
        nasty,
        st.builds(Certification, st.sampled_from(["certified", "deprecated", None]), st.lists(nasty).map(tuple)),
        max_size=1,
    ),
    withdrawals=st.lists(changes, max_size=1).map(tuple),
)
plans = st.builds(
    Plan,
    domain=nasty,
    catalog=nasty,
    catalog_type=st.just("duckdb"),
    basis=nasty,
    products=st.lists(product_plans, max_size=2).map(tuple),
    foreign=st.lists(st.builds(Foreign, nasty, nasty, nasty, nasty), max_size=1).map(tuple),
).map(sealed)
