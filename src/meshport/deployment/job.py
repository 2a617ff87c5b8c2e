"""The pipeline as a Databricks job: a dbt task, then commands of meshport as Python wheel tasks, on one job cluster.

Source: the Jobs API (`jobs/create`), and the vendor's pages on dbt tasks, Python wheel tasks, table update triggers and
secrets in environment variables. Why a job cluster: docs/decisions/0024-deployment.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from meshport.deployment.pipeline import STEPS, Pipeline, Step
from meshport.model import Upstream
from meshport.schedules import Schedule, quartz

CLUSTER, BUILD = "pipeline", "build"
FILES = "${workspace.file_path}"
"""Where the bundle puts the project in the workspace."""
RETRY_AFTER_MILLIS = 60_000
RECORD = Step("record", "Record", ("ops", "record"), always=True)
"""What `meshport build` does elsewhere: without it nobody would know of a build that failed."""


def jobs(pipeline: Pipeline) -> dict[str, Any]:
    """Return the jobs of a domain by resource key: the domain's own, and one for each product with its own schedule.

    Those start the domain's job: it runs once at a time, and the others queue.
    """
    found = {pipeline.domain: _domain_job(pipeline)}
    for name, schedule in pipeline.schedules.items():
        found[f"{pipeline.domain}_{name}"] = _product_job(pipeline, name, schedule)
    return found


def _domain_job(pipeline: Pipeline) -> dict[str, Any]:
    starts = _starts(pipeline.deploy.schedule, pipeline.read_by(pipeline.common)) if pipeline.common else {}
    return {
        **_common(pipeline, pipeline.domain, f"{pipeline.title}: build, data policies, publish, notify", {}),
        **starts,
        "job_clusters": [{"job_cluster_key": CLUSTER, "new_cluster": _cluster(pipeline)}],
        "tasks": [_build(pipeline), *_after_build(pipeline)],
    }


def _product_job(pipeline: Pipeline, name: str, schedule: Schedule) -> dict[str, Any]:
    task = {"task_key": "run", "run_job_task": {"job_id": f"${{resources.jobs.{pipeline.domain}.id}}"}}
    text = f"{pipeline.title}: when {pipeline.domain}.{name} has to be built"
    return {
        **_common(pipeline, f"{pipeline.domain}.{name}", text, {"meshport_product": name}),
        **_starts(schedule, pipeline.read_by([name])),
        "tasks": [task],
    }


def _common(pipeline: Pipeline, name: str, description: str, tags: dict[str, str]) -> dict[str, Any]:
    """Return what both kinds of job say of themselves."""
    return {
        "name": name,
        "description": description,
        "run_as": {"service_principal_name": "${var.run_as}"},
        "max_concurrent_runs": 1,
        "queue": {"enabled": True},
        "tags": {"meshport_domain": pipeline.domain, "meshport_environment": "${bundle.target}", **tags},
        **_alerts(pipeline),
        "notification_settings": {"no_alert_for_skipped_runs": True, "no_alert_for_canceled_runs": True},
    }


def _alerts(pipeline: Pipeline) -> dict[str, Any]:
    """Return who hears of a failure, of a job or of a task."""
    told: dict[str, Any] = {}
    if pipeline.emails:
        told["email_notifications"] = {"on_failure": list(pipeline.emails)}
    if pipeline.deploy.destinations:
        destinations = range(len(pipeline.deploy.destinations))
        told["webhook_notifications"] = {"on_failure": [{"id": f"${{var.{destination(n)}}}"} for n in destinations]}
    return told


def destination(number: int) -> str:
    """Return the variable that a notification destination is looked up by."""
    return f"destination_{number + 1}"


def _starts(schedule: Schedule, inputs: Iterable[Upstream]) -> dict[str, Any]:
    """Return what starts a job: a schedule, or a trigger."""
    if schedule.cron is not None:
        said = {"quartz_cron_expression": quartz(schedule.cron), "timezone_id": schedule.timezone}
        return {"schedule": {**said, "pause_status": "${var.schedules}"}}
    update = {
        "table_names": [str(each.relation) for each in inputs],
        "condition": "ALL_UPDATED" if schedule.after_inputs == "all" else "ANY_UPDATED",
        "wait_after_last_change_seconds": schedule.quiet_minutes * 60,
    }
    return {"trigger": {"table_update": update, "pause_status": "${var.schedules}"}}


def _cluster(pipeline: Pipeline) -> dict[str, Any]:
    """Return a cluster of one node: what runs there sends statements to the warehouse and waits."""
    policy: dict[str, Any] = {}
    if pipeline.deploy.cluster_policy is not None:
        policy = {"policy_id": "${var.cluster_policy}", "apply_policy_default_values": True}
    variables = {
        "DATABRICKS_HOST": "${workspace.host}",
        "DATABRICKS_HTTP_PATH": "/sql/1.0/warehouses/${var.warehouse}",
        "DATABRICKS_CATALOG": "${var.catalog}",
        "DATABRICKS_SCHEMA": "${var.schema}",
        "DBT_TARGET": "${var.dbt_target}",
        **{name: f"{{{{secrets/{pipeline.scope}/{name.lower()}}}}}" for name in pipeline.secrets},
    }
    return {
        **policy,
        "spark_version": "${var.spark_version}",
        "node_type_id": "${var.node_type}",
        "num_workers": 0,
        "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
        "custom_tags": {"ResourceClass": "SingleNode", "meshport_domain": pipeline.domain},
        "spark_env_vars": variables,
    }


def _build(pipeline: Pipeline) -> dict[str, Any]:
    # dbt tasks run in a copy of the project: only what is written beside it is there for the next task.
    commands = ["dbt deps", f"dbt build --target-path {FILES}/target"]
    task = {"project_directory": "../", "profiles_directory": ".", "commands": commands}
    return {"task_key": BUILD, "dbt_task": task, **_runs(pipeline), **_told(pipeline)}


def _after_build(pipeline: Pipeline) -> Iterable[dict[str, Any]]:
    before = BUILD
    *steps, last = STEPS
    for step in (*steps, RECORD, last):
        yield {
            "task_key": step.name,
            "depends_on": [{"task_key": before}],
            **({"run_if": "ALL_DONE"} if step.always else {}),
            "python_wheel_task": {
                "package_name": "meshport",
                "entry_point": "meshport_task",
                "parameters": [*step.command, "--project-dir", FILES],
            },
            **_runs(pipeline),
            **({} if step.always else _told(pipeline)),
        }
        before = step.name


def _told(pipeline: Pipeline) -> dict[str, Any]:
    """Return the alerts of a task that another one follows whatever happens: the job succeeds with that one, and says
    nothing of failures before it.
    """
    return {**_alerts(pipeline), "notification_settings": {"alert_on_last_attempt": True}}


def _runs(pipeline: Pipeline) -> dict[str, Any]:
    return {
        "job_cluster_key": CLUSTER,
        "libraries": [{"pypi": {"package": "${var.meshport}"}}],
        "max_retries": pipeline.deploy.retries,
        "min_retry_interval_millis": RETRY_AFTER_MILLIS,
        "retry_on_timeout": False,
        "timeout_seconds": pipeline.deploy.timeout_minutes * 60,
    }
