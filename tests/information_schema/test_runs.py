"""What happened when dbt ran: several runs, the newest result of each node, freshness."""

from __future__ import annotations

from typing import Any

import pytest

from meshport.errors import InputError
from tests.artifacts.builders import MODEL, Write, result, run_results, schema
from tests.information_schema.asking import ask


def run(name: str, at: str, *entries: dict[str, Any], **args: Any) -> dict[str, Any]:
    file = run_results(*entries, at=at, **args)
    file["metadata"] |= {"invocation_id": name, "dbt_version": "1.11.16"}
    return {**file, "elapsed_time": 1.5}


def test_every_run_is_there_once(write: Write) -> None:
    old = run("old", "2026-11-20T10:00:00Z", result(end="2026-11-20T09:59:00Z"))
    new = run(
        "new",
        "2026-11-21T10:00:00Z",
        result(end="2026-11-21T09:59:00Z", status="error"),
        select=["a", "+b"],
        vars={"d": 7},
    )
    folder = write(run_results=new, run_results__new=new, run_results__old=old)
    rows = ask(folder, "select * from dbt_rt.invocations order by generated_at")
    assert [(row["invocation_id"], row["command"], row["selector"], row["vars_override"]) for row in rows] == [
        ("old", "build", None, None),
        ("new", "build", "a +b", '{"d":7}'),
    ]
    assert [(row["elapsed_time"], row["node_count"]) for row in rows] == [(1.5, 1), (1.5, 1)]
    results = ask(folder, "select invocation_id, status from dbt_rt.run_results order by created_at")
    assert [tuple(row.values()) for row in results] == [("old", "success"), ("new", "error")]


def test_the_newest_result_of_each_node(write: Write) -> None:
    runs = {
        "run_results__1": run("1", "2026-11-20T10:00:00Z", result(end="2026-11-20T10:00:00Z")),
        "run_results__2": run("2", "2026-11-21T10:00:00Z", result(end="2026-11-21T10:00:00Z", status="skipped")),
    }
    never_ran = {**result(end="2026-11-22T10:00:00Z", status="error"), "execution_time": 0}
    folder = write(**runs, run_results__3=run("3", "2026-11-22T10:00:00Z", never_ran))
    assert ask(folder, "select unique_id, status from dbt_rt.run_results_latest") == [
        {"unique_id": MODEL, "status": "skipped"}
    ]


def test_what_the_adapter_said(write: Write) -> None:
    entry = {**result(end="2026-11-20T10:00:00Z"), "adapter_response": {"rows_affected": 42}}
    entry["timing"] = [{"name": "compile", "completed_at": "2026-11-20T09:00:00Z"}, *entry["timing"]]
    folder = write(run_results=run("1", "2026-11-20T11:00:00Z", entry))
    (row,) = ask(folder, "select rows_affected, created_at::varchar as at, adapter_response from dbt_rt.run_results")
    assert row == {"rows_affected": 42, "at": "2026-11-20 10:00:00+00", "adapter_response": '{"rows_affected":42}'}


def test_a_result_that_never_began_is_of_the_time_of_its_run(write: Write) -> None:
    folder = write(run_results=run("1", "2026-11-20T11:00:00Z", result()))
    (row,) = ask(folder, "select created_at::varchar as at from dbt_rt.run_results")
    assert row["at"] == "2026-11-20 11:00:00+00"


def test_freshness(write: Write) -> None:
    fresh = {
        "unique_id": "source.shop.raw.orders",
        "max_loaded_at": "2026-11-20T08:00:00Z",
        "snapshotted_at": "2026-11-20T10:00:00Z",
        "max_loaded_at_time_ago_in_s": 7200.0,
        "status": "warn",
        "criteria": {"warn_after": {"count": 1, "period": "hour"}, "error_after": {}, "filter": "id > 1"},
        "adapter_response": {},
        "timing": [],
        "thread_id": "main",
        "execution_time": 0.5,
    }
    failed = {"unique_id": "source.shop.raw.gone", "error": "no such table", "status": "runtime error"}
    head = {"dbt_schema_version": schema("sources", 3), "generated_at": "2026-11-20T10:00:01Z", "invocation_id": "i"}
    folder = write(sources={"metadata": head, "results": [fresh, failed], "elapsed_time": 1})
    rows = {row["unique_id"]: row for row in ask(folder, "select * from dbt_rt.freshness")}
    row = rows["source.shop.raw.orders"]
    assert (row["resource_type"], row["status"], row["max_loaded_at_time_ago"]) == ("source", "warn", 7200.0)
    assert (row["warn_after_count"], row["warn_after_period"], row["error_after_count"]) == (1, "hour", None)
    assert (row["freshness_filter"], row["invocation_id"]) == ("id > 1", "i")
    assert row["max_loaded_at"].isoformat() == "2026-11-20T08:00:00+00:00"
    assert rows["source.shop.raw.gone"]["error"] == "no such table"


def test_files_of_another_kind(write: Write) -> None:
    folder = write(run_results={"metadata": {"dbt_schema_version": schema("catalog", 1)}, "results": []})
    with pytest.raises(InputError, match="is not dbt's run-results"):
        ask(folder, "select * from dbt_rt.run_results")
