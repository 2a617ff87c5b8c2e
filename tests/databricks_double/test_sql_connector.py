"""The unmodified SQL connector over HTTPS, and what the server does around statements."""

# ruff: noqa: TID251 - the double is tested by the real connector
from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from databricks import sql as connector
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.sql import StatementParameterListItem, StatementState
from urllib3.exceptions import HTTPError

from tests.databricks_double.double import WAREHOUSE, Double
from tests.databricks_double.faults import Cut, ServerError
from tests.databricks_double.sql_runner import Runner


@contextmanager
def cursor(double: Double, who: str = "admin", **options: Any) -> Iterator[Any]:
    with connector.connect(**double.connection(who, **options)) as connection, connection.cursor() as opened:
        yield opened


def test_types_come_back_as_they_are(double: Double) -> None:
    with cursor(double) as at:
        at.execute(
            "select true, cast(1 as tinyint), 2, 3L, cast(1.5 as float), 2.5D, cast(1.25 as decimal(10, 2)), 'x', date'2024-01-02', "
            "timestamp'2024-01-02 03:04:05', array(1, 2), cast(null as string), binary('a')"
        )
        row = list(at.fetchone())
        assert row[:10] == [
            True, 1, 2, 3, 1.5, 2.5, Decimal("1.25"), "x", date(2024, 1, 2), datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
        ]  # fmt: skip
        assert list(row[10]) == [1, 2]
        assert row[11:] == [None, b"a"]
        assert [column[1] for column in at.description][:8] == [
            "boolean",
            "tinyint",
            "int",
            "bigint",
            "float",
            "double",
            "decimal",
            "string",
        ]


def test_parameters_sessions_errors(double: Double, sql: Runner) -> None:
    with cursor(double, catalog="dev", schema=sql.schema) as at:
        at.execute("select :a || :b, current_schema(), :n", {"a": "it's \\", "b": "'", "n": None})
        assert tuple(at.fetchone()) == ("it's \\'", sql.schema, None)
        at.execute("select ? + ?", [1, 2])
        assert at.fetchone()[0] == 3
        at.execute("create temporary view mine as select 7 as a")
        at.execute("select * from mine")
        assert at.fetchall_arrow().to_pylist() == [{"a": 7}]
        with pytest.raises(connector.exc.ServerOperationError, match=r"\[TABLE_OR_VIEW_NOT_FOUND\].*42P01"):
            at.execute("select * from nope")
        assert at.execute("select 1 as a where false").fetchall() == []
        assert "dev" in [row[0] for row in at.catalogs().fetchall()]
        at.execute("create table t (a int)")
        assert [row[2] for row in at.tables(catalog_name="dev", schema_name=sql.schema).fetchall()] == ["t"]
    assert any(entry.statement == "select * from mine" and entry.source == "thrift" for entry in double.statements)


def test_a_wrong_token_is_refused(double: Double) -> None:
    with pytest.raises(connector.exc.RequestError), cursor(double, access_token="nobody"):
        pass


def test_the_sdk_runs_statements(double: Double, sql: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in double.environment("admin").items():
        monkeypatch.setenv(key, value)
    client = WorkspaceClient(config=Config(host=double.host, token=double.token("admin")))
    sql.all("create table t as select 1 as a, 'it\\'s' as b")
    found = client.statement_execution.execute_statement(
        f"select * from dev.{sql.schema}.t where b = :b",
        warehouse_id=WAREHOUSE,
        parameters=[StatementParameterListItem(name="b", value="it's", type="STRING")],
        wait_timeout="30s",
    )
    assert found.status is not None
    assert found.status.state is StatementState.SUCCEEDED
    assert found.result is not None
    assert found.result.data_array == [["1", "it's"]]
    refused = client.statement_execution.execute_statement("select * from nope", warehouse_id=WAREHOUSE)
    assert refused.status is not None
    assert refused.status.error is not None
    assert "TABLE_OR_VIEW_NOT_FOUND" in str(refused.status.error.message)
    table = client.tables.get(f"dev.{sql.schema}.t")
    assert [column.name for column in table.columns or []] == ["a", "b"]


def test_faults_before_and_after(double: Double, sql: Runner) -> None:
    sql("create table t (a int)")
    faults = double.faults
    faults.add(Cut(after=True), statement="insert into t", times=2)
    faults.add(ServerError(), statement="delete from t", times=1)
    try:
        with cursor(double, catalog="dev", schema=sql.schema) as at:
            with pytest.raises((connector.exc.Error, HTTPError)):
                at.execute("insert into t values (1)")
            with pytest.raises(connector.exc.Error):
                at.execute("delete from t")
    finally:
        faults.rules.clear()
    # The insert was done though nobody learned it, and done again: the connector repeats a call that was cut off.
    assert sql("select * from t") == [(1,), (1,)]


def test_calls_wait_beside_each_other(double: Double) -> None:
    double.server.delay = 0.3
    try:
        before, start = double.calls, time.monotonic()

        def ask(number: int) -> int:
            with cursor(double) as at:
                return int(at.execute(f"select {number}").fetchone()[0])

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(ask, range(6))) == list(range(6))
        assert double.calls - before >= 18
        assert time.monotonic() - start < 18 * 0.3  # one after the other they would take that long
    finally:
        double.server.delay = 0.0
