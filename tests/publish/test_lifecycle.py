"""After publishing: new versions, going back, deprecation, retirement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meshport.errors import ExitCode
from tests.publish import toy
from tests.publish.domain import UNCHANGED, Domain

pytestmark = pytest.mark.dbt

KEY = "sales.customer_orders"
CHANGED = (
    "update customers_v1 set country = 'DE' where customer_id = 1",
    "alter table customers_v1 add column vip boolean default true",
)


def countries(domain: Domain) -> list[Any]:
    return [row[0] for row in domain.ask("select country from customer_orders.customers_v1 order by customer_id")]


@pytest.fixture
def twice(published: Domain) -> Domain:
    """The toy domain after a second publish: Ann moved to DE, there is a column `vip` with a tag and a comment."""
    published.rebuild(*CHANGED)
    with published.editing_model("customers.v1") as model:
        vip = {**model["columns"]["country"], "name": "vip", "data_type": "boolean", "description": "Very important."}
        model["columns"]["vip"] = {**vip, "config": {"meta": {"tags": {"business_term": "vip"}}}}
    published.publish()
    assert published.tags("customers_v1", "vip") == {"business_term": "vip"}
    return published


def add_version(manifest: dict[str, Any]) -> None:
    """Declare `customers.v2` as dbt would: without `born`, with another key."""
    text = json.dumps(manifest["nodes"]["model.sales.customers.v1"])
    second = json.loads(text.replace("customers.v1", "customers.v2").replace("customers_v1", "customers_v2"))
    second["version"] = 2
    del second["columns"]["born"]
    manifest["nodes"]["model.sales.customers.v1"]["latest_version"] = second["latest_version"] = 2
    manifest["nodes"]["model.sales.customers.v2"] = second


def build_version(domain: Domain) -> None:
    """Leave what building `customers.v2` leaves."""
    with domain.editing() as manifest:
        add_version(manifest)
    with domain.editing("run_results.json") as results:
        first = next(r for r in results["results"] if r["unique_id"] == "model.sales.customers.v1")
        second = json.loads(
            json.dumps(first).replace("customers.v1", "customers.v2").replace("customers_v1", "customers_v2")
        )
        results["results"].append(second)
    domain.by_hand(
        "create table customers_v2 as select customer_id, email, country from customers_v1", file=domain.internal
    )


def test_a_new_version_is_published_beside_the_old_and_the_old_can_go(published: Domain) -> None:
    build_version(published)
    with published.editing_model("customers.v1") as model:
        model["deprecation_date"] = "2027-01-31"
    done = published.publish()
    assert "sales.customer_orders (1.0.0 → 1.1.0)" in done.out
    assert published.ask("select * from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert published.ask("from customer_orders.customers_v2 order by 1") == [row[:3] for row in toy.CUSTOMERS]
    assert published.tags("customers_v2")["port_version"] == "2"
    assert published.in_sync()

    # Retiring: only after a word of warning, and for good.
    early = published.run("product", "retire", "customer_orders", "--port", "customers.v1", "--yes")
    assert (early.code, "not deprecated yet: customers.v1" in early.err) == (ExitCode.BLOCKED, True)
    assert countries(published) == ["NL", "BE"]
    done = published.run(
        "product",
        "deprecate",
        "customer_orders",
        "--port",
        "customers.v1",
        "--on",
        "2027-01-31",
        "--replaced-by",
        "customers.v2",
    )
    assert done.code == ExitCode.OK, done
    with published.registry() as registry:
        status = registry.port_status(KEY)["customers.v1"]
    assert (status.status, status.deprecation_date, status.replaced_by) == ("deprecated", "2027-01-31", "customers.v2")
    assert UNCHANGED in published.publish().out

    done = published.run("product", "retire", "customer_orders", "--port", "customers.v1", "--yes")
    assert done.code == ExitCode.OK, done
    tables = {
        name
        for (name,) in published.ask("select table_name from duckdb_tables() where schema_name = 'customer_orders'")
    }
    assert tables == {"customers_v2", "orders"}
    assert published.tags("customers_v1") == {}
    assert published.ask("from meshport.properties where relation like 'customers_v1%'") == []
    assert published.publish(code=ExitCode.BLOCKED).out.count("the port was retired") == 1

    with published.editing() as manifest:
        del manifest["nodes"]["model.sales.customers.v1"]
        manifest["unit_tests"] = {}
        for node in manifest["nodes"].values():  # who read it reads its successor now
            parents = node.get("depends_on", {}).get("nodes", [])
            if "model.sales.customers.v1" in parents:
                parents[parents.index("model.sales.customers.v1")] = "model.sales.customers.v2"
                node["compiled_code"] = (node.get("compiled_code") or "").replace("customers_v1", "customers_v2")
    published.publish()
    assert published.in_sync()
    with published.registry() as registry:
        ledger = registry.ledger(str(published.published), "sales")
    assert not [key for key in ledger if "customers_v1" in key.key]


def test_a_whole_product_retires(published: Domain) -> None:
    assert published.run("product", "retire", "revenue", "--yes").code == ExitCode.BLOCKED
    done = published.run("product", "retire", "revenue", "--yes", "--force", "--note", "nobody reads it")
    assert done.code == ExitCode.OK, done
    assert published.ask("select table_name from duckdb_tables() where schema_name = 'revenue'") == []
    with published.registry() as registry:
        assert registry.require("sales.revenue").status == "retired"
    assert published.run("product", "retire", "revenue", "--yes", "--force").code == ExitCode.OK  # again: no harm
    with published.editing() as manifest:
        manifest["groups"] = {k: v for k, v in manifest["groups"].items() if not k.endswith("revenue")}
    assert published.in_sync()


def test_rollback_brings_back_the_rows_and_their_shape_and_keeps_the_bad_build_out(twice: Domain) -> None:
    assert countries(twice) == ["DE", "BE"]
    done = twice.run("product", "rollback", "customer_orders", "--yes", "--note", "wrong country")
    assert (done.code, "Rolled back: customers.v1, orders" in done.err) == (ExitCode.OK, True), done
    assert countries(twice) == ["NL", "BE"]
    assert twice.ask("from customer_orders.customers_v1 order by 1") == toy.CUSTOMERS
    assert twice.comments("customers_v1")["email"] == "Their mail."
    assert twice.tags("customers_v1", "vip") == {}
    newest = twice.publications(KEY)[0]
    assert (newest.kind, newest.version, newest.note) == ("rollback", "2.0.0", "wrong country")
    assert set(newest.withdrawn) == {"customers.v1", "orders"}

    again = twice.publish(code=ExitCode.BLOCKED)
    assert "was rolled back" in again.out
    assert countries(twice) == ["NL", "BE"]
    second = twice.run("product", "rollback", "customer_orders", "--yes")
    assert second.code == ExitCode.BLOCKED
    assert "no previous version of sales.customer_orders to go back to" in second.err

    twice.rebuild("update customers_v1 set country = 'FR' where customer_id = 1", hours=2)
    twice.publish()
    assert countries(twice) == ["FR", "BE"]
    assert twice.in_sync()


def test_rollback_of_one_port_leaves_the_others(twice: Domain) -> None:
    build = twice.publications(KEY)[0].builds
    done = twice.run("product", "rollback", "customer_orders", "--port", "customers.v1", "--yes")
    assert done.code == ExitCode.OK, done
    newest = twice.publications(KEY)[0]
    assert set(newest.withdrawn) == {"customers.v1"}
    assert newest.builds["orders"] == build["orders"]
    assert newest.builds["customers.v1"] != build["customers.v1"]
    assert countries(twice) == ["NL", "BE"]
    done = twice.run("product", "rollback", "customer_orders", "--yes")  # the other one can still go back
    assert (done.code, "Rolled back: orders" in done.err) == (ExitCode.OK, True), done


def test_history_tells_what_happened(twice: Domain) -> None:
    twice.run("product", "rollback", "customer_orders", "--yes")
    done = twice.run("product", "history", "customer_orders", "--format", "json")
    entries = json.loads(done.out)
    assert [(entry["number"], entry["kind"]) for entry in entries] == [(3, "rollback"), (2, "publish"), (1, "publish")]
    assert "4 passed, 1 warned" in twice.run("product", "history", "customer_orders").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rollback", "nothing", "--yes"), "this domain never published sales.nothing"),
        (("rollback", "customer_orders", "--port", "nothing", "--yes"), "sales.customer_orders has no port `nothing`"),
        (("rollback", "customer_orders", "--yes"), "there is no previous version of sales.customer_orders"),
        (("retire", "nothing", "--yes"), "this domain never published sales.nothing"),
        (("retire", "customer_orders", "--port", "x", "--yes"), "sales.customer_orders has no port `x`"),
        (
            ("deprecate", "customer_orders", "--port", "x", "--on", "2027-01-01"),
            "sales.customer_orders has no port `x`",
        ),
        (("deprecate", "customer_orders", "--on", "soon"), "does not match the format"),
        (("history", "nothing"), "no product 'sales.nothing' is published"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    published: Domain, arguments: tuple[str, ...], message: str
) -> None:
    before = published.published.read_bytes()
    done = published.run("product", *arguments)
    assert message in done.err
    assert done.code in (ExitCode.USAGE, ExitCode.BLOCKED, ExitCode.INPUT)
    assert published.published.read_bytes() == before
    assert published.in_sync()
