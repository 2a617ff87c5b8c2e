"""`meshport ops slo` and `status`: attainment and error budget of each port and level."""

from __future__ import annotations

import pytest

from meshport.errors import ExitCode
from tests.operations.conftest import KEY, PORT, Mesh, Told, ago


def levels(found: dict[str, list[dict[str, object]]]) -> dict[object, dict[str, object]]:
    assert {(each["product"], each["port"]) for each in found["attainments"]} <= {(KEY, PORT)}
    return {each["level"]: each for each in found["attainments"]}


def test_time_with_rows_as_fresh_as_promised_counts(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=96)
    mesh.publish(hours=12)
    found = levels(ask("slo", "--fail", code=ExitCode.BLOCKED))["freshness"]
    # 24 hours each promised: of 96 hours since the first publication, fresh were the first 24 and the last 12.
    assert found["attained"] == pytest.approx(36 / 96, abs=0.001)
    assert found["budget"] == pytest.approx(0.01 * 96 * 3600, rel=0.001)
    assert found["left"] == pytest.approx(0.01 * 96 * 3600 - 60 * 3600, rel=0.001)
    assert found["met"] is False
    lately = levels(ask("slo", KEY, "--window", "6h", "--fail"))["freshness"]
    assert (lately["attained"], lately["met"]) == (1.0, True)


def test_a_build_counts_from_when_it_was_published(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=10, built=ago(30))
    found = levels(ask("slo"))["freshness"]
    assert found["attained"] == pytest.approx(4 / 10, abs=0.001)
    assert found["measured"] == pytest.approx(10 * 3600, rel=0.001)


def test_results_of_runs_and_of_publications_count_once(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=5)
    for hours in range(1, 5):
        mesh.run_tests(hours=hours, status="fail" if hours == 3 else "pass")
    mesh.run_tests(hours=800)  # before the window
    quality = levels(ask("slo"))["quality"]
    assert (quality["measured"], quality["good"], quality["met"]) == (5, 4, False)
    assert quality["left"] == pytest.approx(5 * 0.01 - 1)
    assert "80.0%" in ask("slo", output_format="text")
    assert "| 80.0% |" in ask("slo", output_format="markdown")


def test_the_same_result_in_a_run_and_two_publications_is_one(mesh: Mesh, ask: Told) -> None:
    at = mesh.run_tests(hours=6)
    mesh.publish(hours=5, built=at)
    mesh.publish(hours=4, built=at)
    assert levels(ask("slo"))["quality"]["measured"] == 1


def test_what_nothing_shows_is_unknown_and_retired_products_are_out(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=24 * 60)
    assert levels(ask("slo", "--fail", "--window", "1d", code=ExitCode.BLOCKED))["quality"]["attained"] is None
    mesh.registry.set_product_status(KEY, "retired", actor="user:ann")
    assert ask("slo", "--fail")["attainments"] == []
    assert "No product promises any." in ask("slo", output_format="text")


def test_a_window_is_a_length_of_time(ask: Told) -> None:
    ask("slo", "--window", "soon", code=ExitCode.USAGE)


def test_status_shows_how_fresh_dbt_found_the_sources_of_a_port(mesh: Mesh, ask: Told) -> None:
    mesh.publish(hours=30)
    mesh.run_tests(hours=2)
    (port,) = ask("status", KEY)["ports"]
    assert [(each["name"], each["status"]) for each in port["sources"]] == [("shop.orders", "warn")]
    assert (port["fresh"], round(port["age"] / 3600)) == (False, 30)
    assert "shop.orders" in ask("status", output_format="text")
