"""Made-up products with one port, as people declare them: names hold whatever a catalog lets them hold."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from meshport.contracts.odcs_quality import runs
from meshport.model import (
    Column,
    Constraint,
    Contract,
    Owner,
    Port,
    Product,
    QualityRule,
    Relation,
    RowFilter,
    Slo,
    fold,
)

# What YAML, the standard or dbt could take for something else, and a bit of everything else.
ODD = (
    "yes",
    "null",
    "1",
    "1.0",
    "~",
    "2020-01-01",
    "0x1",
    "<<",
    "*a",
    "&b",
    "- c",
    "#d",
    "a: b",
    "'",
    '"',
    "\n",
    "é",
    "名",
)
texts = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
column_names = names | texts
TYPES = (
    "integer",
    "bigint",
    "varchar",
    "date",
    "timestamp",
    "boolean",
    "decimal(18,2)",
    "int[]",
    "struct(a int)",
    "uuid",
)
plain_texts = texts.filter(lambda text: not runs(text))
scalars = st.none() | st.booleans() | st.integers(-5, 5) | plain_texts
arguments = st.dictionaries(
    names.filter(lambda name: name not in ("model", "column_name")), scalars, min_size=1, max_size=2
)
limits = st.dictionaries(st.sampled_from(["where", "error_if", "warn_if", "fail_calc"]), st.just("> 3"), max_size=2)


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    classification = draw(st.sampled_from([None, "public", "internal", "pii.email", "confidential"]))
    hidden = classification in ("pii.email", "confidential")
    return Column(
        name,
        draw(st.sampled_from(["varchar", "text"] if hidden else TYPES)),
        draw(st.just("") | texts),
        classification,
        tags=draw(st.dictionaries(st.sampled_from(["retention", "business_term"]), texts, max_size=2)),
    )


@st.composite
def constraints(draw: st.DrawFn, known: list[str]) -> Constraint:
    kind = draw(st.sampled_from(["not_null", "unique", "primary_key", "foreign_key", "check"]))
    some = st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True).map(tuple)
    chosen = draw(some) if kind != "not_null" else (draw(st.sampled_from(known)),)
    expression = draw(texts) if kind == "check" else None
    name = draw(st.none() | names)
    if kind != "foreign_key":
        return Constraint(kind, chosen, expression=expression, name=name)
    to_columns = draw(st.lists(names, min_size=len(chosen), max_size=len(chosen)).map(tuple))
    return Constraint(kind, chosen, name=name, to=draw(names), to_columns=to_columns)


def _one_key(found: list[Constraint]) -> list[Constraint]:
    """A table has one primary key: dbt refuses a second."""
    keys = [each for each in found if each.type == "primary_key"]
    return [each for each in found if each not in keys[1:]]


@st.composite
def rules(draw: st.DrawFn, known: list[str]) -> QualityRule:
    kind = draw(st.sampled_from(["not_null", "unique", "accepted_values", "relationships", "pkg.own"]))
    column = draw(st.none() | st.sampled_from(known)) if kind == "pkg.own" else draw(st.sampled_from(known))
    said: dict[str, Any] = {"not_null": {}, "unique": {}}.get(kind, draw(arguments))
    if kind == "accepted_values":
        said = {
            "values": draw(st.lists(plain_texts | st.integers(0, 9), min_size=1, max_size=3)),
            **draw(st.just({}) | arguments),
        }
    severity = draw(st.sampled_from(["error", "warn"]))
    return QualityRule("", kind, kind, column, arguments=said, severity=severity, limits=draw(limits))


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    known = draw(st.lists(column_names, min_size=1, max_size=4, unique_by=fold))
    return Contract(
        enforced=True,
        columns=tuple(draw(columns(name)) for name in known),
        constraints=tuple(_one_key(draw(st.lists(constraints(known), max_size=4)))),
        rules=tuple(draw(st.lists(rules(known), max_size=4))),
    )


@st.composite
def products(draw: st.DrawFn) -> Product:
    contract, name = draw(contracts()), draw(names)
    version = draw(st.sampled_from([None, "1", "12", "beta"]))
    port = Port(
        name=name,
        version=version,
        unique_id=f"model.shop.{name}",
        source=Relation("shop", "main", name),
        relation=Relation("shop_published", "p", draw(st.just(name) | names)),
        description=draw(st.just("") | texts),
        contract=contract,
        row_filter=draw(st.none() | st.builds(RowFilter, st.just((contract.columns[0].name,)), texts)),
        tags=draw(st.dictionaries(st.just("retention"), texts)),
        deprecation_date=draw(st.sampled_from([None, "2030-01-31"])),
    )
    return Product(
        domain="shop",
        name=draw(names),
        title=draw(texts),
        description=draw(st.just("") | texts),
        owner=Owner(draw(st.none() | texts), draw(st.none() | texts)),
        tier=draw(st.sampled_from([None, "gold"])),
        slo=Slo(draw(st.sampled_from([None, "24h", "1.5 d", "daily"])), draw(st.none() | st.floats(0, 1))),
        terms=draw(st.none() | texts),
        support=draw(st.dictionaries(st.sampled_from(["channel", "slack", "email"]), texts, max_size=2)),
        tags=draw(st.dictionaries(st.just("business_term"), texts)),
        ports=(port,),
    )
