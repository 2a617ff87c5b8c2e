"""The pipeline as a pipeline of Azure DevOps. Its schedules know UTC alone.

Source: the vendor's YAML schema of Azure Pipelines: `schedules`, `resources.pipelines`.
"""

from __future__ import annotations

from typing import Any

from meshport.deployment.files import text_of
from meshport.deployment.pipeline import KEY, STEPS, Pipeline
from meshport.errors import InputError

HEAD = """\
do not edit: meshport deploy render --for azure
The variable group is that of azure-pipelines.yml. Secrets reach only the steps that name them."""
MAIN = {"branches": {"include": ["main"]}}


def files(pipeline: Pipeline) -> dict[str, str]:
    """Return the pipeline, by path from the top of the project.

    Raises InputError for a schedule in another time zone.
    """
    crons, domains = [], set()
    for each, inputs in pipeline.every:
        if each.cron is not None and each.timezone != "UTC":
            raise InputError(
                f"Azure Pipelines schedules in UTC, not in {each.timezone}",
                hint="say the schedule in UTC, or let Databricks or GitHub run it",
            )
        if each.cron is not None:
            crons.append(each.cron)
        else:
            domains |= {str(one.product).partition(".")[0] for one in inputs}
    content: dict[str, Any] = {"trigger": "none", "pr": "none"}
    if crons:
        content["schedules"] = [
            {"cron": cron, "displayName": f"At {cron}", **MAIN, "always": "true"} for cron in dict.fromkeys(crons)
        ]
    if domains:
        # Named as they name themselves here: the pipeline of a domain is called after it.
        content["resources"] = {
            "pipelines": [{"pipeline": name, "source": f"{name}_pipeline", "trigger": MAIN} for name in sorted(domains)]
        }
    content |= {
        "pool": {"vmImage": "ubuntu-latest"},
        "variables": [{"group": "meshport"}],
        "jobs": [
            {
                "job": "pipeline",
                "timeoutInMinutes": str(pipeline.deploy.timeout_minutes),  # by the schema a text, as expressions are
                "steps": _steps(pipeline),
            }
        ],
    }
    return {f"{pipeline.domain}_pipeline.yml": text_of(HEAD, content)}


def _steps(pipeline: Pipeline) -> list[dict[str, Any]]:
    secret = {"env": {name: f"$({name})" for name in (*pipeline.secrets, KEY)}}
    return [
        {"task": "UsePythonVersion@0", "inputs": {"versionSpec": "3.11"}},
        {"script": "pip install --requirement requirements.txt", "displayName": "Install"},
        {"script": "meshport build", "displayName": "Build and test", **secret},
        *(
            {
                "script": " ".join(("meshport", *each.command)),
                "displayName": each.title,
                **({"condition": "not(canceled())"} if each.always else {}),
                **secret,
            }
            for each in STEPS
        ),
    ]
