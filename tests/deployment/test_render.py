"""What `meshport deploy render` writes: valid by the published schemas, by what the project says, and nobody else's file."""

from __future__ import annotations

import importlib.resources
import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import validators

from meshport.errors import ExitCode
from tests.deployment import bundle_schema
from tests.publish.conftest import built, shared_folder  # noqa: F401
from tests.publish.domain import Domain

WAREHOUSES = "warehouses: {sales_sql: {size: Small}}\n"
FILES = {
    "databricks": {"databricks.yml", "resources/sales.job.yml"},
    "github": {".github/workflows/sales_pipeline.yml"},
    "azure": {"sales_pipeline.yml"},
}


@pytest.fixture
def domain(built: Domain, tmp_path: Path) -> Domain:  # noqa: F811
    """The toy domain, built, with a warehouse."""
    copied = built.copy(tmp_path / "sales")
    say(copied, WAREHOUSES)
    return copied


def say(domain: Domain, text: str) -> None:
    """Add to mesh.yml."""
    with (domain.path / "mesh.yml").open("a") as mesh:
        mesh.write(text)


def schedule(domain: Domain, product: str, said: dict[str, Any]) -> None:
    """Give a product a schedule of its own, as parsing its group does."""
    with domain.editing() as manifest:
        manifest["groups"][f"group.sales.{product}"]["config"]["meta"]["data_product"]["schedule"] = said


def read_from(domain: Domain, model: str, product: str) -> None:
    """Let a model be what a generated package of another domain's port is."""
    relation = {"database": "crm_published", "schema": product.split(".")[1], "identifier": "accounts"}
    unique_id = f"source.{product.split('.')[0]}.accounts"
    with domain.editing() as manifest:
        node = manifest["nodes"][f"model.sales.{model}"]
        node["config"]["materialized"] = "ephemeral"
        node["config"]["meta"] = {**node["config"].get("meta", {}), "meshport_input": product}
        node["depends_on"]["nodes"] = [unique_id]
        source = {**relation, "unique_id": unique_id, "resource_type": "source", "name": "accounts"}
        told = {"package_name": "crm", "original_file_path": "models/crm.yml", "source_name": "crm", "columns": {}}
        manifest["sources"][unique_id] = {**source, **told, "fqn": ["crm"], "description": "", "config": {}}


def render(domain: Domain, runner: str = "databricks") -> dict[str, Any]:
    """Render, and return what was written, by file."""
    done = domain.run("deploy", "render", "--for", runner)
    assert done.code == 0, done.err
    # YAML 1.1 reads the key `on` as true; what reads these files does not.
    found = {name: yaml.load((domain.path / name).read_text(), yaml.BaseLoader) for name in FILES[runner]}
    if runner == "databricks":
        return {name: yaml.safe_load((domain.path / name).read_text()) for name in found}
    return {name: deepcopy(content) for name, content in found.items()}


def jobs(domain: Domain) -> dict[str, Any]:
    """Render for Databricks, check what was written, and return the jobs."""
    files = render(domain)
    assert bundle_schema.problems_on_top(files["databricks.yml"]) == []
    assert bundle_schema.problems(files["resources/sales.job.yml"]) == []
    found: dict[str, Any] = files["resources/sales.job.yml"]["resources"]["jobs"]
    return found


def test_one_job_builds_asks_publishes_and_notifies(domain: Domain) -> None:
    ((name, job),) = jobs(domain).items()
    assert name == "sales"
    assert [task["task_key"] for task in job["tasks"]] == ["build", "policies", "publish", "record", "notify"]
    assert [task.get("run_if") for task in job["tasks"]] == [None, None, None, "ALL_DONE", "ALL_DONE"]
    build, policies = job["tasks"][:2]
    assert build["dbt_task"]["commands"][0] == "dbt deps"
    assert policies["python_wheel_task"]["parameters"] == ["quality", "run", "--project-dir", "${workspace.file_path}"]
    assert build["max_retries"] == 2
    assert build["timeout_seconds"] == 7200
    assert build["email_notifications"] == job["email_notifications"] == {"on_failure": ["sales@example.com"]}
    assert job["schedule"] == {
        "quartz_cron_expression": "0 0 5 * * ?",
        "timezone_id": "UTC",
        "pause_status": "${var.schedules}",
    }
    assert (job["max_concurrent_runs"], job["queue"]) == (1, {"enabled": True})
    assert job["run_as"] == {"service_principal_name": "${var.run_as}"}
    assert job["tags"]["meshport_domain"] == "sales"


