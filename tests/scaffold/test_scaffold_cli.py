from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from meshport.cli import COMMANDS, cli, main
from meshport.errors import ExitCode
from meshport.scaffold.answers import load_answers

Run = Callable[..., str]


def meshport(*arguments: object) -> int:
    """Run the command line and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_new_asks_nothing_without_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert meshport("new", tmp_path / "sales", "--owner-name", "Sales data", "--answer", "title=a=b") == ExitCode.OK
    answers = load_answers(tmp_path / "sales").answers
    assert (answers["owner_name"], answers["title"], answers["domain"]) == ("Sales data", "a=b", "sales")
    said = capsys.readouterr()
    assert said.out == ""
    for word in ("meshport-template", f"cd {tmp_path / 'sales'}", "meshport build", "meshport publish"):
        assert word in said.err


def test_every_option_is_an_answer(tmp_path: Path) -> None:
    given = {
        "domain": "crm",
        "title": "CRM",
        "owner_name": "C",
        "owner_email": "c@d.ef",
        "product": "contacts",
        "ci": "azure",
    }
    options = [text for key, value in given.items() for text in (f"--{key.replace('_', '-')}", value)]
    assert meshport("new", tmp_path / "x", "--defaults", *options, "--answer", "sample_data=yes") == ExitCode.OK
    assert load_answers(tmp_path / "x").answers == {**given, "sample_data": "yes"}


def test_new_in_a_dbt_project_lists_what_it_did(
    foreign: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(foreign)
    assert meshport("new", ".") == ExitCode.OK
    lines = capsys.readouterr().err.splitlines()
    for heading, name in (
        ("added", "mesh.yml"),
        ("lines added", "packages.yml"),
        ("left as it is", "README.md"),
        ("added", "vendor/meshport/"),
    ):
        assert f"  {heading:<14} {name}" in lines
    assert any("not in git" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--domain", "No Name"], ExitCode.INPUT, "domain"),
        (["--answer", "colour=red"], ExitCode.INPUT, "colour"),
        (["--answer", "colour"], ExitCode.USAGE, "KEY=VALUE"),
        (["--ci", "jenkins"], ExitCode.USAGE, "jenkins"),
    ],
)
def test_wrong_answers_end_with_a_code(
    tmp_path: Path, arguments: list[str], code: ExitCode, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert meshport("new", tmp_path / "sales", *arguments) == code
    assert message in capsys.readouterr().err
    assert not (tmp_path / "sales").exists()


def test_update_says_that_there_is_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    meshport("new", tmp_path / "sales")
    assert meshport("update", "--project-dir", tmp_path / "sales") == ExitCode.OK
    assert "Nothing to do" in capsys.readouterr().err


def test_update_lists_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    meshport("new", tmp_path / "sales")
    assert meshport("update", "--project-dir", tmp_path / "sales", "--answer", "ci=azure") == ExitCode.OK
    assert "  azure-pipelines.yml" in capsys.readouterr().err.splitlines()


def test_a_conflict_ends_with_3(
    tmp_path: Path, run_git: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meshport("new", tmp_path / "sales")
    mesh = tmp_path / "sales" / "mesh.yml"
    mesh.write_text(mesh.read_text().replace('title: "Sales"', 'title: "Ours"'))
    run_git(tmp_path / "sales", "commit", "--quiet", "--all", "--message", "ours")
    monkeypatch.chdir(tmp_path / "sales")
    assert meshport("update", "--answer", "title=Theirs") == ExitCode.BLOCKED
    said = capsys.readouterr().err
    assert "  mesh.yml" in said.splitlines()
    assert "git merge --abort" in said


@pytest.mark.parametrize("name", ["new", "update"])
def test_the_short_help_is_the_commands_own(name: str) -> None:
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    assert (command.help or "").splitlines()[0] == COMMANDS[name][1]
