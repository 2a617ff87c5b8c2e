"""kill -9 before every single write of a first publish: consumers never notice, and the next run converges."""

from __future__ import annotations

import pytest

from tests.publish.domain import Domain
from tests.publish.kills import OLD, PUBLISH, kill_everywhere, ports, two_ports
from tests.publish.rendering import Memory

pytestmark = pytest.mark.dbt


def test_the_first_publish(domain: Domain, memory: Memory) -> None:
    two_ports(domain)
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
