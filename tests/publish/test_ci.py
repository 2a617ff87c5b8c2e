"""`meshport ci`: everything that a pull request is asked, in one command."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.publish.domain import Domain

STEPS = ["lint", "build", "check", "contracts", "impact", "cost", "data"]


@pytest.fixture
def repository(domain: Domain) -> Domain:
    """The domain in a repository of its own, on a branch that left `main`."""
    for command in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "."],
        ["-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "first"],
        ["switch", "--quiet", "-c", "change"],
    ):
        subprocess.run(["git", *command], cwd=domain.path, check=True)
    return domain


def reviewed(domain: Domain, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = domain.run("ci", "--skip", "build", "--format", "json", *arguments)
    assert done.code == code, done
    found = json.loads(done.out)
    assert [step["name"] for step in found["steps"]] == STEPS
    return found


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["outcome"] for step in found["steps"]}


def edited(domain: Domain, model: str, change: Any) -> None:
    """Change a model in the manifest, as a build of another SQL would."""
    path = domain.path / "target" / "manifest.json"
    manifest = json.loads(path.read_text())
    change(next(node for key, node in manifest["nodes"].items() if key.startswith("model.") and node["name"] == model))
    path.write_text(json.dumps(manifest))


def test_a_change_that_holds(repository: Domain) -> None:
    found = reviewed(repository)
    assert set(outcomes(found).values()) <= {"passed", "skipped"}, found
    assert outcomes(found)["data"] == "passed"


def test_lint_reads_the_files_that_changed(repository: Domain) -> None:
    model = next((repository.path / "models").rglob("*.sql"))
    model.write_text(model.read_text() + "\nSELECT    1 AS   x from y\n")
    found = reviewed(repository, code=3)
    assert outcomes(found)["lint"] == "failed"
    assert any(item["path"] == str(model.relative_to(repository.path)) for item in found["report"]["violations"])


def test_a_breaking_change_is_named_with_everything_below_it(repository: Domain, tmp_path: Path) -> None:
    repository.publish()
    state = tmp_path / "main"
    shutil.copytree(repository.path / "target", state)

    def without_email(node: dict[str, Any]) -> None:
        node["columns"].pop("email")

    port = repository.plan().products[0].product.ports[0]
    edited(repository, port.name, without_email)
    found = reviewed(repository, "--state", str(state), code=3)
    assert outcomes(found)["contracts"] == "failed"
    rules = {item["policy"] for item in found["report"]["violations"]}
    assert "contract_column_removed" in rules


def test_what_a_change_costs_is_told_node_by_node(repository: Domain, tmp_path: Path) -> None:
    state = tmp_path / "main"
    shutil.copytree(repository.path / "target", state)
    edited(
        repository, "stg_customers", lambda node: node.update(compiled_code=node["compiled_code"].replace("NL", "LU"))
    )
    with repository.editing("run_results.json") as file:
        for result in file["results"]:
            result["execution_time"] = 36.0 if result["unique_id"] == "model.sales.stg_customers" else 18.0
        file["results"] = [each for each in file["results"] if "revenue" not in each["unique_id"]]
    with (repository.path / "mesh.yml").open("a") as mesh:
        mesh.write("cost: {rate_per_hour: 4, currency: EUR}\n")
    comment = tmp_path / "comment.md"
    found = reviewed(repository, "--state", str(state), "--write", f"markdown={comment}")
    nodes = {each["name"]: each for each in found["cost"]["nodes"]}
    assert nodes["stg_customers"] == {
        "unique_id": "model.sales.stg_customers",
        "name": "stg_customers",
        "changed": True,
        "seconds": 36.0,
        "amount": "0.040000000",
    }
    assert (nodes["customers"]["changed"], nodes["customers"]["amount"]) == (False, "0.020000000")
    assert nodes["revenue_by_country"]["seconds"] is not None  # as it took in the state before
    assert "EUR a run" in next(step["summary"] for step in found["steps"] if step["name"] == "cost")
    assert "| stg_customers | changed | 36.0 | 0.0400 |" in comment.read_text()


def test_every_format_at_once(repository: Domain, tmp_path: Path) -> None:
    model = next((repository.path / "models").rglob("*.sql"))
    model.write_text(model.read_text() + "\nSELECT    1 AS   x from y\n")
    files = {kind: tmp_path / kind for kind in ("markdown", "junit", "sarif", "json", "github", "text")}
    written = [word for kind, path in files.items() for word in ("--write", f"{kind}={path}")]
    done = repository.run("ci", "--skip", "build", *written)
    assert done.code == 3
    assert done.out.startswith("step")
    comment = files["markdown"].read_text()
    assert comment.startswith("## meshport: lint failed")
    assert "| ❌ | lint |" in comment
    assert ElementTree.fromstring(files["junit"].read_text()).tag == "testsuites"
    assert json.loads(files["sarif"].read_text())["runs"][0]["results"]
    assert files["github"].read_text().startswith("::")


def test_what_cannot_run_is_a_failed_step_and_the_others_go_on(repository: Domain) -> None:
    (repository.path / "target" / "manifest.json").write_text("{")
    found = reviewed(repository, code=3)
    assert outcomes(found)["check"] == "failed"
    assert outcomes(found)["lint"] == "passed"


def test_a_place_that_is_none(repository: Domain) -> None:
    done = repository.run("ci", "--write", "pdf=x")
    assert done.code == 2
    assert "FORMAT=FILE" in done.err


@pytest.mark.dbt
def test_the_whole_review_with_a_build(repository: Domain) -> None:
    done = repository.run("ci", "--format", "json")
    assert done.code == 0, done
    assert outcomes(json.loads(done.out))["build"] == "passed"
