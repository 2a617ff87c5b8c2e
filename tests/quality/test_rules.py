"""Which policies are about which columns, and what of contracts and tests is a rule for rows."""

from __future__ import annotations

from typing import Any

import pytest

from meshport.artifacts import Test as DbtTest
from meshport.model import Column, Constraint, Contract, Port, Product, QualityRule, Relation
from meshport.quality.questions import questions
from meshport.quality.rules import applies, rules_of
from meshport.quality.types import PortRules
from meshport.standards.policy import AppliesTo, Policy, References, Spec
from tests.inspection.builders import model, project

ORDERS = "model.shop.orders"
CUSTOMERS = Relation("shop", "main", "customers")
PLACE: dict[str, Any] = {"database": "shop", "schema": "main"}
PROJECT = project(
    model("orders", **PLACE),
    model("customers", **PLACE),
    model("passed_through", materialized="ephemeral", **PLACE),
    model("elsewhere", database="other", schema="main"),
)


def policy(kind: Any = "row", references: References | None = None, **applies_to: Any) -> Policy:
    spec = Spec(
        description="A rule.",
        severity="error",
        kind=kind,
        references=references,
        applies_to=AppliesTo(**applies_to),
    )
    return Policy(name="rule", type="data", path="rule.sql", sql="{{ column }} > 0", spec=spec)


def port(*columns: Column, **contract: Any) -> Port:
    relation = Relation("shop", "main", "orders")
    made = Contract(enforced=True, columns=columns, **contract)
    return Port(
        name="orders",
        unique_id=ORDERS,
        source=relation,
        relation=relation,
        contract=made,
        tags={"tier": "gold"},
    )


AMOUNT = Column(name="Order_Amount", data_type="decimal(9,2)", tags={"business_term": "amount"})
MAIL = Column(name="mail", data_type="varchar", classification="pii.email")
UNTYPED = Column(name="amount")


@pytest.mark.parametrize(
    ("applies_to", "expected"),
    [
        ({"columns": ("amount$",)}, [AMOUNT, UNTYPED]),
        ({"columns": ("^order_",)}, [AMOUNT]),
        ({"types": ("number",)}, [AMOUNT]),
        ({"types": ("integer", "string")}, [MAIL]),
        ({"types": ("any",)}, [AMOUNT, MAIL, UNTYPED]),
        ({"classifications": ("pii.*",)}, [MAIL]),
        ({"classifications": ("pii",)}, []),
        ({"classifications": ("*",)}, [AMOUNT, MAIL, UNTYPED]),
        ({"tags": {"business_term": "am*"}}, [AMOUNT]),
        ({"tags": {"tier": "gold"}}, [AMOUNT, MAIL, UNTYPED]),
        ({"tags": {"tier": "silver"}}, []),
        ({"tags": {"nothing": "*"}}, []),
        ({"columns": ("amount",), "types": ("number",)}, [AMOUNT]),
        ({"columns": ("amount",), "types": ("string",)}, []),
        ({}, [AMOUNT, MAIL, UNTYPED]),
    ],
)
def test_every_condition_that_is_given_must_hold(applies_to: dict[str, Any], expected: list[Column]) -> None:
    described = port(AMOUNT, MAIL, UNTYPED)
    chosen = [each for each in described.contract.columns if applies(policy(**applies_to), described, each, "duckdb")]
    assert chosen == expected


def checked(described: Port, *policies: Policy, tests: tuple[DbtTest, ...] = ()) -> PortRules:
    known = project(*PROJECT.nodes.values(), tests=tests)
    (found,) = rules_of(known, policies, [Product(domain="shop", name="sales", title="Sales", ports=(described,))])
    return found


def dbt_test(kind: str, column: str | None = "id", **fields: Any) -> tuple[QualityRule, DbtTest]:
    unique_id = f"test.shop.{kind}.{column}"
    depends_on = fields.pop("depends_on", (ORDERS,))
    rule = QualityRule(unique_id=unique_id, name=kind, kind=kind, column=column, **fields)
    return rule, DbtTest(
        unique_id=unique_id, name=kind, kind=kind, column=column, attached_node=ORDERS, depends_on=depends_on
    )