def test_no_host_and_no_secret_is_in_it(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_HOST", "https://acme.example.net")
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-secret")
    say(domain, "alerts: [{to: slack, address: SLACK_WEBHOOK}]\n")
    variables = jobs(domain)["sales"]["job_clusters"][0]["new_cluster"]["spark_env_vars"]
    assert variables["DATABRICKS_HOST"] == "${workspace.host}"
    assert variables["SLACK_WEBHOOK"] == "{{secrets/sales/slack_webhook}}"
    written = "".join((domain.path / name).read_text() for name in FILES["databricks"])
    assert "acme.example.net" not in written
    assert "dapi-secret" not in written


def test_environments_are_targets(domain: Domain) -> None:
    places = "{prod: {catalog: sales}, dev: {catalog: sales_dev, schema: mine, paused: true}}"
    say(domain, f"deploy: {{environments: {places}, run_as: robot, cluster_policy: small}}\n")
    top = render(domain)["databricks.yml"]
    assert bundle_schema.problems_on_top(top) == []
    assert top["targets"] == {
        "prod": {"variables": {"catalog": "sales", "schema": "internal", "dbt_target": "databricks"}, "default": True},
        "dev": {
            "variables": {
                "catalog": "sales_dev",
                "schema": "mine",
                "dbt_target": "databricks",
                "schedules": "PAUSED",
            }
        },
    }
    assert top["variables"]["run_as"] == {"lookup": {"service_principal": "robot"}}
    assert top["variables"]["warehouse"] == {"lookup": {"warehouse": "sales_sql"}}
    assert top["variables"]["cluster_policy"] == {"lookup": {"cluster_policy": "small"}}


def test_a_product_may_have_a_schedule_of_its_own(domain: Domain) -> None:
    schedule(domain, "revenue", {"cron": "*/15 6-18 * * 1-5", "timezone": "Europe/Berlin"})
    found = jobs(domain)
    assert sorted(found) == ["sales", "sales_revenue"]
    own = found["sales_revenue"]
    assert own["schedule"]["quartz_cron_expression"] == "0 */15 6-18 ? * MON-FRI"
    assert own["schedule"]["timezone_id"] == "Europe/Berlin"
    assert own["tasks"][0]["run_job_task"] == {"job_id": "${resources.jobs.sales.id}"}
    schedule(domain, "customer_orders", {"cron": "0 1 * * *"})
    assert "schedule" not in jobs(domain)["sales"], "nothing is left that runs with the domain"


def test_a_product_runs_when_its_inputs_have_published(domain: Domain) -> None:
    read_from(domain, "stg_customers", "crm.accounts")
    schedule(domain, "revenue", {"after_inputs": "all", "quiet_minutes": 10})
    assert jobs(domain)["sales_revenue"]["trigger"] == {
        "table_update": {
            "table_names": ["crm_published.accounts.accounts"],
            "condition": "ALL_UPDATED",
            "wait_after_last_change_seconds": 600,
        },
        "pause_status": "${var.schedules}",
    }
    on = render(domain, "github")[".github/workflows/sales_pipeline.yml"]["on"]
    assert on["repository_dispatch"] == {"types": ["crm.accounts"]}
    pipelines = render(domain, "azure")["sales_pipeline.yml"]["resources"]["pipelines"]
    assert [each["source"] for each in pipelines] == ["crm_pipeline"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("deploy: {schedle: {}}", "schedle"),
        ("deploy: {schedule: {cron: '0 5 * *'}}", "five fields"),
        ("deploy: {schedule: {cron: '0 25 * * *'}}", "no hour"),
        ("deploy: {schedule: {cron: '0 5 1 * 1'}}", "one of the two"),
        ("deploy: {schedule: {cron: '0 5 * * *', after_inputs: any}}", "one of the two"),
        ("deploy: {schedule: {cron: '0 5 * * *', timezone: Europe/Nowhere}}", "time zone"),
        ("deploy: {schedule: {after_inputs: any}}", "none is read"),
        ("deploy: {retries: many}", "retries"),
    ],
)
def test_what_does_not_fit_is_refused(domain: Domain, said: str, why: str) -> None:
    say(domain, f"{said}\n")
    done = domain.run("deploy", "render")
    assert done.code == ExitCode.INPUT
    assert why in done.err
    assert not (domain.path / "databricks.yml").exists()


def test_without_a_warehouse_it_says_which_key_is_missing(built: Domain, tmp_path: Path) -> None:  # noqa: F811
    done = built.copy(tmp_path / "sales").run("deploy", "render")
    assert done.code == ExitCode.INPUT
    assert "no warehouses" in done.err


