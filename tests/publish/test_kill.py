"""kill -9 before every single write of a publish and of a rollback: consumers never notice, and the next run converges."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
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
    """Return what was seen for each write that the command was killed before; the last run was not killed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.publish.killing", str(domain.path), str(memory.folder), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert [run["killed"] for run in runs] == [True] * (len(runs) - 1) + [False]
    assert runs[-1]["code"] == 0
    return runs


def rendered(domain: Domain, *commands: tuple[str, ...]) -> None:
    """Have dbt render everything that the commands need, on a copy: the script is to be quick."""
    copy = domain.copy(domain.path.parent / "rehearsal" / "sales")
    for command in commands:
        done = copy.run(*command)
        assert done.code == 0, done


def assert_whole(run: dict[str, Any], *allowed: dict[str, Any]) -> None:
    """Every port that a consumer could read held the rows of one version, whole and masked."""
    for port, rows in run["left"].items():
        assert rows in [version[port] for version in allowed], run["n"]


def test_the_first_publish(domain: Domain, memory: Memory) -> None:
    domain.by_hand("create schema customer_orders", "create table customer_orders.side_table as select 1 as theirs")
    rendered(domain, PUBLISH)
    runs = kill_everywhere(domain, memory, PUBLISH)
    assert len(runs) > 40
    for run in runs:
        assert_whole(run, OLD)
        assert run["again"][0] == 0, run
        assert run["now"] == OLD
        assert run["in_sync"], run["n"]
        assert len(run["publications"]) == 1, run["n"]
    assert Counter(len(run["left"]) for run in runs).keys() == {0, 1, 2}  # nothing, one port, both


def test_a_publish_over_another(domain: Domain, memory: Memory) -> None:
    domain.publish()
    domain.by_hand(
        "insert into meshport.tags values ('customer_orders', 'customers_v1', '', 'theirs', 'hands off')",
        "insert into meshport.tags values ('customer_orders', 'customers_v1', 'email', 'theirs', 'this too')",
        "comment on column customer_orders.customers_v1.born is 'a note of somebody else'",
    )
    new_build(domain)
    rendered(domain, PUBLISH)
    runs = kill_everywhere(domain, memory, PUBLISH)
    assert len(runs) > 50
    builds = domain.plan().products[0].builds
    for run in runs:
        assert run["left"].keys() == OLD.keys()  # always there
        assert_whole(run, OLD, NEW)
        assert run["again"][0] == 0, run
        assert run["now"] == NEW
        assert run["in_sync"], run["n"]
        assert [of for _, of in run["publications"]].count(builds) == 1
        assert len(run["publications"]) == 2
        assert run["tags"]["tier"] == "silver"
        assert run["tags"]["theirs"] == "hands off"
        assert run["tags"]["on email"] == {"classification": "pii.email", "theirs": "this too"}
        assert run["comments"]["born"] == "a note of somebody else"
        assert "country" not in run["comments"]
    mixed = [run for run in runs if run["left"]["customers"] != OLD["customers"] and run["left"]["orders"] == OLD["orders"]]
    assert mixed  # it was killed between the two ports as well


def test_a_rollback(domain: Domain, memory: Memory) -> None:
    domain.publish()
    new_build(domain)
    with domain.editing_model("customers.v1") as model:  # something that the rollback has to take back beside the rows
        model["columns"]["vip"] = {
            **model["columns"]["country"],
            "name": "vip",
            "data_type": "boolean",
            "config": {"meta": {"tags": {"business_term": "vip"}}},
        }
    domain.by_hand("alter table customers_v1 add column vip boolean default true", file=domain.internal)
    domain.publish()
    domain.by_hand("insert into meshport.tags values ('customer_orders', 'customers_v1', '', 'theirs', 'hands off')")
    rendered(domain, ROLLBACK)
    runs = kill_everywhere(domain, memory, ROLLBACK)
    assert len(runs) > 30
    new = {**NEW, "customers": [[*row, 1] for row in NEW["customers"]]}
    for run in runs:
        assert run["left"].keys() == OLD.keys()
        assert_whole(run, OLD, new)
        code, said = run["again"]
        assert code == 0 or (code == 3 and "no previous version" in said), run
        assert run["now"] == OLD, run["n"]
        assert [kind for kind, _ in run["publications"]] == ["rollback", "publish", "publish"], run["n"]
        assert run["tags"]["theirs"] == "hands off"
        assert run["unfinished"] == 0, run["n"]
        assert "vip" not in run["comments"]
        assert run["vip"] == {}, run["n"]
