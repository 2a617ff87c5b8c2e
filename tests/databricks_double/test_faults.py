"""Faults as the real SDK sees them: what it repeats, what it gives up on, and what had its effect all the same."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pyarrow as pa
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.clock import Clock
from databricks.sdk.errors import (
    AlreadyExists,
    DatabricksError,
    DeadlineExceeded,
    InternalError,
    NotFound,
    PermissionDenied,
    Unauthenticated,
)
from databricks.sdk.service.catalog import EntityTagAssignment, PermissionsChange, Privilege
from databricks.sdk.service.sql import State, StatementState

from tests.databricks_double.faults import (
    Action,
    Cut,
    Faults,
    GatewayTimeout,
    Revoke,
    ServerError,
    Slow,
    Stale,
    StopWarehouse,
    TooManyRequests,
    Unavailable,
)
from tests.databricks_double.http import RequestInfo
from tests.databricks_double.rest_server import Served

Client = Callable[..., WorkspaceClient]
ORDERS = ("sales", "core", "orders")
TAG = EntityTagAssignment(entity_type="tables", entity_name="sales.core.orders", tag_key="k", tag_value="v")


class NoWaiting(Clock):
    """The SDK's clock, whose sleeps take no time but count."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def time(self) -> float:
        return time.time() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def hurried(client: Client) -> Callable[..., tuple[WorkspaceClient, NoWaiting]]:
    """A client that does not really sleep between its attempts."""

    def connected(name: str = "ann", **more: float) -> tuple[WorkspaceClient, NoWaiting]:
        connection, clock = client(name, **more), NoWaiting()
        connection.api_client._api_client._clock = clock
        return connection, clock

    return connected


Hurried = Callable[..., tuple[WorkspaceClient, NoWaiting]]


def tags(served: Served) -> dict[str, str]:
    return served.store.relations[ORDERS].tags


@pytest.mark.parametrize("action", [TooManyRequests(retry_after=3), Unavailable(retry_after=3)])
def test_who_is_throttled_waits_as_told_and_repeats(served: Served, hurried: Hurried, action: Action) -> None:
    ann, clock = hurried()
    served.faults.add(action, path="/tables/", times=2)
    assert ann.tables.get("sales.core.orders").name == "orders"
    assert [int(slept) for slept in clock.slept] == [3, 3]
    assert [(i.action, i.number) for i in served.faults.log] == [(action, 1), (action, 2)]


def test_throttled_for_ever_is_a_timeout(served: Served, hurried: Hurried) -> None:
    ann, _ = hurried(retry_timeout_seconds=10)
    served.faults.add(TooManyRequests(retry_after=4), times=None)
    with pytest.raises(TimeoutError):
        ann.tables.get("sales.core.orders")


@pytest.mark.parametrize(("action", "raised"), [(ServerError(), InternalError), (GatewayTimeout(), DeadlineExceeded)])
def test_a_broken_server_is_not_asked_again(
    served: Served, hurried: Hurried, action: Action, raised: type[DatabricksError]
) -> None:
    ann, clock = hurried()
    served.faults.add(action)
    with pytest.raises(raised):
        ann.tables.get("sales.core.orders")
    assert clock.slept == []


@pytest.mark.parametrize("after", [False, True])
def test_after_an_error_the_effect_may_be_there(served: Served, hurried: Hurried, after: bool) -> None:
    ann, _ = hurried()
    served.faults.add(ServerError(after=after), method="POST")
    with pytest.raises(InternalError):
        ann.entity_tag_assignments.create(TAG)
    assert tags(served) == ({"k": "v"} if after else {})


def test_a_connection_that_is_cut_before_is_as_if_nothing_was(served: Served, hurried: Hurried) -> None:
    ann, _ = hurried()
    served.faults.add(Cut(), method="POST")
    ann.entity_tag_assignments.create(TAG)
    assert tags(served) == {"k": "v"}
    assert served.faults.count() == 2


def test_a_connection_that_is_cut_after_makes_the_sdk_do_it_twice(served: Served, hurried: Hurried) -> None:
    """The trap: the SDK repeats a POST whose answer was lost, and is told that what it made exists."""
    ann, _ = hurried()
    served.faults.add(Cut(after=True), method="POST")
    with pytest.raises(AlreadyExists):
        ann.entity_tag_assignments.create(TAG)
    assert tags(served) == {"k": "v"}


def test_changes_of_grants_may_be_repeated(served: Served, hurried: Hurried) -> None:
    ann, _ = hurried()
    served.faults.add(Cut(after=True), method="PATCH")
    ann.grants.update(
        "TABLE", "sales.core.orders", changes=[PermissionsChange(principal="consumers", add=[Privilege.SELECT])]
    )
    assert served.store.relations[ORDERS].grants == {"consumers": {"SELECT"}}
    assert served.faults.count() == 2


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_too_late(served: Served, hurried: Hurried, after: bool) -> None:
    ann, clock = hurried(http_timeout_seconds=0.2)
    served.faults.add(Slow(after=after, seconds=1), method="DELETE")
    tags(served)["k"] = "v"
    if after:
        with pytest.raises(NotFound):  # it was done, and then asked for again
            ann.entity_tag_assignments.delete("tables", "sales.core.orders", "k")
    else:
        ann.entity_tag_assignments.delete("tables", "sales.core.orders", "k")
    assert tags(served) == {}
    assert len(clock.slept) == 1


