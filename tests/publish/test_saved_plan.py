"""A saved plan is applied exactly, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meshport.errors import ExitCode
from meshport.plan.files import load_plan
from meshport.plan.make import digest_of
from meshport.plan.types import FORMAT
from tests.publish import toy
from tests.publish.domain import Domain

pytestmark = pytest.mark.dbt


@pytest.fixture
def plan_file(domain: Domain, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    done = domain.run("plan", "--out", str(path))
    assert (done.code, done.err.splitlines()[-1]) == (0, f"Saved: {path}")
    return path


def test_it_is_applied_exactly(domain: Domain, plan_file: Path) -> None:
    domain.publish("--plan", str(plan_file))
    assert domain.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert [entry.plan_digest for entry in domain.publications("sales.revenue")] == [load_plan(plan_file).digest]
    assert domain.in_sync()


def test_it_does_not_apply_twice(domain: Domain, plan_file: Path) -> None:
    domain.publish("--plan", str(plan_file))
    done = domain.publish("--plan", str(plan_file), code=ExitCode.MOVED)
    assert "the plan no longer fits" in done.err
    assert len(domain.publications("sales.revenue")) == 1


def moved_catalog(domain: Domain) -> None:
    domain.by_hand("create schema revenue", "create table revenue.revenue_by_country as select 1 as theirs")


def moved_build(domain: Domain) -> None:
    domain.rebuild()


def failed_test(domain: Domain) -> None:
    with domain.editing_result("test.sales.unique_customers_v1_customer_id") as result:
        result.update(status="fail", failures=1)


def other_definition(domain: Domain) -> None:
    with domain.editing_model("orders") as model:
        model["description"] = "Another one."


@pytest.mark.parametrize("change", [moved_catalog, moved_build, failed_test, other_definition])
def test_it_is_refused_once_anything_moved(domain: Domain, plan_file: Path, change: Callable[[Domain], None]) -> None:
    """A build after the plan would put rows under a name whose tests were of other rows."""
    change(domain)
    done = domain.publish("--plan", str(plan_file), code=ExitCode.MOVED)
    assert "the plan no longer fits" in done.err
    assert "meshport plan" in done.err
    assert domain.publications("sales.customer_orders") == []


def edit_a_tag(plan: dict[str, Any]) -> None:
    next(c for p in plan["products"] for c in p["changes"] if c["name"] == "tier")["fields"][0]["new"] = "bronze"


def unblock_a_gate(plan: dict[str, Any]) -> None:
    plan["products"][0]["gates"] = []


def forget_a_product(plan: dict[str, Any]) -> None:
    del plan["products"][1]


@pytest.mark.parametrize("edit", [edit_a_tag, unblock_a_gate, forget_a_product])
@pytest.mark.parametrize("with_digest", [False, True])
def test_it_is_refused_when_edited(
    domain: Domain, plan_file: Path, edit: Callable[[dict[str, Any]], None], with_digest: bool
) -> None:
    document = json.loads(plan_file.read_text())
    edit(document)
    if with_digest:  # somebody went to the trouble of computing the digest again
        document["digest"] = digest_of(document)
    plan_file.write_text(json.dumps(document))
    done = domain.publish("--plan", str(plan_file), code=ExitCode.MOVED)
    assert ("the plan no longer fits" if with_digest else "the plan was changed after it was made") in done.err
    assert not domain.published.exists()


def test_another_format_is_refused(domain: Domain, plan_file: Path) -> None:
    document = json.loads(plan_file.read_text())
    document["format"] = 99
    plan_file.write_text(json.dumps(document))
    done = domain.publish("--plan", str(plan_file), code=ExitCode.INPUT)
    assert f"this is no plan of format {FORMAT} (found: 99)" in done.err


def test_a_plan_that_cannot_be_saved_is_an_error(domain: Domain, tmp_path: Path) -> None:
    done = domain.run("plan", "--out", str(tmp_path / "nowhere" / "plan.json"))
    assert (done.code, "the plan cannot be written" in done.err) == (ExitCode.UNAVAILABLE, True)