def rules(described_test: tuple[QualityRule, DbtTest]) -> PortRules:
    said, read = described_test
    return checked(port(Column(name="ID"), rules=(said,)), tests=(read,))


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("not_null", {}, {"kind": "row", "check": "not_null"}),
        ("unique", {}, {"kind": "unique", "check": None}),
        ("unique", {"severity": "warn"}, {"kind": "unique", "severity": "warning"}),
        ("accepted_values", {"arguments": {"values": ["a", 1]}}, {"check": "accepted_values", "accepted": ("a", "1")}),
        ("accepted_values", {"arguments": {"values": [1, 2.5], "quote": False}}, {"accepted": (1, 2.5)}),
        (
            "relationships",
            {"arguments": {"to": "ref('customers')", "field": "id"}, "depends_on": (ORDERS, "model.shop.customers")},
            {"kind": "relationship", "to": CUSTOMERS, "to_columns": ("id",)},
        ),
        (
            "relationships",
            {"arguments": {"to": "ref('orders')", "field": "parent"}},
            {"kind": "relationship", "to": Relation("shop", "main", "orders"), "to_columns": ("parent",)},
        ),
    ],
)
def test_generic_tests_are_rules(kind: str, fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = rules(dbt_test(kind, **fields))
    (rule,) = found.rules
    assert {name: getattr(rule, name) for name in expected} == expected
    assert rule.columns == ("ID",), "as the contract writes it"
    assert found.left == ()


@pytest.mark.parametrize(
    ("kind", "column", "fields"),
    [
        ("not_null", "id", {"limits": {"where": "id > 5"}}),
        ("unique", "id", {"limits": {"error_if": "> 10"}}),
        ("unique", "lower(id)", {}),
        ("unique", None, {}),
        ("dbt_utils.not_empty_string", "id", {}),
        ("accepted_values", "id", {"arguments": {"values": ["current_date"], "quote": False}}),
        ("accepted_values", "id", {"arguments": {"values": []}}),
        ("accepted_values", "id", {"arguments": {"values": "{{ var('values') }}"}}),
        ("relationships", "id", {"arguments": {"to": "x", "field": "y"}, "depends_on": (ORDERS, "model.shop.gone")}),
        (
            "relationships",
            "id",
            {"arguments": {"to": "x", "field": "y"}, "depends_on": (ORDERS, "model.shop.passed_through")},
        ),
        (
            "relationships",
            "id",
            {"arguments": {"to": "x", "field": "y"}, "depends_on": (ORDERS, "model.shop.elsewhere")},
        ),
        ("relationships", "id", {"arguments": {"to": "x", "field": "y"}, "depends_on": (ORDERS, "a", "b")}),
        ("singular", None, {}),
        ("unit", None, {}),
    ],
)
def test_what_dbt_alone_can_judge_is_left_to_it(kind: str, column: str | None, fields: dict[str, Any]) -> None:
    found = rules(dbt_test(kind, column, **fields))
    assert found.rules == ()
    assert found.left == (kind,)


def test_constraints_are_rules_and_each_is_asked_once() -> None:
    constraints = (
        Constraint(type="primary_key", columns=("id", "line")),
        Constraint(type="not_null", columns=("id",)),
        Constraint(type="check", columns=("id",), expression="id > 0", name="positive"),
        Constraint(type="unique", columns=("mail",)),
        Constraint(type="foreign_key", columns=("id",), to="customers", to_columns=("id",)),
        Constraint(type="foreign_key", columns=("id",), to="nowhere", to_columns=("id",)),
        Constraint(type="custom", columns=("id",), expression="whatever"),
    )
    said, read = dbt_test("not_null")
    columns = (Column(name="id"), Column(name="line"), Column(name="mail"))
    found = checked(port(*columns, constraints=constraints, rules=(said,)), tests=(read,))
    assert [(rule.kind, rule.check, rule.columns) for rule in found.rules] == [
        ("row", "not_null", ("id",)),
        ("row", "not_null", ("line",)),
        ("unique", None, ("id", "line")),
        ("row", "expression", ("id",)),
        ("unique", None, ("mail",)),
        ("relationship", None, ("id",)),
    ]
    asked = list(questions(found))
    assert [(each.operation, len(each.rules)) for each in asked] == [
        ("count_violations", 3),
        ("count_repeated", 1),
        ("count_repeated", 1),
        ("count_orphans", 1),
    ]


def test_a_relationship_to_nowhere_is_a_problem_and_not_asked() -> None:
    references = References(model="nowhere", column="id")
    found = checked(port(Column(name="id")), policy("relationship", references, columns=("id",)))
    (rule,) = found.rules
    assert rule.problem == "no relation of this project is named nowhere"
    assert [each.operation for each in questions(found)] == ["count_violations"]


def test_a_policy_is_a_rule_for_each_column_it_is_about() -> None:
    found = checked(port(AMOUNT, MAIL), policy(types=("any",)), policy(columns=("mail",)))
    assert [(rule.id, rule.subject) for rule in found.rules] == [
        ("policy.rule.Order_Amount", "shop.sales.orders.Order_Amount"),
        ("policy.rule.mail", "shop.sales.orders.mail"),
        ("policy.rule.mail", "shop.sales.orders.mail"),
    ]
