"""What keeps a product from being published, and what it says then."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from meshport.errors import ExitCode
from meshport.model import Gate
from tests.publish.domain import Domain

pytestmark = pytest.mark.dbt

MODEL = "model.sales.customers.v1"
TEST = "test.sales.unique_customers_v1_customer_id"
UNIT = "unit_test.sales.customers.customers_pass_through_v1"
ORDERS = "model.sales.orders"


def blocked(domain: Domain, product: str = "sales.customer_orders") -> list[Gate]:
    """Return the gates that refuse a product. Publishing it must end with 3 and leave it alone."""
    (found,) = [item for item in domain.plan().products if item.product.key == product]
    assert domain.run("plan").code == (ExitCode.BLOCKED if domain.plan().blocked else ExitCode.OK)
    return list(found.blocked)


def reasons(domain: Domain) -> set[tuple[str, str, str]]:
    return {(gate.name, gate.subject, gate.reason) for gate in blocked(domain)}


def by_another_run(results: dict[str, Any]) -> None:
    results["metadata"]["invocation_id"] = "another-run"


def result_of(results: dict[str, Any], unique_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in results["results"] if r["unique_id"].startswith(unique_id))
    return found


# Each damage to the evidence of `customers`, the gate it must close, and what the gate says.
MISSING_EVIDENCE: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "no result": (
        lambda results: results["results"].remove(result_of(results, MODEL)),
        "built",
        "no run result: nothing shows that it was built",
    ),
    "skipped": (
        lambda results: result_of(results, MODEL).update(status="skipped", message=None),
        "built",
        "its last build ended with `skipped`",
    ),
    "error": (
        lambda results: result_of(results, MODEL).update(status="error", message="Runtime Error\n  no\n  " + "x" * 500),
        "built",
        "its last build ended with `error`: Runtime Error no …",
    ),
    "compiled only": (
        lambda results: results["args"].update(which="compile"),
        "built",
        "no run result: nothing shows that it was built",
    ),
    "without rows": (
        lambda results: results["args"].update(empty=True),
        "built",
        "its last build ended with `empty`: OK",
    ),
    "another environment": (
        lambda results: (by_another_run(results), results["metadata"].update(env={"STAGE": "test"})),
        "built",
        "it was run in another environment ({'STAGE': 'test'} instead of {})",
    ),
    "another relation": (
        lambda results: (by_another_run(results), result_of(results, MODEL).update(relation_name='"ci"."x"."y"')),
        "built",
        'it was built as "ci"."x"."y", the manifest says "sales"."main"."customers_v1": another target',
    ),
    "other code": (
        lambda results: (by_another_run(results), result_of(results, MODEL).update(compiled_code="select 1")),
        "built",
        "its code changed since it was run",
    ),
    "unknown code": (
        lambda results: (by_another_run(results), result_of(results, MODEL).update(compiled_code=None)),
        "built",
        "nothing shows that this code was run: the artifacts are of different dbt runs",
    ),
    "test not run": (
        lambda results: results["results"].remove(result_of(results, TEST)),
        "tests",
        "the test was not run",
    ),
    "unit test not run": (
        lambda results: results["results"].remove(result_of(results, UNIT)),
        "tests",
        "the test was not run",
    ),
    "test failed": (
        lambda results: result_of(results, TEST).update(status="fail", failures=3),
        "tests",
        "the test ended with `fail`, 3 failures",
    ),
    "unit test failed": (
        lambda results: result_of(results, UNIT).update(status="fail"),
        "tests",
        "the test ended with `fail`",
    ),
    "test of an older build": (
        lambda results: [
            timing.update(started_at="2020-01-01T00:00:00.000000Z", completed_at="2020-01-01T00:00:01.000000Z")
            for timing in result_of(results, TEST)["timing"]
        ],
        "tests",
        "the test was run on an older build",
    ),
}


@pytest.mark.parametrize("case", MISSING_EVIDENCE)
def test_missing_evidence_blocks_and_says_why(domain: Domain, case: str) -> None:
    damage, gate, reason = MISSING_EVIDENCE[case]
    with domain.editing("run_results.json") as results:
        damage(results)
    found = [g for g in blocked(domain) if g.name == gate and g.subject.startswith("customers.v1")]
    assert reason in {g.reason for g in found}
    assert all(g.hint for g in found)


def test_without_any_run_results_everything_is_blocked(domain: Domain) -> None:
    (domain.path / "target" / "run_results.json").unlink()
    done = domain.publish(code=ExitCode.BLOCKED)
    assert "2 products blocked: nothing of them is published." in done.out
    assert not domain.published.exists()


def test_results_of_another_project_are_no_evidence(domain: Domain) -> None:
    path = domain.path / "target" / "run_results.json"
    path.write_text(path.read_text().replace(".sales.", ".other."))
    assert ("built", "customers.v1", "no run result: nothing shows that it was built") in reasons(domain)


def test_kept_checksums_stand_for_code_that_compiles_differently(domain: Domain) -> None:
    """An incremental model does: `meshport build` keeps what the code was."""
    with domain.editing("run_results.json") as results:
        by_another_run(results)
        result_of(results, MODEL).update(compiled_code="insert into ...")
    checksum = json.loads((domain.path / "target" / "manifest.json").read_text())["nodes"][MODEL]["checksum"][
        "checksum"
    ]
    kept = domain.path / "target" / "run_results" / "code" / "another-run.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"target": None, "checksums": {MODEL: checksum}}))
    assert not [gate for gate in blocked(domain) if gate.name == "built"]
    kept.write_text(json.dumps({"target": "ci", "checksums": {MODEL: checksum}}))
    assert ("built", "customers.v1", "it was built for ci, not for the default target") in reasons(domain)
    kept.write_text(json.dumps({"target": None, "checksums": {MODEL: "other"}}))
    assert ("built", "customers.v1", "its code changed since it was run") in reasons(domain)


def test_a_failing_test_publishes_nothing_and_the_version_before_stays(published: Domain) -> None:
    before = published.ask("from customer_orders.customers_v1 order by 1")
    published.rebuild("insert into customers_v1 values (1, 'again@example.com', 'NL', date '1999-01-01')")
    with published.editing_result(TEST) as result:
        result.update(status="fail", failures=1)
    done = published.publish(code=ExitCode.BLOCKED)
    assert "customers.v1: unique_customers_v1_customer_id" in done.out
    assert "1 product blocked: nothing of it is published." in done.out
    assert "Published: sales.revenue" in done.err  # the other product is not held back
    assert published.ask("from customer_orders.customers_v1 order by 1") == before
    assert len(published.publications("sales.customer_orders")) == 1


def test_a_test_that_warns_does_not_block(domain: Domain) -> None:
    results = json.loads((domain.path / "target" / "run_results.json").read_text())
    assert result_of(results, "test.sales.not_null_orders_customer_id")["status"] == "warn"
    (gate,) = [
        gate for gate in domain.plan().products[0].gates if gate.subject == "orders: not_null_orders_customer_id"
    ]
    assert (gate.passed, gate.reason) == (True, "warned")


def column_of(manifest: dict[str, Any], model: str = MODEL, column: str = "customer_id") -> dict[str, Any]:
    found: dict[str, Any] = manifest["nodes"][model]["columns"][column]
    return found


def not_null(manifest: dict[str, Any], column: str) -> None:
    column_of(manifest, column=column)["constraints"] = [{"type": "not_null"}]


def renamed(manifest: dict[str, Any]) -> None:
    columns = manifest["nodes"][MODEL]["columns"]
    columns["land"] = {**columns.pop("country"), "name": "land"}
    manifest["nodes"][MODEL]["config"]["meta"].pop("row_filter")


BREAKING: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "column removed": (
        lambda manifest: manifest["nodes"][MODEL]["columns"].pop("email"),
        "customers.v1.email",
        "breaking: the column `email` is gone",
    ),
    "column renamed": (renamed, "customers.v1.country", "breaking: the column `country` is gone"),
    "column retyped": (
        lambda manifest: column_of(manifest).update(data_type="varchar"),
        "customers.v1.customer_id",
        "breaking: the type of `customer_id` changed from integer to varchar",
    ),
    "column narrowed": (
        lambda manifest: column_of(manifest).update(data_type="smallint"),
        "customers.v1.customer_id",
        "breaking: the type of `customer_id` narrowed from integer to smallint",
    ),
    "not null added": (
        lambda manifest: not_null(manifest, "email"),
        "customers.v1.email",
        "breaking: not null on `email` is required now: the contract is tighter",
    ),
    "not null removed": (
        lambda manifest: column_of(manifest).update(constraints=[]),
        "customers.v1.customer_id",
        "breaking: not null on `customer_id` is no longer promised",
    ),
    "port gone": (
        lambda manifest: manifest["nodes"][ORDERS]["config"].update(access="protected"),
        "orders",
        "breaking: the port is published and is not declared any more",
    ),
    "port moved": (
        lambda manifest: manifest["nodes"][ORDERS].update(alias="all_orders"),
        "orders",
        "breaking: the port would move from sales_published.customer_orders.orders "
        "to sales_published.customer_orders.all_orders",
    ),
}


@pytest.mark.parametrize("case", BREAKING)
def test_a_breaking_change_is_refused_and_named(published: Domain, case: str) -> None:
    change, subject, reason = BREAKING[case]
    with published.editing() as manifest:
        change(manifest)
    assert ("contract", subject, reason) in reasons(published)
    done = published.publish(code=ExitCode.BLOCKED)
    assert reason.partition(" (")[0] in done.out
    assert "sales.customer_orders" not in done.err
    assert len(published.publications("sales.customer_orders")) == 1


@pytest.mark.parametrize("same", ["int", "INTEGER", "int4"])
def test_another_spelling_of_a_type_breaks_nothing(published: Domain, same: str) -> None:
    with published.editing() as manifest:
        column_of(manifest)["data_type"] = same
    assert blocked(published) == []


DECLARATIONS: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str]] = {
    "no owner": (
        lambda manifest: manifest["groups"]["group.sales.customer_orders"].update(owner={}),
        "owner",
        "the product has no owner",
    ),
    "unknown classification": (
        lambda manifest: column_of(manifest, column="email")["config"]["meta"].update(classification="pii.shoe_size"),
        "masks",
        "the classification `pii.shoe_size` is not in the standards",
    ),
    "unknown mask": (
        lambda manifest: column_of(manifest, column="email")["config"]["meta"].update(mask="invisible"),
        "masks",
        "the mask `invisible` is not allowed for `pii.email`",
    ),
    "mask of another type": (
        lambda manifest: column_of(manifest, column="email").update(data_type="blob"),
        "contract",
        "breaking: the type of `email` changed from varchar to blob",
    ),
    "unknown tag": (
        lambda manifest: manifest["nodes"][ORDERS]["config"]["meta"].update(tags={"colour": "red"}),
        "tags",
        "the tag `colour` is not in the standards",
    ),
    "tags that are no mapping": (
        lambda manifest: manifest["nodes"][ORDERS]["config"]["meta"].update(tags=["red"]),
        "tags",
        "`config.meta.tags` must map tag keys to values",
    ),
    "unknown tier": (
        lambda manifest: manifest["groups"]["group.sales.customer_orders"]["config"]["meta"]["data_product"].update(
            tier="platinum"
        ),
        "tags",
        "the tag `tier` cannot be `platinum`",
    ),
    "unknown key": (
        lambda manifest: manifest["groups"]["group.sales.customer_orders"]["config"]["meta"]["data_product"].update(
            sla="24h"
        ),
        "declaration",
        "`config.meta.data_product` does not fit: Object contains unknown field `sla`",
    ),
    "no ports": (
        lambda manifest: [manifest["nodes"][node]["config"].update(access="protected") for node in (MODEL, ORDERS)],
        "ports",
        "the product has no output port",
    ),
    "no contract": (
        lambda manifest: [manifest["nodes"][ORDERS][place].update(enforced=False) for place in ("contract",)],
        "contract",
        "a port needs an enforced contract",
    ),
    "filter on an unknown column": (
        lambda manifest: manifest["nodes"][MODEL]["config"]["meta"]["row_filter"].update(columns=["land"]),
        "row_filter",
        "the row filter names the column `land`, which the port does not have",
    ),
    "one relation for two ports": (
        lambda manifest: manifest["nodes"][ORDERS].update(alias="CUSTOMERS_V1"),
        "ports",
        "customer_orders.orders and customer_orders.customers.v1 would both be published as "
        "sales_published.customer_orders.CUSTOMERS_V1",
    ),
    "a port in the place of another's previous version": (
        lambda manifest: manifest["nodes"][ORDERS].update(alias="customers_v1__previous"),
        "ports",
        "a port's name must not end with __staged or __previous",
    ),
}


@pytest.mark.parametrize("case", DECLARATIONS)
def test_a_declaration_that_does_not_fit_is_a_blocked_gate(published: Domain, case: str) -> None:
    change, gate, reason = DECLARATIONS[case]
    with published.editing() as manifest:
        change(manifest)
    assert (gate, reason) in {(found.name, found.reason) for found in blocked(published)}
    # One careless product does not hide the others; what reads a model that is not public any more breaks a policy.
    others = [
        gate for gate in blocked(published, "sales.revenue") if not gate.reason.startswith("access_across_groups")
    ]
    assert others == []


def test_a_product_must_not_be_published_into_meshports_own_schema(domain: Domain) -> None:
    path = domain.path / "target" / "manifest.json"
    path.write_text(path.read_text().replace('"revenue"', '"Meshport"'))
    assert ("name", "Meshport") in {(gate.name, gate.subject) for gate in blocked(domain, "sales.Meshport")}


def test_two_dbt_projects_cannot_publish_one_product(published: Domain) -> None:
    for artifact in ("manifest.json", "run_results.json"):
        path = published.path / "target" / artifact
        text = path.read_text().replace(".sales.", ".shop.")
        path.write_text(
            text.replace('"package_name": "sales"', '"package_name": "shop"').replace(
                '"project_name": "sales"', '"project_name": "shop"'
            )
        )
    assert ("origin", "customer_orders", "another dbt project (sales) has published sales.customer_orders") in reasons(
        published
    )
    assert published.publish(code=ExitCode.BLOCKED)
    assert len(published.publications("sales.customer_orders")) == 1
