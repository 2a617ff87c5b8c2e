"""kill -9 before every single write of a rollback: consumers never notice, and the next run converges."""

from __future__ import annotations

import pytest

from meshport.errors import ExitCode
from tests.publish.domain import Domain
from tests.publish.kills import NEW, OLD, kill_everywhere, new_build, ports, tags, two_ports
from tests.publish.rendering import Memory

ROLLBACK = ("product", "rollback", "customer_orders", "--yes")
pytestmark = pytest.mark.dbt


def test_a_rollback(domain: Domain, memory: Memory) -> None:
    two_ports(domain).publish()
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