@pytest.mark.parametrize(("status", "raised"), [(401, Unauthenticated), (403, PermissionDenied)])
def test_a_revoked_token_is_refused_from_then_on(
    served: Served, client: Client, status: int, raised: type[Exception]
) -> None:
    ann, bob = client(), client("bob")
    served.faults.at(2, Revoke(status=status))
    ann.current_user.me()
    for _ in range(2):
        with pytest.raises(raised):
            ann.current_user.me()
    assert bob.current_user.me().user_name == "bob@x.org"
    served.faults.begin()
    ann.current_user.me()


def test_stale_reads_come_from_a_snapshot(served: Served, client: Client) -> None:
    ann = client()
    served.faults.snapshot(served.store)
    served.faults.add(Stale(), path="/tags", times=1)
    ann.entity_tag_assignments.create(TAG)
    assert list(ann.entity_tag_assignments.list("tables", "sales.core.orders")) == []
    assert len(list(ann.entity_tag_assignments.list("tables", "sales.core.orders"))) == 1


def test_stale_by_so_many_calls(served: Served, client: Client) -> None:
    ann = client()
    served.faults.watch(served.store)
    for number in range(3):
        new = EntityTagAssignment(entity_type="tables", entity_name="sales.core.orders", tag_key=f"k{number}")
        ann.entity_tag_assignments.create(new)
    served.faults.add(Stale(calls=2), method="GET")
    path = "/api/2.1/unity-catalog/entity-tag-assignments/tables/sales.core.orders/tags"
    page = ann.api_client.do("GET", path)
    assert isinstance(page, dict)
    assert [t["tag_key"] for t in page["tag_assignments"]] == ["k0"]  # the next page would be of another moment


def test_stopped_warehouses(served: Served, client: Client) -> None:
    served.statements.answer("SELECT", pa.table({"a": [1]}))
    ann = client()
    served.faults.add(StopWarehouse(cannot_start="no capacity"), path="/statements")
    response = ann.statement_execution.execute_statement("SELECT 1", "double")
    assert response.status is not None
    assert response.status.state == StatementState.FAILED
    served.faults.add(StopWarehouse(), path="/statements")
    response = ann.statement_execution.execute_statement("SELECT 1", "double")
    assert response.status is not None
    assert response.status.state == StatementState.SUCCEEDED
    assert ann.warehouses.get("double").state == State.RUNNING


def test_thrift_calls_to_a_stopped_warehouse_wait_for_it(served: Served) -> None:
    faults = served.faults
    call = RequestInfo("http", 1, None, None, "POST", "/sql/1.0/warehouses/double")
    assert faults.before(call) is None
    faults.add(StopWarehouse())
    assert faults.before(call) is None  # the action lets its own call through
    refused = faults.before(call)
    assert refused is not None
    assert refused.status == 503
    assert faults.before(call) is None  # it runs by now


@pytest.mark.parametrize("after", [False, True])
def test_faults_of_statements(served: Served, hurried: Hurried, after: bool) -> None:
    served.statements.answer("CLONE", pa.table({"a": [1]}))
    served.faults.add(Cut(after=after), statement="shallow clone")
    ann, clock = hurried()
    for statement in ("SELECT 1", "CREATE TABLE t SHALLOW CLONE s"):
        ann.statement_execution.execute_statement(statement, "double")
    ran = [each["statement"] for each in served.statements.ran]
    assert ran.count("CREATE TABLE t SHALLOW CLONE s") == (2 if after else 1)
    assert len(clock.slept) == 1
    assert served.faults.count("statement") == 3


def test_rules_say_where(served: Served, client: Client) -> None:
    served.faults.add(ServerError(), principal="bob@x.org", path="/Me$", skip=1, times=None)
    ann, bob = client(), client("bob")
    ann.current_user.me()
    bob.current_user.me()
    for _ in range(2):
        with pytest.raises(InternalError):
            bob.current_user.me()
    ann.current_user.me()
    assert [(i.method, i.path) for i in served.faults.log] == [("GET", "/api/2.0/preview/scim/v2/Me")] * 2


def test_every_point_once(served: Served, hurried: Hurried) -> None:
    """How a publish is tested: count its calls without faults, then hurt each of them in turn."""

    def publish(ann: WorkspaceClient) -> None:
        try:
            ann.entity_tag_assignments.create(TAG)
        except AlreadyExists:
            ann.entity_tag_assignments.update("tables", "sales.core.orders", "k", TAG, "tag_value")
        ann.grants.update(
            "TABLE", "sales.core.orders", changes=[PermissionsChange(principal="consumers", add=[Privilege.SELECT])]
        )

    ann, _ = hurried()
    served.faults.begin()
    publish(ann)
    points = served.faults.count()
    assert points == 2
    for number in range(1, points + 1):
        for action in Faults.everything():
            tags(served).clear()
            served.faults.begin()
            served.faults.at(number, action)
            try:
                publish(ann)
            except InternalError:
                publish(ann)
            assert [(i.action, i.number) for i in served.faults.log] == [(action, number)]
            assert tags(served) == {"k": "v"}


def test_what_clients_ask_about_themselves_is_not_counted(served: Served, client: Client) -> None:
    served.faults.add(ServerError(), times=None)
    client()
    assert served.faults.count() == 0
    assert any(request.path.startswith("/.well-known/") for request in served.requests)


def test_many_threads_share_the_counts(served: Served) -> None:
    faults = Faults()
    faults.at(50, ServerError())
    answers: list[object] = []

    def calls() -> None:
        answers.extend(faults.before(RequestInfo("http", number, method="GET", path="/x")) for number in range(25))

    threads = [threading.Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults.count() == 100
    assert len([answer for answer in answers if answer is not None]) == 1
