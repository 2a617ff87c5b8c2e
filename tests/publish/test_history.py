"""The history of runs as `meshport ops` shows it: recorded by publishing and by itself, once a run."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from meshport.errors import ExitCode
from tests.publish.domain import Domain
from tests.publish.test_gates import TEST

pytestmark = pytest.mark.dbt

KEY = "sales.customer_orders"


def ask(domain: Domain, *words: str, code: int = 0) -> Any:
    """Run a command of `meshport ops` and return its JSON."""
    done = domain.run("ops", *words, "--format", "json")
    assert done.code == code, done
    return json.loads(done.out)


def run_again(domain: Domain, **failing: str) -> str:
    """Leave what another run of dbt would, an hour later, and return its invocation id."""
    domain.rebuild()
    invocation = str(uuid.uuid4())
    with domain.editing("run_results.json") as file:
        file["metadata"]["invocation_id"] = invocation
        for result in file["results"]:
            result["status"] = failing.get(result["unique_id"], result["status"])
    with domain.editing() as manifest:
        manifest["metadata"]["invocation_id"] = invocation
    return invocation


def test_every_run_is_recorded_once_with_what_it_did_to_ports(published: Domain) -> None:
    (first,) = ask(published, "status", "--runs")["runs"]
    assert (first["domain"], first["command"], first["status"]) == ("sales", "build", "success")
    assert ask(published, "record") == []
    invocation = run_again(published)
    with published.editing_result(TEST) as result:
        result["status"], result["failures"] = "fail", 2
    (recorded,) = ask(published, "record")
    assert (recorded["invocation_id"], recorded["status"]) == (invocation, "failed")
    published.publish(code=ExitCode.BLOCKED)
    history = ask(published, "status", KEY, "--runs")
    assert [each["status"] for each in history["runs"]] == ["failed", "success"]
    of_test = [each for each in history["results"] if each["unique_id"].startswith(TEST)]
    assert [(each["label"], each["kind"], each["status"], each["failures"]) for each in of_test] == [
        ("customers.v1", "test", "pass", 0),
        ("customers.v1", "test", "fail", 2),
    ]
    found = ask(published, "status", "customer_orders")
    port = next(each for each in found["ports"] if each["port"] == "customers.v1")
    assert port["built"]["status"] == "success"
    assert [each["name"] for each in port["tests"] if each["status"] == "fail"] == ["unique_customers_v1_customer_id"]
    assert sorted(each["kind"] for each in found["incidents"]) == ["quality", "tests"]


def test_how_fresh_a_port_is_goes_by_what_was_published(published: Domain) -> None:
    (before,) = {each["fresh"] for each in ask(published, "status", KEY)["ports"]}
    assert before is True
    run_again(published)  # a build that nobody can read freshens nothing
    ask(published, "record")
    ages = [each["age"] for each in ask(published, "status", KEY)["ports"]]
    assert all(age > 0 for age in ages)


def test_a_file_that_is_not_dbt_s_keeps_nothing_from_being_published(domain: Domain) -> None:
    (domain.path / "target" / "sources.json").write_text("{}")
    done = domain.publish()
    assert "Not in the history of runs: sources.json is not dbt's sources" in done.err
    assert domain.run("ops", "record").code == ExitCode.INPUT


def test_people_read_it_and_ask_it_of_tables(published: Domain) -> None:
    for output_format in ("text", "markdown"):
        said = published.run("ops", "status", "--format", output_format).out
        for part in ("customers.v1", "1 of 2 pass; not_null_orders_customer_id: warn", "24h", "misses its quality"):
            assert part in said, said
    query = """
        select command, product_key, port, name, r.status from mesh.runs join mesh.run_results as r
        using (invocation_id) where r.status = 'warn'
    """
    rows = json.loads(published.run("sql", query, "--format", "json").out)["rows"]
    assert rows == [["build", KEY, "orders", "not_null_orders_customer_id", "warn"]]


def test_what_a_publish_does_is_logged_and_an_alert_of_its_refusal_is_queued(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (domain.path / "mesh.yml").open("a") as file:
        file.write("alerts: [{to: slack, address: HOOK, severity: hard}]\n")
    monkeypatch.setenv("MESHPORT_LOG", "json")
    events = [json.loads(line) for line in domain.publish().err.splitlines()]
    assert (events[0]["event"], events[-1]["event"]) == ("command.begin", "command.end")
    steps = [each for each in events if each["event"] == "step"]
    assert {(each["domain"], each["state"]) for each in steps} == {("sales", "done")}
    assert any("swap" in each["step"] for each in steps)
    domain.rebuild()
    with domain.editing_result(TEST) as result:
        result["status"] = "fail"
    domain.publish(code=ExitCode.BLOCKED)
    assert [(each["incident"]["kind"], each["event"]) for each in ask(domain, "alerts")["waiting"]] == [
        ("tests", "begin")
    ]
