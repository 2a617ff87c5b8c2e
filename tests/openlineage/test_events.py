"""What the events of a small project say, fact by fact."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from tests.openlineage import shop
from tests.openlineage.conforming import check, facets
from tests.openlineage.conftest import Run, lines

HERE = "test://shop"


def _events(run: Run, *arguments: str) -> list[dict[str, Any]]:
    found = lines(run("--dry-run", "--dataset-namespace", HERE, *arguments).stdout)
    for event in found:
        check(event)
    return found


def _of(events: list[dict[str, Any]], job: str) -> dict[str, Any]:
    """Return the last event of a job: of one that ran, its end."""
    return [event for event in events if event["job"]["name"] == job][-1]


def _lineage(event: dict[str, Any]) -> dict[str, dict[str, list[tuple[str, str | None]]]]:
    """Return (type, subtype) of each input by output column and `table.column`."""
    fields = event["outputs"][0]["facets"]["columnLineage"]["fields"]
    return {
        name: {
            f"{each['name']}.{each['field']}": [(t["type"], t.get("subtype")) for t in each["transformations"]]
            for each in field["inputFields"]
        }
        for name, field in fields.items()
    }


def test_what_ran_has_a_start_and_an_end_and_what_did_not_its_design(run: Run) -> None:
    found = [(event["job"]["name"], event.get("eventType"), event["eventTime"]) for event in _events(run)]
    at = "2026-11-20T10:00:0{}Z"
    assert found == [
        ("snapshot.shop.history", None, shop.AT),  # skipped
        ("seed.shop.countries", "START", at.format("1.000000")),
        ("seed.shop.countries", "COMPLETE", at.format("1.250000")),
        ("model.shop.revenue", "START", at.format("2.000000")),
        ("model.shop.revenue", "COMPLETE", at.format("2.250000")),
        ("model.shop.ranked", "START", at.format("3.000000")),
        ("model.shop.ranked", "COMPLETE", at.format("3.250000")),
        ("model.shop.broken", "START", at.format("4.000000")),
        ("model.shop.broken", "FAIL", at.format("4.250000")),
        ("model.shop.revenue.tests", "START", at.format("6.000000")),
        ("model.shop.revenue.tests", "COMPLETE", at.format("7.250000")),
        ("model.shop.ranked.tests", "START", at.format("8.000000")),
        ("model.shop.ranked.tests", "FAIL", at.format("8.250000")),
    ]


def test_the_same_artifacts_give_the_same_events(run: Run) -> None:
    arguments = ("--dry-run", "--dataset-namespace", HERE)
    assert run(*arguments).stdout == run(*arguments).stdout


def test_both_events_of_a_run_are_of_one_run_and_no_two_jobs_share_one(run: Run) -> None:
    ids: dict[str, set[str]] = {}
    for event in _events(run):
        if "run" in event:
            ids.setdefault(event["job"]["name"], set()).add(event["run"]["runId"])
            assert event["run"]["facets"]["parent"]["run"]["runId"] == shop.INVOCATION
    assert all(len(each) == 1 for each in ids.values())
    assert len(set.union(*ids.values())) == len(ids)
    assert all(uuid.UUID(run_id).version == 5 for each in ids.values() for run_id in each)


def test_lineage_leads_through_a_model_that_is_no_table(run: Run) -> None:
    event = _of(_events(run), shop.REVENUE_ID)
    assert [each["name"] for each in event["inputs"]] == ["shop.raw.orders"]
    assert _lineage(event) == {
        "country": {"shop.raw.orders.country": [("DIRECT", "TRANSFORMATION")]},
        "revenue": {"shop.raw.orders.amount": [("DIRECT", "AGGREGATION")]},
        "status": {"shop.raw.orders.ordered_at": [("INDIRECT", "CONDITIONAL")]},
    }
    rows = event["outputs"][0]["facets"]["columnLineage"]["dataset"]
    assert [(each["field"], each["transformations"]) for each in rows] == [
        ("amount", [{"type": "INDIRECT"}]),  # the filter of the ephemeral model
        ("country", [{"type": "INDIRECT"}]),  # the grouping
    ]


def test_each_way_of_taking_part_has_its_word(run: Run) -> None:
    orders = "shop.raw.orders"
    assert _lineage(_of(_events(run), shop.RANKED_ID)) == {
        "id": {f"{orders}.id": [("DIRECT", "IDENTITY")]},
        "doubled": {f"{orders}.amount": [("DIRECT", "TRANSFORMATION")]},
        "n": {f"{orders}.country": [("INDIRECT", "WINDOW")], f"{orders}.ordered_at": [("INDIRECT", "WINDOW")]},
        "dutch": {f"{orders}.amount": [("DIRECT", "AGGREGATION")], f"{orders}.country": [("INDIRECT", "FILTER")]},
        # `mystery` is of a relation that has no whole name: nothing is said of it.
    }


def test_a_dataset_has_its_columns_its_words_and_its_owner(run: Run) -> None:
    output = _of(_events(run), shop.REVENUE_ID)["outputs"][0]
    assert (output["namespace"], output["name"]) == (HERE, "shop.main.revenue")
    assert output["facets"]["schema"]["fields"] == [
        {"name": "country", "type": "VARCHAR", "description": "Two letters.", "ordinal_position": 1},
        {"name": "revenue", "type": "DECIMAL(38,2)", "ordinal_position": 2},
        {"name": "status", "type": "VARCHAR", "ordinal_position": 3},
        {"name": "one", "type": "INTEGER", "ordinal_position": 4},
    ]
    assert output["facets"]["documentation"]["description"] == "One row a country."
    assert output["facets"]["ownership"]["owners"] == [{"name": "team:Sales Team"}]


def test_a_dataset_that_is_not_in_the_catalog_has_the_columns_that_lineage_found(run: Run) -> None:
    output = _of(_events(run), shop.RANKED_ID)["outputs"][0]
    names = [field["name"] for field in output["facets"]["schema"]["fields"]]
    assert names == ["id", "doubled", "n", "dutch", "mystery"]


def test_what_failed_says_why_and_wrote_nothing(run: Run) -> None:
    event = _of(_events(run), "model.shop.broken")
    assert event["outputs"] == []
    error = event["run"]["facets"]["errorMessage"]
    assert (error["message"], error["programmingLanguage"]) == ("Binder Error: no such column", "SQL")


def test_results_of_tests_are_assertions_of_their_own_run(run: Run) -> None:
    events = _events(run)
    asked = _of(events, "model.shop.revenue.tests")
    assert asked["job"]["facets"]["jobType"]["jobType"] == "TEST"
    assert [each["name"] for each in asked["inputs"]] == ["shop.main.revenue"]
    assertions = asked["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert sorted(assertions, key=lambda each: each["name"]) == [
        {"assertion": "not_null", "column": "revenue", "success": False, "severity": "warn", "name": "some_revenue", "actual": "2"},
        {"assertion": "unique", "column": "country", "success": True, "severity": "error", "name": "unique_country", "actual": "0"},
    ]  # fmt: skip
    bad = _of(events, "model.shop.ranked.tests")["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert [(each["name"], each["success"]) for each in bad] == [("bad_id", False)]  # what was not asked is not there


def test_sql_is_sent_only_where_asked_for(run: Run) -> None:
    silent = run("--dry-run", "--dataset-namespace", HERE).stdout
    assert "sum(" not in silent.lower()
    assert not any(key == "sql" for event in lines(silent) for key, _ in facets(event))
    event = _of(_events(run, "--sql"), shop.REVENUE_ID)
    assert event["job"]["facets"]["sql"]["query"] == shop.REVENUE
    assert event["job"]["facets"]["sql"]["dialect"] == "duckdb"
    revenue = event["outputs"][0]["facets"]["columnLineage"]["fields"]["revenue"]["inputFields"][0]
    assert revenue["transformations"][0]["description"].startswith("SUM(")


def test_a_table_of_unity_catalog_is_known_to_spark_too(run: Run, project: Path) -> None:
    shop.write(project / "target", adapter="databricks")
    output = _of(_events(run), shop.REVENUE_ID)["outputs"][0]
    assert output["facets"]["symlinks"]["identifiers"] == [
        {"namespace": "unity-catalog", "name": "shop.main.revenue", "type": "TABLE"}
    ]
