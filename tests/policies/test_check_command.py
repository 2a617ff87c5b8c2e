"""`meshport check`: what it prints in each format, and what it ends with."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest
from click.testing import CliRunner, Result

from meshport.cli import cli, main
from meshport.errors import ExitCode, InputError
from tests.policies.shop import ACCOUNTS, ORDERS, STAGING, Shop


def check(shop: Shop, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--project-dir", str(shop.folder), *arguments])


def described(shop: Shop, unique_id: str, text: str) -> None:
    """Change one model's description in the artifacts."""
    shop.models[unique_id]["description"] = text
    shop.write()


def found(done: Result) -> list[tuple[str, str]]:
    return [(item["policy"], item["subject"]) for item in json.loads(done.stdout)["violations"]]


def test_a_project_without_a_fault(written: Shop) -> None:
    done = check(written)
    assert done.exit_code == ExitCode.OK, done.output
    assert done.stdout.strip().endswith("policies: 0 errors, 0 warnings")


def test_an_error_ends_with_3_and_says_what_where_and_how_to_fix(shop: Shop) -> None:
    shop.models[ORDERS]["config"]["contract"] = {"enforced": False}
    shop.models[ORDERS]["contract"] = {"enforced": False}
    shop.files["models/models.yml"] = "models:\n  - name: stg_orders\n  - name: orders\n"
    shop.write()
    done = check(shop)
    assert done.exit_code == ExitCode.BLOCKED
    assert (
        f"error  port_contracted\n  {ORDERS}  models/models.yml:3\n      it is public and its contract is not enforced\n"
        "  fix: Set `contract: {enforced: true}` on the model"
    ) in done.stdout
    assert "1 error, 0 warnings" in done.stdout


def test_a_warning_fails_only_where_that_is_asked(shop: Shop) -> None:
    described(shop, STAGING, "")
    assert check(shop).exit_code == ExitCode.OK
    assert check(shop, "--fail-on", "warning").exit_code == ExitCode.BLOCKED


def test_a_policy_that_cannot_be_asked_fails(shop: Shop) -> None:
    shop.files["standards/policies/code/broken.sql"] = "select 1\nfrom nowhere\n"
    shop.files["standards/policies/code/broken.yml"] = "description: Broken.\nseverity: warning\n"
    shop.write()
    done = check(shop)
    assert done.exit_code == ExitCode.BLOCKED
    assert "failed  broken: " in done.stdout
    assert "broken.sql:2" in done.stdout


def test_a_policy_of_the_domains_own_is_asked(shop: Shop) -> None:
    shop.files["standards/policies/code/ours.sql"] = (
        "select unique_id as subject, 'too long: ' || {{ setting('most') }} as message from {{ info_schema('models') }}"
        " where length(name) > {{ setting('most') }} and package_name = 'shop'"
    )
    shop.files["standards/policies/code/ours.yml"] = "description: Short.\nseverity: error\nsettings: {most: 8}\n"
    shop.write()
    assert found(check(shop, "--format", "json")) == [("ours", STAGING)]


def test_selecting(shop: Shop) -> None:
    described(shop, ORDERS, "")
    described(shop, STAGING, "")
    assert found(check(shop, "--select", "model_described", "--format", "json")) == [("model_described", STAGING)]
    both = check(shop, "--select", "*_described", "--format", "json")
    assert {name for name, _ in found(both)} == {"model_described", "port_described"}
    assert found(check(shop, "--severity", "error", "--format", "json")) == []
    infrastructure = json.loads(check(shop, "--type", "infrastructure", "--format", "json").stdout)
    assert {each["type"] for each in infrastructure["policies"]} == {"infrastructure"}


def test_an_unknown_policy_is_met_with_near_names(written: Shop) -> None:
    error = check(written, "--select", "model_describd").exception
    assert isinstance(error, InputError)
    assert error.hint is not None
    assert "model_described" in error.hint


def test_a_baseline_is_what_may_stay(shop: Shop, tmp_path: Path) -> None:
    baseline = tmp_path / "known.txt"
    described(shop, STAGING, "")
    strict = ("--fail-on", "warning", "--baseline", str(baseline))
    made = check(shop, *strict, "--write-baseline")
    assert made.exit_code == ExitCode.OK
    lines = baseline.read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines if not line.startswith("#")] == [f"model_described {STAGING}"]
    done = check(shop, *strict)
    assert done.exit_code == ExitCode.OK
    assert "1 known before" in done.stdout
    described(shop, ACCOUNTS, "")
    again = check(shop, *strict, "--format", "json")
    assert again.exit_code == ExitCode.BLOCKED
    assert found(again) == [("model_described", ACCOUNTS)]
    check(shop, *strict, "--write-baseline")
    assert len(baseline.read_text().splitlines()) == len(lines) + 1
    assert baseline.read_text().splitlines()[2:] == sorted(
        baseline.read_text().splitlines()[2:], key=lambda line: line.split(" ", 1)[1]
    )


@pytest.mark.parametrize("text", ["what is this\n", "0123456789abcdef0123\n", "{}\n"])
def test_what_is_no_baseline_is_refused_with_its_line(written: Shop, tmp_path: Path, text: str) -> None:
    baseline = tmp_path / "known.txt"
    baseline.write_text("# a comment\n\n" + text)
    error = check(written, "--baseline", str(baseline)).exception
    assert isinstance(error, InputError)
    assert error.where == f"{baseline}:3"


def test_a_baseline_that_is_not_there_is_refused(written: Shop) -> None:
    assert isinstance(check(written, "--baseline", "nowhere.txt").exception, InputError)


def test_writing_a_baseline_needs_a_file(written: Shop) -> None:
    assert check(written, "--write-baseline").exit_code == ExitCode.USAGE


def test_with_a_state_only_what_is_new_fails(shop: Shop, tmp_path: Path) -> None:
    described(shop, STAGING, "")
    state = tmp_path / "main"
    shutil.copytree(shop.folder / "target", state)
    described(shop, ACCOUNTS, "")
    arguments = ("--state", str(state), "--fail-on", "warning", "--format", "json")
    done = check(shop, *arguments)
    assert done.exit_code == ExitCode.BLOCKED
    assert found(done) == [("model_described", ACCOUNTS)]
    assert [item["subject"] for item in json.loads(done.stdout)["known"]] == [STAGING]
    described(shop, ACCOUNTS, "Accounts.")
    assert check(shop, *arguments).exit_code == ExitCode.OK


def test_a_state_without_artifacts_is_bad_input(shop: Shop, tmp_path: Path) -> None:
    described(shop, STAGING, "")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert isinstance(check(shop, "--state", str(empty)).exception, InputError)


def test_explain_says_why(shop: Shop) -> None:
    shop.write()
    done = check(shop, "--select", "port_size", "--explain")
    assert done.exit_code == ExitCode.OK
    assert "port_size (code, warning): No model has more columns" in done.stdout
    assert "  why: " in done.stdout
    assert "  max_columns: 150" in done.stdout


def test_formats_for_machines(shop: Shop) -> None:
    described(shop, STAGING, "")
    subprocess.run(["git", "init", "--quiet", str(shop.folder.parent)], check=True)
    inside = f"{shop.folder.name}/models/models.yml"
    sarif = json.loads(check(shop, "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == inside
    github = check(shop, "--format", "github").stdout
    assert github.startswith(f"::warning file={inside},title=model_described::{STAGING}: ")
    junit = xml.fromstring(check(shop, "--format", "junit", "--fail-on", "warning").stdout)
    assert [case.get("name") for case in junit.iter("testcase") if case.find("failure") is not None] == [
        "model_described"
    ]
    markdown = check(shop, "--format", "markdown").stdout
    assert f"| `{STAGING}` | `models/models.yml` | the model has no description |" in markdown


def test_a_plain_dbt_project_needs_neither_mesh_yml_nor_registry(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHPORT_REGISTRY", str(tmp_path / "none" / "registry.db"))
    arguments = ["check", "--project-dir", str(tmp_path), "--artifacts", str(shared_data / "jaffle_shop")]
    done = CliRunner().invoke(cli, [*arguments, "--format", "json"])
    assert done.exit_code == ExitCode.OK, done.output
    report = json.loads(done.stdout)
    assert report["failed"] == []
    assert ("source_freshness", "source.jaffle_shop.ecom.raw_customers") in found(done)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("project", ["jaffle_databricks", "fixture_dbt_1_12", "fixture_dbt_2_0", "tuva", "mattermost"])
def test_every_policy_can_be_asked_of_real_projects(shared_data: Path, tmp_path: Path, project: str) -> None:
    arguments = ["check", "--project-dir", str(tmp_path), "--artifacts", str(shared_data / project), "--format", "json"]
    # Lineage has tests of its own, and takes seconds here.
    without = ["model_*", "port_*", "source_*", "public_*", "personal_*", "layer_*", "access_*", "mask_*", "view_*"]
    done = CliRunner().invoke(cli, [*arguments, *(word for name in without for word in ("--select", name))])
    report = json.loads(done.stdout)
    assert report["failed"] == []
    assert len(report["policies"]) > 20
    assert len({item["fingerprint"] for item in report["violations"]}) == len(report["violations"])


def test_bad_artifacts_are_an_error_of_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--project-dir", str(tmp_path)])
    assert ended.value.code == ExitCode.INPUT
    assert "manifest.json" in capsys.readouterr().err
