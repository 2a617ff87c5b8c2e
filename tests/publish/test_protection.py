"""Nothing that is to be hidden gets out: by a declaration that hides nothing, by an older version, by a view, by a return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from meshport.errors import ExitCode
from meshport.model import Gate
from tests.publish.domain import Domain

MODEL = "model.sales.customers.v1"


def blocked(domain: Domain, key: str = "sales.customer_orders") -> list[Gate]:
    """Return the blocked gates of a product."""
    return [gate for product in domain.plan().products if product.product.key == key for gate in product.blocked]


def meta_of(manifest: dict[str, Any], column: str) -> dict[str, Any]:
    """Return the meta of a column of `customers`, to change."""
    found: dict[str, Any] = manifest["nodes"][MODEL]["columns"][column]["config"]["meta"]
    return found


HIDES_NOTHING: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a mask without a classification": (
        lambda manifest: meta_of(manifest, "country").update(mask="redact"),
        "the mask `redact` has no effect without a classification",
    ),
    "a mask of a classification that has none": (
        lambda manifest: meta_of(manifest, "country").update(classification="internal", mask="redact"),
        "the mask `redact` is not allowed for `internal`",
    ),
    "an empty classification": (
        lambda manifest: meta_of(manifest, "country").update(classification=None),
        "`classification` has no value",
    ),
    "a misspelt key": (
        lambda manifest: meta_of(manifest, "country").update(clasification="pii.address"),
        "`clasification` means nothing here: is it `classification`?",
    ),
    "a classification on the model": (
        lambda manifest: manifest["nodes"][MODEL]["config"]["meta"].update(classification="pii.email"),
        "`classification` stands on customers; only columns have one",
    ),
    "a classification on the group": (
        lambda manifest: manifest["groups"]["group.sales.customer_orders"]["config"]["meta"].update(mask="hash"),
        "`mask` stands on customer_orders; only columns have one",
    ),
    "a mask that makes a unique column's values alike": (
        lambda manifest: manifest["nodes"][MODEL]["columns"]["email"].update(constraints=[{"type": "unique"}]),
        "the mask `email` makes values alike in a column that the contract calls unique",
    ),
    "an empty row filter": (
        lambda manifest: manifest["nodes"][MODEL]["config"]["meta"].update(row_filter=None),
        "`row_filter` has no value",
    ),
}


@pytest.mark.parametrize("case", HIDES_NOTHING)
def test_a_declaration_that_hides_nothing_is_blocked(domain: Domain, case: str) -> None:
    change, reason = HIDES_NOTHING[case]
    with domain.editing() as manifest:
        change(manifest)
    assert reason in {gate.reason for gate in blocked(domain)}


def test_a_version_that_hid_less_is_not_kept(domain: Domain) -> None:
    with domain.editing() as manifest:
        meta_of(manifest, "email").update(classification="public")
    domain.publish()
    assert ("ann@example.com",) in domain.ask("select email from customer_orders.customers_v1")
    with domain.editing() as manifest:
        meta_of(manifest, "email").update(classification="pii.email")
    domain.rebuild()
    domain.publish()
    tables = {
        name for (name,) in domain.ask("select table_name from duckdb_tables() where schema_name = 'customer_orders'")
    }
    assert "customers_v1__previous" not in tables
    done = domain.run("product", "rollback", "customer_orders", "--port", "customers.v1", "--yes")
    assert done.code == ExitCode.BLOCKED, done
    assert ("***@example.com",) in domain.ask("select email from customer_orders.customers_v1")


def test_a_singular_test_belongs_to_every_model_that_it_reads(domain: Domain) -> None:
    name = "test.sales.no_orphans"
    with domain.editing() as manifest:
        like = next(node for node in manifest["nodes"].values() if node["resource_type"] == "test")
        both = {"macros": [], "nodes": [MODEL, "model.sales.orders"]}
        manifest["nodes"][name] = {
            **like,
            "unique_id": name,
            "name": "no_orphans",
            "attached_node": None,
            "test_metadata": None,
            "column_name": None,
            "depends_on": both,
        }
    with domain.editing("run_results.json") as results:
        like = next(result for result in results["results"] if result["unique_id"].startswith("test."))
        results["results"].append({**like, "unique_id": name, "status": "fail", "failures": 7})
    reasons = {(gate.subject, gate.reason) for gate in blocked(domain)}
    said = "the test ended with `fail`, 7 failures"
    assert {("customers.v1: no_orphans", said), ("orders: no_orphans", said)} <= reasons


def test_the_rows_of_a_view_are_as_new_as_what_it_reads(domain: Domain) -> None:
    """A model below a view was built again, and the view's tests were not run on that."""
    with domain.editing_model("customers.v1") as model:
        model["config"]["materialized"] = "view"
    assert blocked(domain) == []
    with domain.editing("run_results.json") as results:
        below = next(r for r in results["results"] if r["unique_id"] == "model.sales.stg_customers")
        for timing in below["timing"]:
            timing["completed_at"] = "2999-01-01T00:00:00.000000Z"
    assert {gate.reason for gate in blocked(domain)} == {"the test was run on an older build"}


