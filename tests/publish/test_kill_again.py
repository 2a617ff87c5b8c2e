"""kill -9 before every single write of a publish over another: consumers never notice, and the next run converges."""

from __future__ import annotations

import pytest

from tests.publish.domain import Domain
from tests.publish.kills import NEW, OLD, PUBLISH, kill_everywhere, new_build, ports, tags, two_ports
from tests.publish.rendering import Memory

pytestmark = pytest.mark.dbt


def test_a_publish_over_another(domain: Domain, memory: Memory) -> None:
    two_ports(domain).publish()
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
