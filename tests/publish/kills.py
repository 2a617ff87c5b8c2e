"""What the tests that kill share: a domain of two ports, what its consumers see, and killing everywhere.

Each of these tests is a file of its own, so that they run beside each other: they are the longest of all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.publish import toy
from tests.publish.domain import Domain
from tests.publish.rendering import Memory

ROOT = Path(__file__).parents[2]
PUBLISH = ("publish", "--yes")
OLD = {
    "customers": [list(row) for row in toy.CUSTOMERS],
    "orders": [[10, 1, "9.50"], [11, 2, "20.00"], [12, None, "1.25"]],
}
NEW = {
    "customers": [[1, "***@example.com", "DE", "1980-01-01"], OLD["customers"][1]],
    "orders": [[10, 1, "9.00"], *OLD["orders"][1:]],
}


def two_ports(domain: Domain) -> Domain:
    """Return the toy domain with its product of two ports only."""
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
