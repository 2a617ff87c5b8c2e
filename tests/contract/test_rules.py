"""Every rule of the table has a change that it judges, and judges it as the table says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from meshport.contracts import diff_products, next_version
from meshport.contracts.rules import RULES
from meshport.contracts.service import seconds_of
from meshport.model import Column, Constraint, Contract, Mask, Owner, Port, Product, QualityRule, RowFilter, Slo
from tests.registry.samples import port, product

ID = Column("id", "integer")
EMAIL = Column("email", "varchar(20)", "Their mail.", "pii.email", Mask("email", "partial"))
VALUES = QualityRule("t.2", "accepted_values", "accepted_values", "email", {"values": ["a", "b"]})
UNIQUE = QualityRule("t.1", "unique", "unique", "id")
RANGE = QualityRule("t.3", "range", "dbt_utils.accepted_range", "id", {"min_value": 0, "max_value": 9})
CONTRACT = Contract(
    enforced=True,
    columns=(ID, EMAIL),
    constraints=(Constraint("not_null", ("id",)), Constraint("check", ("id",), expression="id > 0")),
    rules=(UNIQUE, VALUES, RANGE),
)
PORT = port(contract=CONTRACT, row_filter=RowFilter(("id",), "id > 0"), version="1")
PRODUCT = product(ports=(PORT,))
Changed = Callable[[Any], Any]


def of(contract: Contract, **changes: Any) -> Product:
    return product(ports=(msgspec.structs.replace(PORT, contract=msgspec.structs.replace(contract, **changes)),))


def columns(*found: Column) -> Product:
    return of(CONTRACT, columns=found)


def constraints(*found: Constraint) -> Product:
    return of(CONTRACT, constraints=found)


def rules(*found: QualityRule) -> Product:
    return of(CONTRACT, rules=found)


def around(**changes: Any) -> Product:
    return product(ports=(msgspec.structs.replace(PORT, **changes),))


def rule(old: QualityRule, **changes: Any) -> Product:
    new = msgspec.structs.replace(old, **changes)
    return rules(*(new if each is old else each for each in CONTRACT.rules))


def email(**changes: Any) -> Product:
    return columns(ID, msgspec.structs.replace(EMAIL, **changes))


def other(version: str) -> Port:
    return msgspec.structs.replace(PORT, version=version)


NOT_NULL, CHECK = CONTRACT.constraints
KEY = Constraint("primary_key", ("id",))
WARNS = msgspec.structs.replace(UNIQUE, severity="warn")
# kind: before, after (None: the product above), subject.
CASES: dict[str, tuple[Product | None, Product | None, str]] = {
    "port_removed": (product(ports=(PORT, other("2"))), None, ""),
    "port_added": (None, product(ports=(PORT, other("2"))), ""),
    "port_deprecated": (None, around(deprecation_date="2030-01-31T00:00:00+00:00"), ""),
    "description_changed": (None, email(description="Another."), "email"),
    "column_removed": (None, columns(ID), "email"),
    "column_added": (None, columns(ID, EMAIL, Column("more", "date")), "more"),
    "column_retyped": (None, columns(Column("id", "varchar"), EMAIL), "id"),
    "column_narrowed": (None, columns(Column("id", "smallint"), EMAIL), "id"),
    "column_widened": (None, columns(Column("id", "bigint"), EMAIL), "id"),
    "columns_reordered": (None, columns(EMAIL, ID), ""),
    "nullability_tightened": (None, constraints(*CONTRACT.constraints, Constraint("not_null", ("email",))), "email"),
    "nullability_loosened": (None, constraints(CHECK), "id"),
    "key_added": (constraints(NOT_NULL, Constraint("unique", ("id",))), constraints(KEY), "id"),
    "key_changed": (constraints(KEY), constraints(Constraint("primary_key", ("email",))), "email"),
    "key_removed": (constraints(KEY), constraints(NOT_NULL, Constraint("unique", ("id",))), "id"),
    "constraint_added": (None, constraints(*CONTRACT.constraints, Constraint("unique", ("email",))), "email"),
    "constraint_removed": (None, constraints(NOT_NULL), "id"),
    "rule_added": (rules(VALUES, RANGE), None, "id"),
    "rule_removed": (None, rules(VALUES, RANGE), "id"),
    "warning_changed": (rules(WARNS, VALUES, RANGE), rules(VALUES, RANGE), "id"),
    "rule_tightened": (None, rule(RANGE, arguments={"min_value": 1, "max_value": 9}), "id"),
    "rule_weakened": (None, rule(UNIQUE, severity="warn"), "id"),
    "rule_changed": (None, rule(UNIQUE, limits={"error_if": "> 10"}), "id"),
    "values_added": (None, rule(VALUES, arguments={"values": ["a", "b", "c"]}), "email"),
    "values_removed": (None, rule(VALUES, arguments={"values": ["b"]}), "email"),
    "freshness_weakened": (None, product(ports=(PORT,), slo=Slo("2 days", 0.99)), ""),
    "freshness_tightened": (None, product(ports=(PORT,), slo=Slo("90m", 0.99)), ""),
    "freshness_changed": (None, product(ports=(PORT,), slo=Slo("daily", 0.99)), ""),
    "quality_weakened": (None, product(ports=(PORT,), slo=Slo("24h", None)), ""),
    "quality_tightened": (None, product(ports=(PORT,), slo=Slo("24h", 1.0)), ""),
    "terms_changed": (None, product(ports=(PORT,), terms="For everybody."), ""),
    "owner_changed": (None, product(ports=(PORT,), owner=Owner("Bob")), ""),
    "mask_added": (email(mask=None), None, "email"),
    "mask_changed": (None, email(mask=Mask("hash", "keyed_hash")), "email"),
    "mask_removed": (None, email(mask=None), "email"),
    "classification_changed": (None, email(classification="confidential"), "email"),
    "row_filter_added": (around(row_filter=None), None, ""),
    "row_filter_changed": (None, around(row_filter=RowFilter(("id",), "id > 1")), ""),
    "row_filter_removed": (None, around(row_filter=None), ""),
}
NEXT = {"breaking": "2.0.0", "compatible": "1.3.0", "patch": "1.2.4"}


@pytest.mark.parametrize("kind", RULES)
def test_each_rule_judges_its_change(kind: str) -> None:
    before, after, subject = CASES[kind]
    old, new = before or PRODUCT, after or PRODUCT
    found = diff_products(old, new, "postgres")
    changes = {each.kind: each for each in (*found.changes, *(each for port in found.ports for each in port.changes))}
    assert changes[kind].subject == subject
    assert changes[kind].severity == RULES[kind].severity
    assert changes[kind].message
    worst = min((RULES[each].severity for each in changes), key=list(NEXT).index)
    assert found.severity == worst
    assert next_version("1.2.3", old, new, "postgres") == NEXT[worst]


# What a change must not be called.
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(constraints(NOT_NULL), constraints(NOT_NULL, NOT_NULL), id="said twice"),
        pytest.param(
            constraints(KEY), constraints(KEY, NOT_NULL, Constraint("unique", ("id",))), id="what a key says already"
        ),
        pytest.param(
            rules(UNIQUE), rules(msgspec.structs.replace(UNIQUE, name="other", unique_id="t.9")), id="a test renamed"
        ),
        pytest.param(
            constraints(CHECK), constraints(Constraint("check", ("ID",), expression="id  >  0")), id="other spaces"
        ),
        pytest.param(
            rules(QualityRule("u", "u", "unit")), rules(QualityRule("v", "v", "unit")), id="unit tests tell of code"
        ),
        pytest.param(
            product(ports=(PORT,), slo=Slo("24h")), product(ports=(PORT,), slo=Slo("1 day")), id="the same duration"
        ),
    ],
)
def test_what_promises_the_same_is_no_change(old: Product, new: Product) -> None:
    found = diff_products(old, new, "duckdb")
    assert [each for port in found.ports for each in port.changes] == list(found.changes) == []


def test_a_constraint_takes_the_place_of_a_test() -> None:
    tested = of(CONTRACT, constraints=())
    promised = of(CONTRACT, constraints=(Constraint("unique", ("id",)),), rules=(VALUES, RANGE))
    (diff,) = diff_products(tested, promised, "duckdb").ports
    assert [each.kind for each in diff.changes] == ["constraint_added"]


def test_columns_that_go_take_their_promises_with_them() -> None:
    (diff,) = diff_products(PRODUCT, of(CONTRACT, columns=(EMAIL,), constraints=(), rules=(VALUES,)), "duckdb").ports
    assert [each.kind for each in diff.changes] == ["column_removed"]


def test_both_views_are_told() -> None:
    (diff,) = diff_products(PRODUCT, CASES["values_added"][1] or PRODUCT, "duckdb").ports
    (change,) = diff.changes
    assert (change.producer, change.consumer) == ("compatible", "possible")
    assert change.message == "`email` may also be c"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("24h", 86400),
        ("1 day", 86400),
        ("1.5 hours", 5400),
        ("90 min", 5400),
        ("2w", 1209600),
        ("daily", None),
        ("1x", None),
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds
