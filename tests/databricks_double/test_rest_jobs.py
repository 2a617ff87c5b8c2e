"""Jobs of the double: what runs after what, what is tried again, who is told, and what is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient  # noqa: TID251 - the real SDK calls the double
from databricks.sdk.errors import DatabricksError  # noqa: TID251

from tests.databricks_double.rest_server import Served, wait_until

MAIL = {"on_failure": ["ann@x.org"]}


def task(key: str, *before: str, **more: Any) -> dict[str, Any]:
    """Return a task that runs after others."""
    run = {"python_wheel_task": {"package_name": "p", "entry_point": "e"}}
    return {"task_key": key, "depends_on": [{"task_key": each} for each in before], **run, **more}


CHAIN = [
    task("build", max_retries=1, email_notifications=MAIL),
    task("publish", "build", email_notifications=MAIL),
    task("notify", "publish", run_if="ALL_DONE"),
]


class Jobs:
    """Jobs in the double; what fails is said by task."""

    def __init__(self, served: Served, client: WorkspaceClient) -> None:
        self.served, self.client = served, client
        self.failing: dict[str, int] = {}
        self.ran: list[str] = []
        self.go = threading.Event()
        self.go.set()
        served.rest.options.run_task = self.run_task

    def run_task(self, task: dict[str, Any], variables: Any) -> bool:
        """Fail as often as is said."""
        assert self.go.wait(30)
        key = task["task_key"]
        self.ran.append(key)
        self.failing[key] = self.failing.get(key, 0) - 1
        return self.failing[key] < 0

    def create(self, **settings: Any) -> int:
        """Make a job."""
        made: Any = self.client.api_client.do("POST", "/api/2.2/jobs/create", body={"name": "j", **settings})
        return int(made["job_id"])

    def start(self, job_id: int) -> dict[str, Any]:
        """Start a job and return the run, which changes as it goes on."""
        run = self.client.jobs.run_now(job_id)
        found: dict[str, Any] = self.served.store.documents["runs"][str(run.run_id)]
        return found

    def run(self, job_id: int) -> dict[str, Any]:
        """Run a job to its end."""
        run = self.start(job_id)
        wait_until(lambda: run["state"]["life_cycle_state"] in ("TERMINATED", "INTERNAL_ERROR"))
        return run


@pytest.fixture
def jobs(served: Served, client: Callable[..., WorkspaceClient]) -> Jobs:
    """The double, with nothing that fails."""
    return Jobs(served, client("admin"))


def test_tasks_run_one_after_the_other_and_again_where_they_fail(jobs: Jobs) -> None:
    jobs.failing = {"build": 1}
    run = jobs.run(jobs.create(tasks=CHAIN, email_notifications=MAIL))
    assert run["state"]["result_state"] == "SUCCESS"
    assert jobs.ran == ["build", "build", "publish", "notify"]
    assert run["alerts"] == []


def test_a_run_whose_last_task_succeeds_is_a_success_and_its_job_tells_nobody(jobs: Jobs) -> None:
    jobs.failing = {"build": 9}
    run = jobs.run(jobs.create(tasks=CHAIN, email_notifications=MAIL))
    assert run["state"]["result_state"] == "SUCCESS_WITH_FAILURES"
    assert [each["state"]["result_state"] for each in run["tasks"]] == ["FAILED", "UPSTREAM_FAILED", "SUCCESS"]
    assert run["alerts"] == [("build", "ann@x.org")]
    jobs.failing = {"notify": 9}
    run = jobs.run(jobs.create(tasks=CHAIN, email_notifications=MAIL))
    assert (run["state"]["result_state"], run["alerts"]) == ("FAILED", [("", "ann@x.org")])


@pytest.mark.parametrize(("queue", "second"), [({"enabled": True}, "QUEUED"), ({"enabled": False}, "SKIPPED")])
def test_a_job_runs_once_at_a_time(jobs: Jobs, queue: dict[str, bool], second: str) -> None:
    job_id = jobs.create(tasks=[task("build")], queue=queue)
    jobs.go.clear()
    first = jobs.start(job_id)
    wait_until(lambda: first["state"]["life_cycle_state"] == "RUNNING")
    other = jobs.start(job_id)
    wait_until(lambda: other["state"]["life_cycle_state"] == second)
    jobs.go.set()
    wait_until(lambda: first["state"]["life_cycle_state"] == "TERMINATED")
    wait_until(lambda: other["state"]["life_cycle_state"] in ("TERMINATED", "SKIPPED"))


def test_a_job_starts_another_with_its_parameters(jobs: Jobs) -> None:
    said: list[Any] = []
    jobs.served.rest.options.run_task = lambda task, _: bool(said.append(task) or True)
    first = jobs.create(
        tasks=[task("build", python_wheel_task={"package_name": "p", "entry_point": "{{job.parameters.select}}"})],
        parameters=[{"name": "select", "default": "all"}],
    )
    asked = {"job_id": first, "job_parameters": {"select": "one"}}
    run = jobs.run(jobs.create(tasks=[{"task_key": "run", "run_job_task": asked}]))
    assert run["state"]["result_state"] == "SUCCESS"
    assert said[0]["python_wheel_task"]["entry_point"] == "one"


@pytest.mark.parametrize(
    "settings",
    [
        {"tasks": []},
        {"tasks": [task("a")], "colour": "blue"},
        {"tasks": [task("a", run_if="SOMETIMES")]},
        {"tasks": [task("a", "nobody")]},
        {"tasks": [task("a", job_cluster_key="none")]},
        {"tasks": [task("a")], "run_as": {"service_principal_name": "nobody"}},
    ],
)
def test_what_the_api_has_not_is_refused(jobs: Jobs, settings: dict[str, Any]) -> None:
    with pytest.raises(DatabricksError):
        jobs.create(**settings)
