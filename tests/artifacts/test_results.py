"""Which results count, and which of several is taken."""

from __future__ import annotations

from typing import Any

import pytest

from meshport.artifacts import load_project
from meshport.errors import InputError
from tests.artifacts.builders import MODEL, Write, result, run_results


@pytest.mark.parametrize("command", ["build", "run", "test", "seed", "snapshot", "retry"])
def test_a_command_that_ran_the_node_is_evidence(write: Write, command: str) -> None:
    assert MODEL in load_project(write(run_results=run_results(result(), which=command))).results


@pytest.mark.parametrize(
    "args",
    [
        *({"which": command} for command in ("compile", "generate", "run-operation", "list", "show", None)),
    ],
)
def test_other_commands_say_nothing(write: Write, args: dict[str, Any]) -> None:
    assert load_project(write(run_results=run_results(result(), **args))).results == {}


@pytest.mark.parametrize(
    ("args", "status"),
    [({"empty": True}, "empty"), ({"sample": {"start": "2026-01-01"}}, "sample"), ({"which": "clone"}, "clone")],
)
def test_runs_without_the_real_rows_supersede_what_was_shown_before(
    write: Write, args: dict[str, Any], status: str
) -> None:
    """They replaced the rows that the older results were about."""
    assert load_project(write(run_results=run_results(result(), **args))).results[MODEL].status == status


def test_dbt_2_says_command(write: Write) -> None:
    project = load_project(write(run_results=run_results(result(), which=None, command="build")))
    assert MODEL in project.results


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2026-11-20T10:00:00.900000Z", "2026-11-20T10:00:01.000000Z"),
        ("2026-11-20T10:00:00.100000Z", "2026-11-20T10:00:00.100000457Z"),  # dbt 1, dbt 2
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00.5Z"),
    ],
)
@pytest.mark.parametrize("first", ["older", "newer"])
def test_the_newest_of_several_files_is_taken(write: Write, older: str, newer: str, first: str) -> None:
    names = ("run_results", "run_results__later") if first == "older" else ("run_results__later", "run_results")
    runs = (run_results(result(end=older, status="error")), run_results(result(end=newer)))
    project = load_project(write(**dict(zip(names, runs, strict=True))))
    assert (project.results[MODEL].status, project.results[MODEL].completed_at) == ("success", newer)


def test_a_result_without_times_is_as_old_as_its_file(write: Write) -> None:
    skipped = run_results(result(status="skipped"), at="2026-11-21T00:00:00.000000Z")
    ran = run_results(result(end="2026-11-20T00:00:00.000000Z"))
    assert load_project(write(run_results=ran, run_results__b=skipped)).results[MODEL].status == "skipped"


def test_files_in_the_folder_alone_are_enough(write: Write) -> None:
    folder = write(run_results__a=run_results(result(), env={"CI_RUN": "7"}))
    assert load_project(folder).results[MODEL].environment == {"CI_RUN": "7"}


def test_results_of_another_project_are_counted_and_not_taken(write: Write) -> None:
    other = [result("model.other.orders"), result("test.other.orders_not_null.1"), result("operation.other.end-0")]
    project = load_project(write(run_results=run_results(*other)))
    assert project.results == {}
    assert project.foreign_results == 2


@pytest.mark.parametrize("text", ['{"metadata": {"dbt_schema_', "", "[]", "{}", "null", '{"metadata": {}}'])
def test_a_broken_file_is_named(write: Write, text: str) -> None:
    folder = write(run_results__late_run=text)
    with pytest.raises(InputError) as caught:
        load_project(folder)
    assert caught.value.where == str(folder / "run_results" / "late_run.json")
    assert caught.value.hint