def test_a_schedule_of_a_product_that_does_not_fit_blocks_the_product(domain: Domain) -> None:
    schedule(domain, "revenue", {"corn": "0 5 * * *"})
    assert any("corn" in gate.reason for item in domain.plan().products for gate in item.blocked)


def test_a_file_of_somebody_elses_stays(domain: Domain) -> None:
    theirs = domain.path / "databricks.yml"
    theirs.write_text("bundle: {name: mine}\n")
    done = domain.run("deploy", "render")
    assert done.code == ExitCode.INPUT
    assert "it stays" in done.err
    assert theirs.read_text() == "bundle: {name: mine}\n"
    assert not (domain.path / "resources").exists()
    elsewhere = domain.path / "looked at"
    assert domain.run("deploy", "render", "--out", str(elsewhere)).code == 0
    assert domain.run("deploy", "render", "--out", str(elsewhere)).code == 0
    assert (elsewhere / "databricks.yml").is_file()


DAMAGE: list[tuple[tuple[Any, ...], Any]] = [
    (("name",), 5),
    (("taks",), []),
    (("max_concurrent_runs",), "1"),
    (("schedule", "pause_status"), "SOMETIMES"),
    (("schedule", "timezone"), "UTC"),
    (("tasks", 0, "task_key"), None),
    (("tasks", 1, "run_if"), "ALWAYS"),
    (("tasks", 1, "python_wheel_task", "parameters"), "quality run"),
    (("tasks", 0, "dbt_task", "commands"), [{"run": "dbt build"}]),
    (("queue", "enabled"), "yes"),
    (("email_notifications", "on_failure"), "sales@example.com"),
]


@pytest.mark.parametrize(("where", "value"), DAMAGE)
def test_the_check_of_bundles_finds_what_is_damaged(domain: Domain, where: tuple[Any, ...], value: Any) -> None:
    job = jobs(domain)["sales"]
    place: Any = job
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    assert bundle_schema.problems({"resources": {"jobs": {"sales": job}}}) != []


@cache
def workflows(name: str) -> Any:
    """Return what checks a file by the published schema."""
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas/vendor"
    schema = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return validators.validator_for(schema)(schema)


def typed(path: Path) -> Any:
    """Return a YAML file as YAML 1.2 has it: `on` is a text."""
    from ruamel.yaml import YAML

    return json.loads(json.dumps(YAML(typ="safe").load(path)))


TEMPLATE = Path(__file__).parents[2] / "dbt_project_template/template"


@pytest.mark.parametrize(
    ("runner", "schema", "template"),
    [
        ("github", "github-workflows", TEMPLATE / ".github/workflows/meshport.yml"),
        ("azure", "azure-pipelines", TEMPLATE / "azure-pipelines.yml"),
    ],
)
def test_workflows_are_valid_by_their_published_schemas(
    domain: Domain, runner: str, schema: str, template: Path
) -> None:
    schedule(domain, "revenue", {"cron": "30 4 * * 1-5"})
    say(domain, "alerts: [{to: slack, address: SLACK_WEBHOOK}]\n")
    ((name, content),) = render(domain, runner).items()
    file = typed(domain.path / name)
    assert [each.message for each in workflows(schema).iter_errors(file)] == []
    assert [each.message for each in workflows(schema).iter_errors(typed(template))] == []
    jobs_ = content["jobs"]["pipeline"] if runner == "github" else content["jobs"][0]
    commands = [step.get("run", step.get("script", "")) for step in jobs_["steps"]]
    run = [each for each in commands if each.startswith("meshport")]
    assert run == ["meshport build", "meshport quality run", "meshport publish --yes", "meshport ops check"]
    assert "SLACK_WEBHOOK" in (domain.path / name).read_text()
    steps = file["jobs"]["pipeline"]["steps"] if runner == "github" else file["jobs"][0]["steps"]
    steps[-1] |= {"runs": "x"}
    assert list(workflows(schema).iter_errors(file)) != []


def test_a_workflow_of_github_keeps_its_time_zone_and_azure_has_none(domain: Domain) -> None:
    say(domain, "deploy: {schedule: {cron: '0 7 * * *', timezone: Europe/Berlin}}\n")
    on = render(domain, "github")[".github/workflows/sales_pipeline.yml"]["on"]
    assert on["schedule"] == [{"cron": "0 7 * * *", "timezone": "Europe/Berlin"}]
    done = domain.run("deploy", "render", "--for", "azure")
    assert done.code == ExitCode.INPUT
    assert "in UTC" in done.err
