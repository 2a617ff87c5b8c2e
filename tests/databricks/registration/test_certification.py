"""What certifies a port, and what takes the certification away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshport.cli.plan_text import plan_document, summary
from meshport.model import Column, Contract, Evidence, Gate, Owner, Port, Product, QualityRule, Slo
from meshport.plan.certification import KEY, Facts, certification
from tests.databricks.registration.native import NOON, PORT, Domain, project

RULE = QualityRule("test.a", "unique_id", "unique")
OTHER = QualityRule("test.b", "not_null_id", "not_null")
HERE = Port(
    name="orders",
    version="1",
    mode="clone",
    unique_id="model.a",
    source=PORT,
    relation=PORT,
    contract=Contract(True, (Column("id", "int"),), rules=(RULE,)),
)
PRODUCT = Product(domain="sales", name="crm", title="CRM", owner=Owner("Ann"), ports=(HERE,))


def gate(name: str, subject: str, passed: bool = False) -> Gate:
    return Gate(name, subject, passed, "why")


def seen(status: str, rule: QualityRule = RULE) -> Evidence:
    return Evidence(rule, status)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, None),
        ({"evidence": [seen("warn")]}, None),
        ({"gates": [gate("owner", "crm", passed=True)]}, None),
        ({"gates": [gate("tests", "orders.v10: x"), gate("masks", "orders.v11.id"), gate("owner", "other")]}, None),
        ({"gates": [gate("contract", "orders.v1"), gate("built", "orders.v1"), gate("place", "orders.v1")]}, None),
        ({"product": {"slo": Slo("24h", 1.0)}, "facts": Facts(age=86400)}, None),
        ({"product": {"owner": Owner()}}, "it has no owner"),
        ({"gates": [gate("owner", "crm")]}, "the owner: crm: why"),
        ({"port": {"contract": Contract(False, (Column("id", "int"),))}}, "its contract is not enforced"),
        ({"port": {"contract": Contract(True, (Column("id"),))}}, "its contract does not type every column"),
        ({"port": {"contract": Contract(True)}}, "its contract does not type every column"),
        ({"port": {"contract": Contract(True, (Column("id", "int"),))}, "evidence": []}, "it has no tests"),
        ({"evidence": []}, "tests that were not run: unique_id"),
        ({"evidence": [seen("pass", OTHER)]}, "tests that were not run: unique_id"),
        ({"evidence": [seen("fail")]}, "tests that failed: unique_id"),
        ({"evidence": [seen("pass"), seen("error", OTHER)]}, "tests that failed: not_null_id"),
        ({"evidence": [seen("skipped")]}, "tests that failed: unique_id"),
        ({"gates": [gate("tests", "orders.v1: unique_id")]}, "tests: orders.v1: unique_id: why"),
        ({"gates": [gate("masks", "orders.v1.id")]}, "masks: orders.v1.id: why"),
        ({"gates": [gate("row_filter", "orders.v1")]}, "the row filter: orders.v1: why"),
        ({"product": {"slo": Slo("24h")}, "facts": Facts(age=86401)}, "its rows are older than promised (24h)"),
        ({"product": {"slo": Slo("24h")}}, "nothing shows that its rows are as fresh as promised (24h)"),
        (
            {"product": {"slo": Slo("soon")}, "facts": Facts(age=1)},
            "nothing shows that its rows are as fresh as promised (soon)",
        ),
        (
            {"product": {"slo": Slo(quality=0.9)}, "evidence": [seen("pass"), seen("warn", OTHER)]},
            "50.0% of its tests passed, 90.0% is promised",
        ),
        ({"facts": Facts(shielded=False)}, "its masks are not what was written"),
    ],
)
def test_the_truth_table(changes: dict[str, Any], missing: str | None) -> None:
    product = msgspec.structs.replace(PRODUCT, **changes.get("product", {}))
    port = msgspec.structs.replace(HERE, **changes.get("port", {}))
    evidence = changes.get("evidence", [seen("pass")])
    found = certification(product, port, changes.get("gates", []), evidence, changes.get("facts", Facts()))
    assert (found.status, found.missing) == (("certified", ()) if missing is None else (None, (missing,)))
    gone = certification(product, port, [gate("owner", "crm")], evidence, Facts(), deprecated=True)
    assert (gone.status, gone.missing) == ("deprecated", ())
    dated = msgspec.structs.replace(port, deprecation_date="2030-01-01")
    assert certification(product, dated, [], evidence, Facts()).status == "deprecated"


@pytest.fixture
def domain(tmp_path: Path) -> Any:
    made = Domain(tmp_path)
    yield made
    made.registry.close()


def test_a_port_is_certified_by_publishing_and_then_nothing_is_left(domain: Domain) -> None:
    made = domain.publish(project())
    assert domain.tag(KEY) == "certified"
    assert domain.in_ledger(KEY)
    assert KEY not in made.products[0].product.ports[0].tags, "the product's definition says nothing of it"
    head = domain.registry.require("sales.crm")
    assert KEY not in head.product.ports[0].tags
    again = domain.plan(project())
    assert not again.actionable
    assert again.products[0].changes == ()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"status": "fail"}, "tests that failed: unique_customers_id"),
        ({"owner": {}}, "it has no owner"),
        ({"enforced": False}, "its contract is not enforced"),
    ],
)
def test_a_blocked_product_loses_its_certification(domain: Domain, broken: dict[str, Any], reason: str) -> None:
    domain.publish(project())
    before, rows = domain.registry.require("sales.crm"), domain.catalog.relations[PORT].properties
    domain.catalog.did.clear()
    plan = domain.plan(project(**broken))
    assert plan.blocked
    assert not any(product.actionable for product in plan.products)
    (lost,) = plan.products[0].withdrawals
    assert reason in lost.reason
    text = "\n".join(str(block) for block in plan_document(plan).blocks)
    assert "certification withdrawn" in text
    assert summary(plan) == "1 product blocked: nothing of it is published. 1 certification is withdrawn."
    made = domain.publish(project(**broken))
    assert domain.catalog.did == ["unset_tags"]
    assert domain.tag(KEY) is None
    assert not domain.in_ledger(KEY)
    assert domain.tag("domain") == "sales"
    assert domain.catalog.relations[PORT].properties == rows
    assert domain.registry.require("sales.crm") == before
    assert made.products[0].withdrawals
    assert not domain.plan(project(**broken)).actionable
    domain.publish(project())
    assert domain.tag(KEY) == "certified"


def test_rows_that_grow_old_lose_it_and_nothing_else_changes(domain: Domain) -> None:
    fresh = project(product={"title": "C", "tier": "gold", "slo": {"freshness": "24h"}})
    domain.publish(fresh)
    assert domain.tag(KEY) == "certified"
    domain.catalog.did.clear()
    made = domain.publish(fresh, NOON + timedelta(days=2))
    assert [(c.name, c.action, c.reason) for c in made.products[0].changes] == [
        (KEY, "delete", "its rows are older than promised (24h)")
    ]
    assert domain.catalog.did == ["prepare_zone", "unset_tags"]
    assert domain.tag(KEY) is None
    assert not domain.plan(fresh, NOON + timedelta(days=2)).actionable


def test_what_goes_is_deprecated(domain: Domain) -> None:
    domain.publish(project())
    domain.publish(project(deprecation_date="2030-01-01"))
    assert domain.tag(KEY) == "deprecated"
    domain.publish(project())
    assert domain.tag(KEY) == "certified"
    domain.registry.set_port_status("sales.crm", "customers", "deprecated", actor="ann", deprecation_date="2030-01-01")
    domain.publish(project())
    assert domain.tag(KEY) == "deprecated"
    blocked = domain.plan(project(status="fail"))
    assert (blocked.blocked, blocked.products[0].withdrawals) == (True, ())


def test_a_domain_may_do_without(domain: Domain) -> None:
    domain.publish(project())
    domain.certify = False
    domain.publish(project())
    assert domain.tag(KEY) is None
    assert not domain.plan(project()).actionable
    assert domain.plan(project(status="fail")).products[0].withdrawals == ()


def test_what_nobody_declares_any_more_is_not_certified(domain: Domain) -> None:
    domain.publish(project())
    without = msgspec.structs.replace(project(), groups={})
    (lost,) = domain.plan(without).products[0].withdrawals
    assert lost.reason == "it is not declared any more"
    domain.publish(without)
    assert domain.tag(KEY) is None
    assert not domain.plan(without).actionable


def test_masks_that_somebody_took_away_cost_it(domain: Domain) -> None:
    domain.publish(project())
    columns = domain.catalog.relations[PORT].columns
    domain.catalog.change(PORT, columns=tuple(msgspec.structs.replace(column, mask="") for column in columns))
    # Healed where the product is published; where it is blocked by something else, the port shows too much.
    assert domain.plan(project()).products[0].certifications["customers"].status == "certified"
    other = project()
    stale = msgspec.structs.replace(other.results["model.sales.customers"], environment={"X": "1"}, invocation_id="j")
    other.results["model.sales.customers"] = stale
    (lost,) = domain.plan(other).products[0].withdrawals
    assert "its masks are not what was written" in lost.reason


def test_somebody_elses_certification_stays(domain: Domain) -> None:
    unfit = project(product={"title": "C", "tier": "gold", "slo": {"quality": 1.0}}, status="warn")
    domain.publish(unfit)
    assert domain.tag(KEY) is None
    domain.catalog.change(PORT, tags={**domain.catalog.relations[PORT].tags, KEY: "certified"})
    plan = domain.plan(unfit)
    assert not plan.actionable
    assert [(item.name, item.value) for item in plan.foreign] == [(KEY, "certified")]
    assert domain.plan(project(status="fail", product={"title": "C"})).products[0].withdrawals == ()


def test_a_withdrawal_that_was_cut_off_is_completed(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    domain.publish(project())
    broken = project(status="fail")
    with monkeypatch.context() as patched:
        patched.setattr(domain.registry, "forget", _killed)
        with pytest.raises(KeyboardInterrupt):
            domain.publish(broken)
    assert domain.tag(KEY) is None
    domain.publish(project())
    assert domain.tag(KEY) == "certified"
    assert domain.in_ledger(KEY)


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt
