"""Whatever goes wrong, wherever: a publish ends well or says why, the next one converges, and nobody sees what is hidden.

`make test` hurts some calls, each in another way; `make test-faults` every call of a publish of three ports in every way,
and some of a publish of fifty.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from meshport.errors import ExitCode
from tests.databricks.publish.conftest import Built, NativeDomain
from tests.databricks.publish.faulty import FAULTS, Allowed, Case, Trial, cases, hurried
from tests.databricks.publish.richer import many_ports, registers_everything
from tests.databricks.publish.test_publishing import ALL, ORDERS
from tests.databricks_double.faults import Cut, Revoke, ServerError, StopWarehouse, TooManyRequests
from tests.databricks_double.store import Catalog, Schema

pytestmark = pytest.mark.dbt

EVERY = "MESHPORT_TESTS_HURT_EVERY"
SOME = int(os.environ.get(EVERY, "211"))
"""Of all cases, every so many are run. 1, all of them, takes half an hour and more."""
OLD_OR_NEW: Allowed = {
    **{port: (None, rows) for port, rows in ALL.items()},
    "customer_orders.orders": (None, ORDERS, [("10", "1", "99.00"), *ORDERS[1:]]),
    "revenue.revenue_by_country": (None, ALL["revenue.revenue_by_country"], []),
}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with hurried():
        yield


@pytest.fixture
def everything(native: NativeDomain, monkeypatch: pytest.MonkeyPatch) -> NativeDomain:
    """The toy domain with all that can be registered, published by somebody who may make tags governed."""
    registers_everything(native)
    for name, value in native.double.environment("admin").items():
        monkeypatch.setenv(name, value)
    return native


@contextmanager
def reading(native: NativeDomain) -> Iterator[list[object]]:
    """An analyst who may read everything reads in a loop; yields what she saw and should not have."""
    wrong: list[object] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            for port, rows in native.seen().items():
                # A table that waits for its first rows is there and empty; a column may come before its values.
                if rows and rows not in OLD_OR_NEW[port]:
                    wrong.append((port, rows))
            wrong.extend(("nobody", port) for port in native.readable("nobody"))
            time.sleep(0.05)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield wrong
        assert thread.is_alive(), "the analyst stopped reading"
    finally:
        stop.set()
        thread.join(timeout=60)


def test_each_fault_at_each_call_of_a_first_publish(everything: NativeDomain, built_native: Built) -> None:
    trial = Trial(everything, built_native, OLD_OR_NEW)
    assert trial.calls > trial.statements > 60
    chosen = cases(trial.calls, trial.statements)[::SOME]
    assert trial.each(chosen) == {}
    assert trial.happened == len(chosen), "a fault did not happen"


@pytest.mark.skipif(EVERY not in os.environ, reason=f"half an hour more: {EVERY} asks for it")
def test_some_faults_at_calls_of_a_publish_of_fifty_ports(everything: NativeDomain, built_native: Built) -> None:
    built = many_ports(everything, built_native, 50)
    trial = Trial(everything, built, OLD_OR_NEW)
    assert trial.statements > 500
    chosen = [
        Case("http", number, FAULTS[turn % len(FAULTS)])
        for turn, number in enumerate(range(1, trial.calls + 1, trial.calls // 40))
    ]
    assert trial.each(chosen) == {}


def test_faults_at_statements_of_a_publish_over_another(native: NativeDomain) -> None:
    native.publish()
    faults = native.double.faults
    for turn, action in enumerate((Cut(after=True), ServerError(), TooManyRequests())):
        native.sql(f"update sales.internal.orders set amount = {99 if turn % 2 == 0 else 9.5} where order_id = 10")
        native.rebuild(hours=turn + 1)
        with reading(native) as wrong:
            faults.begin()
            faults.at(8 + 11 * turn, action, kind="statement")
            done = native.run("publish", "--yes")
            assert done.code in (ExitCode.OK, ExitCode.UNAVAILABLE, ExitCode.BLOCKED), (action, done)
            assert faults.log, "nothing was hurt"
            faults.begin()
            native.publish()
        assert wrong == []
        wanted = "99.00" if turn % 2 == 0 else "9.50"
        assert native.seen()["customer_orders.orders"] == [("10", "1", wanted), *ORDERS[1:]]
        assert native.in_sync()


def test_a_token_that_is_revoked_half_way_is_said_and_the_next_one_finishes(native: NativeDomain) -> None:
    faults = native.double.faults
    faults.at(30, Revoke(status=403), kind="statement")
    done = native.run("publish", "--yes")
    assert done.code in (ExitCode.UNAVAILABLE, ExitCode.BLOCKED), done
    assert "dapi" not in done.err + done.out
    faults.begin()
    native.publish()
    assert native.seen() == ALL
    assert native.in_sync()


def test_a_port_that_is_half_written_is_not_taken_for_somebody_elses(native: NativeDomain) -> None:
    faults = native.double.faults
    faults.add(Revoke(status=403), statement="set tags .*meshport_build")  # it stands, and nothing says whose it is
    native.publish(code=ExitCode.UNAVAILABLE)
    faults.begin()
    plan = native.run("plan")
    assert (plan.code, "did not finish" in plan.out, "blocked" in plan.out) == (0, True, False), plan
    native.publish()
    assert native.seen() == ALL
    assert native.in_sync()


def test_a_warehouse_that_is_stopped_is_started_or_said_to_be(native: NativeDomain) -> None:
    faults = native.double.faults
    faults.store = native.double.store
    faults.add(StopWarehouse(), kind="statement", nth=25)
    native.publish()
    assert native.seen() == ALL
    native.sql("update sales.internal.orders set amount = 99 where order_id = 10")
    native.rebuild()
    faults.begin()
    faults.add(StopWarehouse(cannot_start="no capacity"), kind="statement", nth=20)
    done = native.publish(code=ExitCode.UNAVAILABLE)
    assert "warehouse" in done.err
    faults.begin()
    native.double.store.documents["warehouses"]["double"] |= {"state": "RUNNING", "cannot_start": None}
    native.publish()
    assert native.seen()["customer_orders.orders"] == [("10", "1", "99.00"), *ORDERS[1:]]


def test_a_port_that_somebody_dropped_comes_back(native: NativeDomain) -> None:
    native.publish()
    native.sql("drop table sales_published.customer_orders.orders")
    plan = native.run("plan")
    assert "removed by somebody else" in plan.out
    native.publish()
    assert native.seen() == ALL
    assert native.in_sync()


def test_a_table_that_was_dropped_under_a_publish_is_named(native: NativeDomain) -> None:
    native.publish()
    before = native.double.store.relations["sales", "internal", "orders"]
    native.rebuild()
    native.sql("drop table sales.internal.orders")
    done = native.publish(code=ExitCode.UNAVAILABLE)
    assert "NOT_FOUND" in done.err
    assert "`orders`" in done.err
    assert native.seen() == ALL
    native.double.store.relations["sales", "internal", "orders"] = before
    native.publish()
    assert native.seen() == ALL
    assert native.in_sync()


def test_a_column_with_a_governed_tag_that_is_renamed(everything: NativeDomain) -> None:
    everything.publish()
    everything.sql(
        "create or replace table sales.internal.orders as "
        "select order_id, customer_id, amount as total from sales.internal.orders"
    )
    everything.rebuild()
    with everything.editing_model("orders") as model:
        column = model["columns"].pop("amount")
        model["columns"]["total"] = {**column, "name": "total"}
    blocked = everything.publish(code=ExitCode.BLOCKED)
    assert "amount" in blocked.out
    everything.publish("--override-contract", "nobody reads it yet")
    assert everything.seen()["customer_orders.orders"] == ORDERS
    tags = "select column_name, tag_value from sales_published.information_schema.column_tags where tag_name = "
    assert everything.sql(f"{tags}'business_term'") == [("total", "amount")]
    assert everything.in_sync()


def test_names_with_quotes_and_dots(native: NativeDomain) -> None:
    published = "sales'`published"
    store = native.double.store
    store.catalogs[published,] = Catalog("sales", grants={"analyst": {"USE_CATALOG", "USE_SCHEMA", "SELECT"}})
    store.schemas[published, "default"] = Schema("sales")
    mesh = native.path / "mesh.yml"
    mesh.write_text(mesh.read_text() + f"published: {{database: {json.dumps(published)}}}\n")
    native.sql(
        "create or replace table sales.internal.orders tblproperties ('delta.columnMapping.mode' = 'name') as "
        "select order_id as `order.id`, customer_id as `it's`, amount as `am``ount` from sales.internal.orders"
    )
    native.rebuild()
    names = {"order_id": "order.id", "customer_id": "it's", "amount": "am`ount"}
    with native.editing_model("orders") as model:
        model["columns"] = {names[key]: {**each, "name": names[key]} for key, each in model["columns"].items()}
    done = native.run("publish", "--yes")
    assert done.code == 0, done.err
    for port, rows in ALL.items():
        schema, name = port.split(".")
        found = native.sql(f"select * from `sales'``published`.{schema}.{name} order by 1", "analyst")
        assert [tuple(str(cell) if cell is not None else None for cell in row) for row in found] == rows
    assert native.in_sync()
