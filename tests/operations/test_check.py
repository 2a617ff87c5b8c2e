"""`meshport ops check` and `incidents`: what a schedule finds, without a build or a plan."""

from __future__ import annotations

from tests.operations.conftest import KEY, Mesh, Told


def test_rows_get_too_old_by_themselves(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=20)
    assert ask("check") == {"began": [], "lasting": [], "alerts": []}
    mesh.publish(hours=19, built="2026-01-01T00:00:00Z")
    found = ask("check")
    assert [(each["kind"], each["severity"]) for each in found["began"]] == [("freshness", "soft")]
    again = ask("check")
    assert again["began"] == []
    assert len(again["lasting"]) == 1
    mesh.publish(hours=1)
    assert ask("check")["lasting"] == []
    assert ask("incidents") == []
    (over,) = ask("incidents", KEY, "--all")
    assert over["ended_at"] is not None
    assert "misses its freshness" in ask("incidents", "--all", output_format="markdown")


def test_a_run_that_failed_is_hard_until_one_goes_well(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=5)
    mesh.run_tests(hours=3, status="fail")
    (began,) = ask("check")["began"]
    assert (began["kind"], began["severity"]) == ("tests", "hard")
    assert began["text"] == f"the tests of {KEY} failed when they last ran: not_null_email of customers.v1"
    notices = [each.text for each in mesh.registry.notices(["domain:sales"])]
    assert notices == [began["text"]]
    mesh.run_tests(hours=2)
    assert ask("check")["lasting"] == []


def test_a_newer_run_below_the_quality_promised_is_soft(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=5)
    mesh.run_tests(hours=3, status="warn")
    (began,) = ask("check")["began"]
    assert (began["kind"], began["severity"]) == ("quality", "soft")
    mesh.run_tests(hours=2)
    assert ask("check")["lasting"] == []


def test_a_model_that_failed_is_hard(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=5)
    mesh.run_tests(hours=3, model="error")
    assert [(each["kind"], each["severity"]) for each in ask("check")["began"]] == [("run", "hard")]
    assert "the last run of sales.customer_360 failed: customers.v1" in ask("status", output_format="text")


def test_a_run_that_did_not_get_to_a_product_is_hard_and_says_nothing_of_its_quality(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=5, status="warn")
    assert [each["kind"] for each in ask("check")["began"]] == ["quality"]
    mesh.run_tests(hours=3, model="skipped", status="skipped")
    (began,) = ask("check")["began"]
    assert (began["kind"], began["severity"]) == ("run", "hard")
    assert began["text"].endswith("because what it is built from failed: customers.v1")
    assert {each["kind"] for each in ask("incidents")} == {"quality", "run"}
    mesh.run_tests(hours=2)
    assert ask("check")["lasting"] == []


def test_a_test_that_is_gone_is_not_wrong_for_ever(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=5)
    mesh.run_tests(hours=3, status="fail", test="test.sales.removed")
    assert len(ask("check")["lasting"]) == 1
    mesh.run_tests(hours=2)
    assert ask("check")["lasting"] == []


def test_a_retired_product_is_left_alone(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=100)
    mesh.registry.set_product_status(KEY, "retired", actor="user:ann")
    assert ask("check")["began"] == []


def test_rows_that_nobody_tested_get_too_old_as_well(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=30, status=None)
    (began,) = ask("check")["began"]
    assert (began["kind"], began["text"]) == ("freshness", f"{KEY} misses its freshness: 24h promised, 30 hours old")
