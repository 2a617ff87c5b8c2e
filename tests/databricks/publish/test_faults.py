"""Whatever goes wrong, wherever: a publish ends well or says why, the next one converges, and nobody sees what is hidden."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from meshport.errors import ExitCode
from tests.databricks.publish.conftest import NativeDomain, restore
from tests.databricks.publish.test_publishing import ALL, ORDERS
from tests.databricks_double.faults import Action, Cut, Revoke, ServerError, TooManyRequests, Unavailable
from tests.databricks_double.store import Metastore

pytestmark = pytest.mark.dbt

FAULTS = (Cut(after=True), Cut(), Unavailable(after=True), ServerError(), TooManyRequests())
SOME = int(os.environ.get("MESHPORT_TESTS_HURT_EVERY", "13"))
"""Of all statements, every so many are hurt, each in another way than the one before. 1 takes a quarter of an hour."""
OLD_OR_NEW = {
    **{port: (None, rows) for port, rows in ALL.items()},
    "customer_orders.orders": (None, ORDERS, [("10", "1", "99.00"), *ORDERS[1:]]),
    "revenue.revenue_by_country": (None, ALL["revenue.revenue_by_country"], []),
}


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
            time.sleep(0.05)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        thread.join(timeout=60)


def places(native: NativeDomain) -> int:
    """Return how many statements a publish sends."""
    native.double.faults.begin()
    native.publish()
    return native.double.faults.count("statement")


def hurt(native: NativeDomain, number: int, action: Action) -> None:
    """Publish with one fault; then without: it has to converge."""
    faults = native.double.faults
    faults.begin()
    faults.at(number, action, kind="statement")
    done = native.run("publish", "--yes")
    assert done.code in (ExitCode.OK, ExitCode.UNAVAILABLE, ExitCode.BLOCKED), (number, action, done)
    assert "Traceback" not in done.err
    assert faults.log, "nothing was hurt"
    faults.rules.clear()
    faults.begin()
    again = native.run("publish", "--yes")
    assert again.code == ExitCode.OK, (number, action, done, again)


def test_each_fault_at_statements_of_a_first_publish(
    native: NativeDomain, built_native: tuple[NativeDomain, Metastore]
) -> None:
    count = places(native)
    assert count > 40
    for turn, number in enumerate(range(1, count + 1, SOME)):
        restore(built_native)
        native.registry_file.unlink()
        with reading(native) as wrong:
            hurt(native, number, FAULTS[turn % len(FAULTS)])
        assert wrong == []
        assert native.seen() == ALL
        assert native.in_sync()


def test_each_fault_at_statements_of_a_publish_over_another(native: NativeDomain) -> None:
    native.publish()
    for turn in range(3):
        native.sql(f"update sales.internal.orders set amount = {99 if turn % 2 == 0 else 9.5} where order_id = 10")
        native.rebuild(hours=turn + 1)
        with reading(native) as wrong:
            hurt(native, 8 + 11 * turn, FAULTS[turn % len(FAULTS)])
        assert wrong == []
        wanted = "99.00" if turn % 2 == 0 else "9.50"
        assert native.seen()["customer_orders.orders"] == [("10", "1", wanted), *ORDERS[1:]]
        assert native.in_sync()


def test_a_token_that_is_revoked_half_way_is_said_and_the_next_one_finishes(native: NativeDomain) -> None:
    count = places(native)
    assert count > 40
    native.run("product", "retire", "revenue", "--force", "--yes")
    native.sql("update sales.internal.orders set amount = 99 where order_id = 10")
    native.rebuild()
    faults = native.double.faults
    faults.begin()
    faults.at(15, Revoke(403), kind="statement")
    done = native.run("publish", "--yes")
    assert done.code in (ExitCode.UNAVAILABLE, ExitCode.BLOCKED), done
    assert "dapi" not in done.err + done.out
    faults.rules.clear()
    faults.revoked.clear()
    native.run("publish", "--yes")
    assert native.seen()["customer_orders.orders"] == [("10", "1", "99.00"), *ORDERS[1:]]


def test_a_port_that_somebody_dropped_comes_back(native: NativeDomain) -> None:
    native.publish()
    native.sql("drop table sales_published.customer_orders.orders")
    plan = native.run("plan")
    assert "removed by somebody else" in plan.out
    native.publish()
    assert native.seen() == ALL
    assert native.in_sync()
