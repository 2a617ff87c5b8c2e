"""Runs of dbt in the registry, on both databases."""

from __future__ import annotations

import msgspec

from meshport.model import Evidence
from meshport.registry import Registry
from meshport.registry.types import PortTests, RunRecord, RunResult, Scope
from tests.registry.samples import RULE, record

KEY, PORT = "sales.customer_360", "customers.v1"
RUN = RunRecord(
    domain="sales",
    invocation_id="one",
    command="build",
    target=None,
    started_at="2026-11-20T09:59:00Z",
    ended_at="2026-11-20T10:01:00Z",
    status="success",
)
TEST = RunResult(
    unique_id=RULE.unique_id,
    name="not_null_email",
    kind="test",
    product=KEY,
    label=PORT,
    status="pass",
    seconds=0.25,
    failures=0,
    executed_at="2026-11-20T10:00:00Z",  # as the sample's publication has it
)
MODEL = msgspec.structs.replace(TEST, unique_id="model.sales.customers", name="customers", kind="model", failures=None)
OTHER = RunResult(unique_id="model.sales.stg", name="stg", kind="model", status="success")
LATER = msgspec.structs.replace(RUN, invocation_id="two", ended_at="2026-11-21T10:01:00Z", status="failed")
WRONG = msgspec.structs.replace(TEST, status="fail", failures=2, executed_at="2026-11-21T10:00:00Z")


def test_a_run_is_written_once_and_read_as_it_was(each_registry: Registry) -> None:
    assert each_registry.record_run(RUN, [TEST, MODEL, OTHER])
    assert not each_registry.record_run(RUN, [TEST])
    assert each_registry.record_run(LATER, [WRONG])
    assert each_registry.known_runs("sales") == {"one", "two"}
    assert each_registry.runs(Scope(domain="sales")) == [LATER, RUN]
    assert each_registry.runs(Scope(product="sales.other")) == []
    assert each_registry.run_results(["one"]) == [("one", TEST), ("one", MODEL), ("one", OTHER)]
    assert each_registry.newest_run_results(Scope(product=KEY)) == [("one", MODEL), ("two", WRONG)]


def test_tests_are_counted_once_wherever_they_were_seen(each_registry: Registry) -> None:
    policy = msgspec.structs.replace(RULE, unique_id="policy", kind="data_policy")
    seen = (Evidence(RULE, "pass", 0, TEST.executed_at), Evidence(policy, "warn", 1, TEST.executed_at))
    for number in ("1", "2"):
        each_registry.record_publication(record(evidence={PORT: seen}, plan_digest=number))
    each_registry.record_run(RUN, [TEST, MODEL, OTHER])
    each_registry.record_run(LATER, [WRONG])
    place = (KEY, PORT)
    assert each_registry.test_counts(Scope(), "2026-11-01") == {place: PortTests(1, 3)}
    assert each_registry.test_counts(Scope(product=KEY), "2026-11-21") == {place: PortTests(0, 1)}
    assert each_registry.test_counts(Scope(domain="hr"), "2026-11-01") == {}


def test_a_rollback_takes_a_build_away_and_brings_one_back(each_registry: Registry) -> None:
    each_registry.record_publication(record(builds={PORT: "build 1"}, plan_digest="1"))
    each_registry.record_publication(record(builds={PORT: "build 2"}, plan_digest="2"))
    back = record(builds={PORT: "build 1"}, withdrawn={PORT: "build 2"}, plan_digest="3", kind="rollback")
    at = each_registry.record_publication(back).published_at
    found = each_registry.published_builds(Scope(domain="sales"))
    assert [(each.build, each.until) for each in found] == [("build 1", None), ("build 2", at)]
    assert each_registry.newest_builds(Scope()) == {KEY: {PORT: "build 1"}}
    assert each_registry.newest_builds(Scope(domain="hr")) == {}


def test_old_runs_are_pruned_with_their_results(each_registry: Registry) -> None:
    each_registry.record_run(RUN, [TEST, MODEL])
    each_registry.record_run(LATER, [WRONG])
    gone = each_registry.prune("2026-11-21", actor="user:ann")
    assert (gone["run"], gone["run_result"]) == (1, 2)
    assert [each.invocation_id for each in each_registry.runs(Scope())] == ["two"]
