"""`meshport contract diff --against FILE|FOLDER|REF` and `--state DIR`: what there is in CI without a registry."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract.conftest import Contract
from tests.contract.project import COLUMNS, port, write

WIDER = {**COLUMNS, "phone": "varchar"}
RETYPED = {**COLUMNS, "id": "varchar"}


@pytest.fixture
def git(project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Contract:
    """Runs git in the project, with a configuration of the tests' own."""
    config = tmp_path_factory.mktemp("git") / "config"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def run(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)

    return run  # type: ignore[return-value]


def kinds(out: str) -> list[tuple[str, str, str]]:
    return [
        (port["port"], each["kind"], each["severity"])
        for product in json.loads(out)
        for port in product["ports"]
        for each in port["changes"]
    ]


def test_a_git_reference_that_holds_the_contracts(project: Path, contract: Contract, git: Contract) -> None:
    write(project, port(1, COLUMNS), port(2, COLUMNS))
    assert contract("export", "--output", project / "contracts").code == 0
    git("init")
    git("add", "contracts")
    git("commit", "-m", "one")
    write(project, port(1, WIDER), port(3, COLUMNS))
    ran = contract("diff", "--against", "HEAD", "--format", "json")
    assert ran.code == 3, ran.err
    assert kinds(ran.out) == [
        ("customers.v1", "column_added", "compatible"),
        ("customers.v2", "port_removed", "breaking"),
        ("customers.v3", "port_added", "compatible"),
    ]
    (product,) = json.loads(ran.out)
    assert (product["against"], product["next"]) == ("HEAD", "2.0.0")
    # What stands in the folder now does not matter.
    shutil.rmtree(project / "contracts")
    assert "next version 2.0.0" in contract("diff", "--against", "main").out


def test_a_reference_without_contracts(project: Path, contract: Contract, git: Contract) -> None:
    write(project, port(1, COLUMNS))
    git("init")
    git("commit", "--allow-empty", "-m", "nothing")
    ran = contract("diff", "--against", "HEAD")
    assert (ran.code, "contract export --output contracts" in ran.err) == (4, True)
    ran = contract("diff", "--against", "no-such-branch")
    assert (ran.code, "git fetch" in ran.err) == (4, True)


def test_outside_of_git_a_reference_is_no_crash(project: Path, contract: Contract) -> None:
    write(project, port(1, COLUMNS))
    ran = contract("diff", "--against", "origin/main")
    assert (ran.code, "no reference of git here" in ran.err) == (4, True)


def test_artifacts_of_an_earlier_run(project: Path, contract: Contract) -> None:
    write(project, port(1, COLUMNS))
    shutil.copytree(project / "target", project / "before")
    write(project, port(1, RETYPED))
    ran = contract("diff", "--state", project / "before", "--format", "json")
    assert (ran.code, kinds(ran.out)) == (3, [("customers.v1", "column_retyped", "breaking")])
    assert not (project / "registry.db").exists()  # the registry was not asked
    assert contract("diff", "--state", project / "before", "--against", "main").code == 2


def test_a_folder_of_contracts(project: Path, contract: Contract) -> None:
    write(project, port(1, COLUMNS), port(2, COLUMNS))
    contract("export", "--output", project / "agreed")
    write(project, port(1, COLUMNS))
    ran = contract("diff", "--against", project / "agreed", "--format", "json")
    assert (ran.code, kinds(ran.out)) == (3, [("customers.v2", "port_removed", "breaking")])


def test_one_file_is_compared_with_its_port_only(project: Path, contract: Contract) -> None:
    write(project, port(1, COLUMNS), port(2, COLUMNS))
    contract("export", "customers.v1", "--output", project / "agreed")
    write(project, port(1, RETYPED), port(2, COLUMNS), port(3, COLUMNS))
    ran = contract("diff", "--against", project / "agreed" / "customers.v1.odcs.yaml", "--format", "json")
    assert kinds(ran.out) == [("customers.v1", "column_retyped", "breaking")]


def test_a_contract_by_another_name_is_compared_with_the_port_that_is_named(project: Path, contract: Contract) -> None:
    write(project, port(1, COLUMNS))
    agreed = project / "agreed.yaml"
    agreed.write_text(
        "{apiVersion: v3.0.2, kind: DataContract, id: x, version: 4.5.6, status: active, schema: [{name: people, "
        "properties: [{name: id, physicalType: int}, {name: EMAIL, physicalType: text}, "
        "{name: country, logicalType: string}, {name: born, physicalType: date}]}]}\n"
    )
    ran = contract("diff", "customers.v1", "--against", agreed, "--format", "json")
    assert ran.code == 3, ran.err
    (product,) = json.loads(ran.out)
    assert product["next"] == "5.0.0"
    assert ("customers.v1", "column_removed", "breaking") in kinds(ran.out)
    assert {subject for _, subject, _ in kinds(ran.out)} <= {"column_removed", "description_changed", "mask_added"}
    unnamed = contract("diff", "--against", agreed)
    assert (unnamed.code, "contract diff PORT --against FILE" in unnamed.err) == (4, True)


def test_two_files_of_one_port_are_refused(project: Path, contract: Contract) -> None:
    write(project, port(1, COLUMNS))
    contract("export", "--kind", "odcs", "--output", project / "agreed")
    shutil.copy(project / "agreed" / "customers.v1.odcs.yaml", project / "agreed" / "copy.odcs.yaml")
    ran = contract("diff", "--against", project / "agreed")
    assert (ran.code, "described in two files" in ran.err) == (4, True)


def test_both_views_are_shown(published: Path, contract: Contract) -> None:
    write(published, port(1, {**COLUMNS, "id": "bigint"}))
    ran = contract("diff", "--format", "markdown")
    assert ran.code == 0
    assert "| severity | kind | subject | message | for the producer | for a consumer |" in ran.out
    assert "widened from integer to bigint | compatible | possible |" in ran.out