def test_an_interrupted_retirement_is_seen_and_can_be_finished(published: Domain) -> None:
    with published.registry() as registry:
        registry.set_port_status("sales.revenue", "revenue_by_country", "retired", actor="user:ann")
        registry.set_product_status("sales.revenue", "retired", actor="user:ann")
        registry.journal_begin("sales", "retire sales.revenue", "user:ann")
    with published.editing() as manifest:
        del manifest["groups"]["group.sales.revenue"]
        manifest["nodes"]["model.sales.revenue_by_country"].update(group=None, access="protected")
    done = published.publish(code=ExitCode.BLOCKED)
    assert "its retirement was interrupted" in done.out
    assert "record is complete" not in done.err
    assert published.run("product", "retire", "revenue", "--force", "--yes").code == ExitCode.OK
    assert published.ask("select table_name from duckdb_tables() where schema_name = 'revenue'") == []
    assert published.in_sync()


def test_a_retired_product_that_is_published_again_is_back(published: Domain) -> None:
    assert published.run("product", "retire", "revenue", "--force", "--yes").code == ExitCode.OK
    with published.editing() as manifest:
        model = manifest["nodes"]["model.sales.revenue_by_country"]
        manifest["nodes"]["model.sales.revenue"] = {**model, "name": "revenue", "unique_id": "model.sales.revenue"}
        del manifest["nodes"]["model.sales.revenue_by_country"]
        manifest["nodes"]["model.sales.revenue"]["alias"] = "revenue"
        manifest["nodes"]["model.sales.revenue"]["relation_name"] = '"sales"."main"."revenue"'
    with published.editing("run_results.json") as results:
        result = next(r for r in results["results"] if r["unique_id"] == "model.sales.revenue_by_country")
        result.update(unique_id="model.sales.revenue", relation_name='"sales"."main"."revenue"')
    published.by_hand("create table revenue as from revenue_by_country", file=published.internal)
    published.publish()
    with published.registry() as registry:
        assert registry.require("sales.revenue").status == "published"


def test_rows_that_dbt_built_after_the_plan_are_not_published(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt runs in another terminal while the statements are rendered."""
    from meshport.dbt_command import Dbt

    rendered = Dbt.render

    def meanwhile(dbt: Dbt, operations: Any) -> Any:
        if any(operation.operation == "stage_port" for operation in operations):
            domain.rebuild("update customers_v1 set country = 'ZZ'")
        return rendered(dbt, operations)

    monkeypatch.setattr(Dbt, "render", meanwhile)
    done = domain.publish(code=ExitCode.MOVED)
    assert "dbt ran after the plan was made" in done.err
    assert domain.ask("select table_name from duckdb_tables() where schema_name <> 'meshport'") == []
