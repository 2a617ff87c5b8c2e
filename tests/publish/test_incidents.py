"""Who hears of what goes wrong: through `meshport publish`, notices and the registry."""

from __future__ import annotations

import pytest

from meshport.access import subscriptions
from meshport.access.principals import Actor
from meshport.errors import ExitCode
from tests.publish.domain import Domain
from tests.publish.test_gates import TEST

pytestmark = pytest.mark.dbt

KEY = "sales.customer_orders"
SALES, MARKETING = "domain:sales", "domain:marketing"


@pytest.fixture
def read(published: Domain) -> Domain:
    """The toy domain, published and read by marketing; nobody has anything unread."""
    with published.registry() as registry:
        subscriptions.request(registry, KEY, "marketing", actor=Actor.named("marketing"))
        subscriptions.approve(registry, KEY, "marketing", actor=Actor.named("sales"))
        registry.mark_read([SALES, MARKETING])
    return published


def told(domain: Domain, who: str) -> list[str]:
    with domain.registry() as registry:
        return [each.text for each in registry.notices([who], unread=True) if each.kind == "incident"]


def lasting(domain: Domain) -> list[tuple[str, str]]:
    with domain.registry() as registry:
        return sorted((each.kind, each.severity) for each in registry.incidents(KEY, lasting=True))


def test_a_promise_that_is_missed_is_published_and_told(domain: Domain) -> None:
    # One of the tests of the toy's orders warns, and it promises 99 %.
    done = domain.publish()
    assert f"Incident: {KEY} misses its quality: 99.0% promised, " in done.err
    assert lasting(domain) == [("quality", "soft")]
    assert len(told(domain, SALES)) == 1
    domain.rebuild()
    assert "Incident" not in domain.publish().err
    assert len(told(domain, SALES)) == 1


def test_a_build_that_is_refused_is_the_owner_s_and_mending_it_ends_it(read: Domain) -> None:
    read.rebuild()
    with read.editing_result(TEST) as result:
        status, result["status"] = result["status"], "fail"
    for _ in range(2):
        read.publish(code=ExitCode.BLOCKED)
    assert told(read, SALES) == [
        f"publishing {KEY} was refused, its tests failed: unique_customers_v1_customer_id of customers.v1"
    ]
    assert told(read, MARKETING) == []
    assert lasting(read) == [("quality", "soft"), ("tests", "hard")]
    with read.editing_result(TEST) as result:
        result["status"] = status
    read.publish()
    assert lasting(read) == [("quality", "soft")]


def test_rows_that_are_too_old_are_told_to_those_who_read_them(read: Domain) -> None:
    read.rebuild(hours=-72)
    done = read.publish()
    assert f"Incident: {KEY} misses its freshness: 24h promised, 3 days old" in done.err
    assert told(read, MARKETING) == told(read, SALES) == [f"{KEY} misses its freshness: 24h promised, 3 days old"]
    read.rebuild(hours=72)
    read.publish()
    assert lasting(read) == [("quality", "soft")]
