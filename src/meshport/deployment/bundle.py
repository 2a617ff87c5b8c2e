"""The pipeline as a Databricks bundle: `databricks.yml` with targets and variables, and the jobs as resources.

Neither hosts nor secrets are in it: the workspace is the one that the Databricks CLI is signed in to, secrets are read
from a secret scope when the job runs. Source: the vendor's reference of bundle configuration.
"""

from __future__ import annotations

from typing import Any

from meshport import __version__
from meshport.deployment.files import text_of
from meshport.deployment.job import destination, jobs
from meshport.deployment.pipeline import Pipeline

SPARK_VERSION = "16.4.x-scala2.12"
AGAIN = "do not edit: meshport deploy render"


def files(pipeline: Pipeline) -> dict[str, str]:
    """Return the files of the bundle, by path from the top of the project."""
    secrets = ", ".join(name.lower() for name in pipeline.secrets)
    head = (
        f"{AGAIN}\n"
        f"Deploy it: databricks bundle deploy --target {next(iter(pipeline.deploy.places))} --var node_type=...\n"
        f"The secret scope {pipeline.scope} has to hold {secrets}."
    )
    content = {
        "bundle": {"name": f"{pipeline.domain}_pipeline"},
        "include": ["resources/*.job.yml"],
        "permissions": [{"level": "CAN_MANAGE", "service_principal_name": "${var.run_as}"}],
        "variables": _variables(pipeline),
        "targets": _targets(pipeline),
    }
    job = {"resources": {"jobs": jobs(pipeline)}}
    return {
        "databricks.yml": text_of(head, content),
        f"resources/{pipeline.domain}.job.yml": text_of(AGAIN, job),
    }


def _variables(pipeline: Pipeline) -> dict[str, Any]:
    looked_up = {"run_as": {"service_principal": pipeline.run_as}, "warehouse": {"warehouse": pipeline.warehouse}}
    if pipeline.deploy.cluster_policy is not None:
        looked_up["cluster_policy"] = {"cluster_policy": pipeline.deploy.cluster_policy}
    for number, name in enumerate(pipeline.deploy.destinations):
        looked_up[destination(number)] = {"notification_destination": name}
    return {
        **{name: {"lookup": how} for name, how in looked_up.items()},
        "catalog": {"description": "The catalog that dbt builds into."},
        "schema": {"description": "The schema that dbt builds into."},
        "dbt_target": {"description": "dbt's target, in profiles.yml."},
        "schedules": {"description": "Whether the job runs by itself.", "default": "UNPAUSED"},
        "node_type": {"description": "The cloud's kind of machine for the job's cluster."},
        "spark_version": {"description": "The Databricks Runtime of the job's cluster.", "default": SPARK_VERSION},
        "meshport": {"description": "What is installed there.", "default": f"meshport[databricks]~={__version__}"},
    }


def _targets(pipeline: Pipeline) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, place in pipeline.deploy.places.items():
        chosen = {
            "catalog": place.catalog or pipeline.domain,
            "schema": place.schema,
            "dbt_target": place.target,
            **({"schedules": "PAUSED"} if place.paused else {}),
        }
        found[name] = {"variables": chosen}
    next(iter(found.values()))["default"] = True
    return found
