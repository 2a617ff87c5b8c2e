"""The scheduled job of a domain: rendered as a bundle, deployed to the double, and run there: what it describes happens."""

# ruff: noqa: TID251 - a bundle is deployed through the real SDK
from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient

from tests.databricks.publish.conftest import NativeDomain
from tests.databricks_double.rest_server import wait_until
from tests.deployment.bundle import Bundle
from tests.deployment.tasks import Tasks

pytestmark = [pytest.mark.dbt, pytest.mark.xdist_group("databricks")]

DEPLOY = {"warehouse": "pipelines", "cluster_policy": "sales_jobs", "retries": 1, "destinations": ["mesh alerts"]}
SCHEDULE = {"cron": "30 6 * * 1", "timezone": "Europe/Berlin"}


class Deployed:
    """The jobs of a domain in the double."""

    def __init__(self, domain: NativeDomain, client: WorkspaceClient, tasks: Tasks) -> None:
        self.domain, self.client, self.tasks = domain, client, tasks
        self.made: dict[str, Any] = {}

    def run(self, key: str) -> tuple[str, dict[str, str]]:
        """Run a job to its end, and return how that which ran last and its tasks ended, as the workspace says it."""
        waiting = self.client.jobs.run_now(int(self.made[key]))
        runs = self.domain.double.store.documents["runs"]
        run = runs[str(waiting.run_id)]
        ended = ("TERMINATED", "INTERNAL_ERROR", "SKIPPED")
        wait_until(lambda: run["state"]["life_cycle_state"] in ended, seconds=300)
        last = list(runs.values())[-1]["run_id"]  # of the job that this one started, if it did
        told = self.client.jobs.get_run(last).as_dict()
        tasks = {each["task_key"]: each["state"].get("result_state", "") for each in told["tasks"]}
        return told["state"].get("result_state", told["state"].get("state_message", "")), tasks

    def alerts(self) -> list[tuple[str, str]]:
        """Return whom runs told of what."""
        runs = self.domain.double.store.documents["runs"].values()
        return [tuple(each) for run in runs for each in run["alerts"]]


@pytest.fixture
def deployed(native: NativeDomain) -> Iterator[Deployed]:
    """The toy domain, never built in its folder, with its jobs in the double: `revenue` has a schedule of its own."""
    store, double = native.double.store, native.double
    client = WorkspaceClient(host=double.host, token=double.token("admin"))
    client.service_principals.create(display_name="sales-ci")
    client.api_client.do("POST", "/api/2.0/sql/warehouses", body={"name": "pipelines", "cluster_size": "Small"})
    client.cluster_policies.create(name="sales_jobs", definition="{}")
    store.secrets["sales", "databricks_token"] = double.token("sales")
    store.secrets["sales", "meshport_registry"] = str(native.registry_file)
    with (native.path / "mesh.yml").open("a") as mesh:
        mesh.write(f"deploy: {DEPLOY}\n")
    declared, title = native.path / "models/products.yml", "{title: Revenue, tier: silver"
    declared.write_text(declared.read_text().replace(title, f"{title}, schedule: {SCHEDULE}"))
    with native.editing() as manifest:  # as parsing that file writes it
        manifest["groups"]["group.sales.revenue"]["config"]["meta"]["data_product"]["schedule"] = SCHEDULE
    said = native.run("deploy", "render")
    assert said.code == 0, said
    parsed = (native.path / "target/partial_parse.msgpack").read_bytes()
    for left in ("target", "dbt_packages"):
        shutil.rmtree(native.path / left)
    (native.path / "target").mkdir()  # as a run before leaves it: only what saves dbt from reading everything again
    (native.path / "target/partial_parse.msgpack").write_bytes(parsed)
    found = Deployed(native, client, Tasks(policies=1))
    found.made = Bundle(native.path, client, "prod", node_type="m5.large", destination_1="0f1e2d").deploy()
    double.rest.options.run_task = found.tasks
    yield found
    double.rest.options.run_task = None


def test_it_builds_asks_publishes_and_notifies(deployed: Deployed) -> None:
    result, tasks = deployed.run("jobs.sales_revenue")
    assert (result, set(tasks.values())) == ("SUCCESS", {"SUCCESS"}), {
        k: v[-1] for k, v in deployed.tasks.said.items() if k != "build"
    }
    assert list(tasks) == ["build", "policies", "publish", "record", "notify"]
    assert len(deployed.tasks.said["policies"]) == 2, "a task that fails is tried again"
    assert deployed.domain.seen()["customer_orders.orders"], "what it publishes is there to be read"
    assert "rules" in deployed.tasks.said["policies"][-1]
    jobs = {each.settings.name: each.settings for each in deployed.client.jobs.list() if each.settings}
    assert sorted(str(name) for name in jobs) == ["sales", "sales.revenue"]
    assert jobs["sales"].as_dict()["job_clusters"][0]["new_cluster"]["policy_id"]
    assert deployed.alerts() == []
