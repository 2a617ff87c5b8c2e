"""`meshport.contracts` over many contracts: what is equal does not differ, what takes something away is breaking."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from meshport.contracts import diff_contracts, next_version
from meshport.model import Column, Constraint, Contract, Product
from tests.registry.samples import port, product

TYPES = ("integer", "varchar", "date", "timestamp", "boolean", "decimal(18,2)")
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
columns = st.lists(
    st.builds(Column, name=names, data_type=st.sampled_from(TYPES), description=st.text(max_size=10)),
    min_size=1,
    max_size=6,
    unique_by=lambda column: column.name.casefold(),
)
numbers = st.integers(0, 50)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    chosen = tuple(draw(columns))
    of = st.sampled_from([column.name for column in chosen])
    kinds = st.sampled_from(["not_null", "unique", "primary_key"])
    made = draw(st.lists(st.builds(lambda kind, name: Constraint(kind, (name,)), kinds, of), max_size=3))
    return Contract(enforced=True, columns=chosen, constraints=tuple(dict.fromkeys(made)))


def severities(old: Contract, new: Contract) -> dict[tuple[str, str], str]:
    return {(each.kind, each.subject): each.severity for each in diff_contracts(old, new, "duckdb")}


def with_contract(contract: Contract) -> Product:
    return product(ports=(port(contract=contract),))


@given(contracts())
def test_a_contract_does_not_differ_from_itself(contract: Contract) -> None:
    assert diff_contracts(contract, contract, "duckdb") == []


@given(contracts(), names, st.sampled_from(TYPES))
def test_adding_a_column_is_compatible(contract: Contract, name: str, data_type: str) -> None:
    if contract.column(name) is not None:
        name = "".join(column.name for column in contract.columns) + "x"
    wider = msgspec.structs.replace(contract, columns=(*contract.columns, Column(name, data_type)))
    assert severities(contract, wider) == {("column_added", name): "compatible"}
    assert next_version("1.2.3", with_contract(contract), with_contract(wider), "duckdb") == "1.3.0"


@given(contracts(), st.data())
def test_removing_a_column_is_breaking_and_names_it(contract: Contract, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(contract.columns))
    narrower = msgspec.structs.replace(contract, columns=tuple(c for c in contract.columns if c is not gone))
    first = diff_contracts(contract, narrower, "duckdb")[0]
    assert (first.severity, first.kind, first.subject) == ("breaking", "column_removed", gone.name)
    assert f"`{gone.name}`" in first.message


@given(contracts(), st.data())
def test_retyping_a_column_is_breaking_and_names_it(contract: Contract, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(contract.columns) - 1))
    old = contract.columns[place]
    kind = data.draw(st.sampled_from([each for each in TYPES if each != old.data_type]))
    retyped = list(contract.columns)
    retyped[place] = msgspec.structs.replace(old, data_type=kind)
    new = msgspec.structs.replace(contract, columns=tuple(retyped))
    assert severities(contract, new) == {("column_retyped", old.name): "breaking"}
    assert next_version("1.2.3", with_contract(contract), with_contract(new), "duckdb") == "2.0.0"


@given(contracts(), st.data())
def test_tightening_and_loosening_are_breaking_and_name_the_column(contract: Contract, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(contract.columns)).name
    check = Constraint("check", (name,), expression="1 = 1")
    tighter = msgspec.structs.replace(contract, constraints=(*contract.constraints, check))
    assert severities(contract, tighter) == {("constraint_added", name): "breaking"}
    assert severities(tighter, contract) == {("constraint_removed", name): "breaking"}


@given(contracts(), st.text(max_size=5))
def test_a_description_is_a_patch(contract: Contract, text: str) -> None:
    told = tuple(msgspec.structs.replace(c, description=c.description + text + "!") for c in contract.columns)
    new = msgspec.structs.replace(contract, columns=told)
    assert set(severities(contract, new).values()) == {"patch"}
    assert next_version("1.2.3", with_contract(contract), with_contract(new), "duckdb") == "1.2.4"


@given(contracts(), st.randoms(use_true_random=False))
def test_the_order_of_columns_is_told_and_breaks_nothing_and_the_case_of_types_is_no_change(
    contract: Contract, random
) -> None:  # type: ignore[no-untyped-def]
    shuffled = [msgspec.structs.replace(c, data_type=(c.data_type or "").upper()) for c in contract.columns]
    random.shuffle(shuffled)
    moved = [c.name for c in shuffled] != [c.name for c in contract.columns]
    new = msgspec.structs.replace(contract, columns=tuple(shuffled))
    assert severities(contract, new) == ({("columns_reordered", ""): "compatible"} if moved else {})


@settings(max_examples=200)
@given(contracts(), contracts(), st.tuples(numbers, numbers, numbers))
def test_the_next_version_is_always_higher_and_says_what_it_must(
    old: Contract, new: Contract, current: tuple[int, int, int]
) -> None:
    text = ".".join(map(str, current))
    following = tuple(
        int(part) for part in next_version(text, with_contract(old), with_contract(new), "duckdb").split(".")
    )
    assert following > current
    breaking = any(each.severity == "breaking" for each in diff_contracts(old, new, "duckdb"))
    assert (following[0] == current[0] + 1) == breaking


def test_a_type_by_another_name_is_the_same() -> None:
    old, new = (Contract(True, (Column("a", kind),)) for kind in ("varchar", "string"))
    assert diff_contracts(old, new, "duckdb") == []


def test_a_port_that_goes_is_breaking_and_one_that_comes_is_not() -> None:
    one, two = product(ports=(port(version="1"),)), product(ports=(port(version="1"), port(version="2")))
    assert next_version("1.2.3", one, two, "duckdb") == "1.3.0"
    assert next_version("1.2.3", two, one, "duckdb") == "2.0.0"
