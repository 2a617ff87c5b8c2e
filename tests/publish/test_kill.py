"""kill -9 before every single write of a publish and of a rollback: consumers never notice, and the next run converges."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from meshport.errors import ExitCode
from tests.publish import toy
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

pytestmark = pytest.mark.dbt

ROOT = Path(__file__).parents[2]
PUBLISH = ("publish", "--yes")
ROLLBACK = ("product", "rollback", "customer_orders", "--yes")
OLD = {
    "customers": [list(row) for row in toy.CUSTOMERS],
    "orders": [[10, 1, "9.50"], [11, 2, "20.00"], [12, None, "1.25"]],
}
NEW = {
    "customers": [[1, "***@example.com", "DE", "1980-01-01"], OLD["customers"][1]],
    "orders": [[10, 1, "9.00"], *OLD["orders"][1:]],
}


@pytest.fixture
def domain(domain: Domain) -> Domain:
    """The toy domain with its product of two ports only."""
    with domain.editing() as manifest:
        del manifest["groups"]["group.sales.revenue"]
    return domain


def new_build(domain: Domain) -> None:
    """Two ports with new rows, another tag and a column without its comment."""
    domain.rebuild(
        "update customers_v1 set country = 'DE' where customer_id = 1",
        "update orders set amount = 9 where order_id = 10",
    )
    with domain.editing() as manifest:
        product = manifest["groups"]["group.sales.customer_orders"]["config"]["meta"]["data_product"]
        product["tier"] = "silver"
        manifest["nodes"]["model.sales.customers.v1"]["columns"]["country"]["description"] = ""


def kill_everywhere(domain: Domain, memory: Memory, command: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what was seen for each write that the command was killed before."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.publish.killing", str(domain.path), str(memory.folder), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = Counter(run["before"].split()[1] for run in runs)
    assert min(kinds["registry"], kinds["duckdb"]) > 3, kinds
    return runs


def ports(seen: dict[str, Any]) -> dict[str, Any]:
    return {name: seen[name] for name in ("customers", "orders")}


def tags(seen: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(column, key): value for column, key, value in seen["tags"]}


def test_the_first_publish(domain: Domain, memory: Memory) -> None:
    domain.by_hand("create schema customer_orders", "create table customer_orders.side_table as select 1 as theirs")
    runs = kill_everywhere(domain, memory, PUBLISH)
    for run in runs:
        # Not there yet, or whole and masked.
        assert all(rows in (None, OLD[port]) for port, rows in ports(run["left"]).items()), run
        assert run["again"][0] == 0, run
        assert ports(run["now"]) == OLD, run
        assert (run["actionable"], run["unfinished"], len(run["publications"])) == (False, 0, 1), run
    there = {sum(rows is not None for rows in ports(run["left"]).values()) for run in runs}
    assert there == {0, 1, 2}  # it was killed before, between and after the two ports


def test_a_publish_over_another(domain: Domain, memory: Memory) -> None:
    domain.publish()
    domain.by_hand(
        "insert into meshport.tags values ('customer_orders', 'customers_v1', '', 'theirs', 'hands off')",
        "insert into meshport.tags values ('customer_orders', 'customers_v1', 'email', 'theirs', 'this too')",
        "comment on column customer_orders.customers_v1.born is 'a note of somebody else'",
    )
    new_build(domain)
    runs = kill_everywhere(domain, memory, PUBLISH)
    builds = domain.plan().products[0].builds
    for run in runs:
        # Always there, of the old build or of the new one.
        assert all(rows in (OLD[port], NEW[port]) for port, rows in ports(run["left"]).items()), run
        assert run["again"][0] == 0, run
        assert ports(run["now"]) == NEW, run
        assert (run["actionable"], run["unfinished"]) == (False, 0), run
        assert [of == builds for _, of in run["publications"]] == [True, False], run
        on = tags(run["now"])
        assert (on["", "theirs"], on["email", "theirs"]) == ("hands off", "this too"), run
        assert (on["", "tier"], on["email", "classification"]) == ("silver", "pii.email"), run
        comments = dict(run["now"]["comments"])
        assert comments["born"] == "a note of somebody else", run
        assert "country" not in comments, run
    new = {sum(rows == NEW[port] for port, rows in ports(run["left"]).items()) for run in runs}
    assert new == {0, 1, 2}


def test_a_rollback(domain: Domain, memory: Memory) -> None:
    domain.publish()
    new_build(domain)
    with domain.editing_model("customers.v1") as model:  # something to take back beside the rows
        vip = {**model["columns"]["country"], "name": "vip", "data_type": "boolean"}
        model["columns"]["vip"] = {**vip, "config": {"meta": {"tags": {"business_term": "vip"}}}}
    domain.by_hand("alter table customers_v1 add column vip boolean default true", file=domain.internal)
    domain.publish()
    domain.by_hand("insert into meshport.tags values ('customer_orders', 'customers_v1', '', 'theirs', 'hands off')")
    new = {**NEW, "customers": [[*row, True] for row in NEW["customers"]]}
    for run in kill_everywhere(domain, memory, ROLLBACK):
        assert all(rows in (OLD[port], new[port]) for port, rows in ports(run["left"]).items()), run
        # A rollback that was complete, and only kept its turn, is refused: there is nothing more to go back to.
        complete = ports(run["left"]) == OLD and not run["begun"]
        assert run["again"][0] == (ExitCode.BLOCKED if complete else ExitCode.OK), run
        assert ports(run["now"]) == OLD, run
        assert (run["actionable"], run["unfinished"]) == (False, 0), run
        assert [kind for kind, _ in run["publications"]] == ["rollback", "publish", "publish"], run
        on = tags(run["now"])
        assert on["", "theirs"] == "hands off", run
        assert ("vip", "business_term") not in on, run
