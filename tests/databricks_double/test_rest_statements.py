"""Statement execution and warehouses, through the real SDK. What statements mean is the SQL half's; here they are canned."""

# ruff: noqa: TID251 - the double is tested by the real SDK
from __future__ import annotations

import datetime as dt
import decimal
import json
import threading
import time
from collections.abc import Callable

import pyarrow as pa
import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, TemporarilyUnavailable
from databricks.sdk.service.sql import (
    ColumnInfoTypeName,
    Disposition,
    ExecuteStatementRequestOnWaitTimeout,
    Format,
    State,
    StatementParameterListItem,
    StatementResponse,
    StatementState,
)

from tests.databricks_double.rest_server import Served, wait_until

Client = Callable[..., WorkspaceClient]
UTC = dt.timezone.utc


def state(response: StatementResponse) -> StatementState | None:
    return response.status.state if response.status else None


def test_rows_are_strings_and_columns_have_types(served: Served, client: Client) -> None:
    table = pa.table(
        {
            "i": pa.array([1, None], pa.int32()),
            "n": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
            "b": pa.array([True, None]),
            "t": pa.array([dt.datetime(2026, 1, 2, 3, 4, 5, 600000, UTC), None], pa.timestamp("us", "UTC")),
            "l": pa.array([dt.datetime(2026, 1, 2), None], pa.timestamp("us")),
            "d": pa.array([dt.date(2026, 1, 2), None]),
            "s": pa.array(["größe", None]),
            "x": pa.array([b"\x00\x01", None]),
            "a": pa.array([[1, 2], None], pa.list_(pa.int64())),
            "st": pa.array([{"k": "v"}, None], pa.struct([("k", pa.string())])),
            "m": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
        }
    )
    served.statements.answer("SELECT", table)
    response = client().statement_execution.execute_statement("SELECT 1", "double", wait_timeout="30s")
    assert state(response) == StatementState.SUCCEEDED
    assert response.result is not None
    assert response.result.data_array == [
        ["1", "1.50", "true", "2026-01-02T03:04:05.600Z", "2026-01-02T00:00:00.000", "2026-01-02", "größe", "AAE=",
         "[1,2]", '{"k":"v"}', '{"k":1}'],
        [None] * 11,
    ]  # fmt: skip
    columns = (
        {c.name: c for c in response.manifest.schema.columns or []}
        if response.manifest and response.manifest.schema
        else {}
    )
    assert (columns["n"].type_name, columns["n"].type_text, columns["n"].type_scale) == (
        ColumnInfoTypeName.DECIMAL,
        "DECIMAL(10,2)",
        2,
    )
    assert columns["m"].type_text == "MAP<STRING,BIGINT>"
    assert columns["st"].type_text == "STRUCT<k:STRING>"


def test_parameters_and_place_are_passed_on(served: Served, client: Client) -> None:
    served.statements.answer("SELECT", pa.table({"a": [1]}))
    given = [
        StatementParameterListItem("x", "INT", "1"),
        StatementParameterListItem("y"),
        StatementParameterListItem("z", value="'"),
    ]
    client().statement_execution.execute_statement("SELECT :x", "double", parameters=given, catalog="c", schema="s")
    expected = {"x": ("1", "INT"), "y": (None, "STRING"), "z": ("'", "STRING")}
    assert served.statements.ran == [{"statement": "SELECT :x", "catalog": "c", "schema": "s", "parameters": expected}]


def test_a_refused_statement_has_failed(client: Client) -> None:
    response = client().statement_execution.execute_statement("DROP nothing", "double")
    assert state(response) == StatementState.FAILED
    assert response.status is not None
    assert response.status.error is not None
    assert "TABLE_OR_VIEW_NOT_FOUND" in (response.status.error.message or "")
    assert response.status.sql_state == "42P01"


def test_results_come_in_chunks(served: Served, client: Client) -> None:
    served.rest.options.rows_per_chunk = 4
    served.statements.answer("SELECT", pa.table({"a": list(range(10))}))
    api = client().statement_execution
    response = api.execute_statement("SELECT a", "double")
    rows, chunk = [], response.result
    while chunk is not None:
        rows += [row[0] for row in chunk.data_array or []]
        following = chunk.next_chunk_index
        chunk = api.get_statement_result_chunk_n(response.statement_id or "", following) if following else None
    assert rows == [str(number) for number in range(10)]
    with pytest.raises(NotFound):
        api.get_statement_result_chunk_n(response.statement_id or "", 3)


@pytest.mark.parametrize("form", list(Format))
def test_links_give_results_in_all_formats_without_a_token(served: Served, client: Client, form: Format) -> None:
    served.statements.answer("SELECT", pa.table({"a": [1, 2], "b": ["x", None]}))
    response = client().statement_execution.execute_statement(
        "SELECT a", "double", disposition=Disposition.EXTERNAL_LINKS, format=form
    )
    assert response.result is not None
    link = (response.result.external_links or [])[0].external_link or ""
    content = requests.get(link, timeout=5).content
    if form == Format.ARROW_STREAM:
        assert pa.ipc.open_stream(content).read_all().to_pydict() == {"a": [1, 2], "b": ["x", None]}
    elif form == Format.CSV:
        assert content == b"a,b\n1,x\n2,null\n"
    else:
        assert json.loads(content) == [["1", "x"], ["2", None]]
    assert requests.get(link, headers={"Authorization": "Bearer t-ann"}, timeout=5).status_code == 403


