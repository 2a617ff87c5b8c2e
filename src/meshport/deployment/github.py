"""The pipeline as a workflow of GitHub Actions.

Source: GitHub's reference of workflow syntax; `timezone` of a schedule is IANA's.
"""

from __future__ import annotations

from typing import Any

from meshport.deployment.files import text_of
from meshport.deployment.pipeline import KEY, STEPS, Pipeline
from meshport.schedules import Schedule

HEAD = """\
do not edit: meshport deploy render --for github
Variables and secrets of the repository are those of meshport.yml beside it."""
VARIABLES = ("DATABRICKS_HOST", "DATABRICKS_HTTP_PATH")


def files(pipeline: Pipeline) -> dict[str, str]:
    """Return the workflow, by path from the top of the project."""
    content = {
        "name": f"{pipeline.domain} pipeline",
        "on": _starts(pipeline),
        "permissions": {"contents": "read"},
        # As merging does, so that both never publish at once; what runs is not cut off in the middle.
        "concurrency": {"group": "publish", "cancel-in-progress": False},
        "env": {
            "DBT_TARGET": "${{ vars.DBT_TARGET || 'dev' }}",
            **{name: f"${{{{ vars.{name} }}}}" for name in VARIABLES},
            **{name: f"${{{{ secrets.{name} }}}}" for name in (*pipeline.secrets, KEY)},
        },
        "jobs": {
            "pipeline": {
                "runs-on": "ubuntu-latest",
                "timeout-minutes": pipeline.deploy.timeout_minutes,
                "steps": _steps(),
            }
        },
    }
    return {f".github/workflows/{pipeline.domain}_pipeline.yml": text_of(HEAD, content)}


def _starts(pipeline: Pipeline) -> dict[str, Any]:
    found: dict[str, Any] = {"workflow_dispatch": {}}
    crons = [_cron(each) for each, _ in pipeline.every if each.cron is not None]
    events = {str(one.product) for each, inputs in pipeline.every if each.after_inputs for one in inputs}
    if crons:
        found["schedule"] = [each for number, each in enumerate(crons) if each not in crons[:number]]
    if events:
        found["repository_dispatch"] = {"types": sorted(events)}
    return found


def _cron(schedule: Schedule) -> dict[str, str]:
    zone = {} if schedule.timezone == "UTC" else {"timezone": schedule.timezone}
    return {"cron": str(schedule.cron), **zone}


def _steps() -> list[dict[str, Any]]:
    return [
        {"uses": "actions/checkout@v4"},
        {"uses": "actions/setup-python@v5", "with": {"python-version": "3.11", "cache": "pip"}},
        {"run": "pip install --requirement requirements.txt"},
        {"name": "Build and test", "run": "meshport build"},
        *(
            {
                "name": each.title,
                **({"if": "${{ !cancelled() }}"} if each.always else {}),
                "run": " ".join(("meshport", *each.command)),
            }
            for each in STEPS
        ),
    ]