def test_limits_truncate(served: Served, client: Client) -> None:
    served.statements.answer("SELECT", pa.table({"a": [1, 2, 3]}))
    response = client().statement_execution.execute_statement("SELECT a", "double", row_limit=2)
    assert response.manifest is not None
    assert (response.manifest.total_row_count, response.manifest.truncated) == (2, True)


def test_a_statement_that_nobody_waits_for_is_polled_and_is_its_owner_s(served: Served, client: Client) -> None:
    go = threading.Event()

    def slowly() -> pa.Table:
        go.wait(5)
        return pa.table({"a": [1]})

    served.statements.answer("SELECT", slowly)
    api = client().statement_execution
    response = api.execute_statement("SELECT a", "double", wait_timeout="0s")
    assert state(response) in (StatementState.PENDING, StatementState.RUNNING)
    statement_id = response.statement_id or ""
    with pytest.raises(NotFound):
        client("bob").statement_execution.get_statement(statement_id)
    go.set()
    wait_until(lambda: state(api.get_statement(statement_id)) == StatementState.SUCCEEDED)


def test_a_cancelled_statement_stays_so(served: Served, client: Client) -> None:
    go = threading.Event()

    def slowly() -> pa.Table:
        go.wait(5)
        return pa.table({"a": [1]})

    served.statements.answer("SELECT", slowly)
    api = client().statement_execution
    statement_id = api.execute_statement("SELECT a", "double", wait_timeout="0s").statement_id or ""
    api.cancel_execution(statement_id)
    go.set()
    time.sleep(0.05)
    assert state(api.get_statement(statement_id)) == StatementState.CANCELED


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"wait_timeout": "3s"}, "wait_timeout"),
        ({"wait_timeout": "60s"}, "wait_timeout"),
        ({"format": Format.CSV}, "EXTERNAL_LINKS"),
        ({"parameters": [StatementParameterListItem("x")] * 2}, "given twice"),
    ],
)
def test_wrong_calls(client: Client, more: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidParameterValue, match=says):
        client().statement_execution.execute_statement("SELECT 1", "double", **more)  # type: ignore[arg-type]


def test_a_stopped_warehouse_starts_by_itself(served: Served, client: Client) -> None:
    served.statements.answer("SELECT", pa.table({"a": [1]}))
    served.rest.options.start_seconds = 0.2
    client().warehouses.stop("double")
    assert client().warehouses.get("double").state == State.STOPPED
    response = client().statement_execution.execute_statement("SELECT 1", "double", wait_timeout="0s")
    assert state(response) == StatementState.PENDING
    assert client().warehouses.get("double").state == State.STARTING
    api = client().statement_execution
    wait_until(lambda: state(api.get_statement(response.statement_id or "")) == StatementState.SUCCEEDED)
    assert [w.state for w in client().warehouses.list()] == [State.RUNNING]


def test_a_warehouse_that_cannot_start_fails_statements(served: Served, client: Client) -> None:
    served.store.documents["warehouses"]["double"] |= {"state": "STOPPED", "cannot_start": "no capacity"}
    response = client().statement_execution.execute_statement("SELECT 1", "double")
    assert state(response) == StatementState.FAILED
    assert response.status is not None
    assert "no capacity" in str(response.status.error)
    with pytest.raises(NotFound):
        client().statement_execution.execute_statement("SELECT 1", "nothing")


def test_one_may_cancel_what_waits_for_a_warehouse(served: Served, client: Client) -> None:
    served.rest.options.start_seconds = 5
    client().warehouses.stop("double")
    api = client().statement_execution
    statement_id = api.execute_statement("INSERT", "double", wait_timeout="0s").statement_id or ""
    api.cancel_execution(statement_id)
    assert state(api.get_statement(statement_id)) == StatementState.CANCELED
    time.sleep(0.05)
    assert served.statements.ran == []


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five seconds pass in no time."""
    monkeypatch.setattr("tests.databricks_double.rest.statements._seconds", lambda text: 0.05)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("late", list(ExecuteStatementRequestOnWaitTimeout))
def test_what_happens_when_the_wait_is_over(
    served: Served, client: Client, late: ExecuteStatementRequestOnWaitTimeout
) -> None:
    go = threading.Event()

    def slowly() -> pa.Table:
        go.wait(5)
        return pa.table({"a": [1]})

    served.statements.answer("SELECT", slowly)
    response = client().statement_execution.execute_statement("SELECT 1", "double", on_wait_timeout=late)
    go.set()
    cancelled = late == ExecuteStatementRequestOnWaitTimeout.CANCEL
    assert state(response) == (StatementState.CANCELED if cancelled else StatementState.RUNNING)


def test_start_says_when_it_cannot(served: Served, client: Client) -> None:
    served.store.documents["warehouses"]["double"] |= {"state": "STOPPED", "cannot_start": "no capacity"}
    with pytest.raises(TimeoutError) as timed_out:
        client(retry_timeout_seconds=1).warehouses.start("double")
    assert isinstance(
        timed_out.value.__cause__, TemporarilyUnavailable
    )  # a 503: the SDK repeats it until its time is up
