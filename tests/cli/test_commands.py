"""What every command has: help with examples, formats, a short help that the lazy groups know without importing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from meshport.cli import cli, main
from meshport.cli.lazy import LazyGroup
from meshport.errors import ExitCode

READS = {
    "inspect", "plan", "publish", "search", "show", "query", "doctor", "product history", "contract diff",
    "inputs list", "access list", "registry status",
}  # fmt: skip


def commands(group: click.Group = cli, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command that is no group, by its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        full = f"{above} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, full)
        else:
            yield full, command


EVERY = dict(commands())


@pytest.mark.parametrize("name", sorted(EVERY))
def test_help_says_what_it_does_with_examples(name: str) -> None:
    done = CliRunner().invoke(cli, [*name.split(), "--help"])
    assert done.exit_code == 0
    assert f"meshport {name.split()[0]}" in done.output.split("Options:")[0].replace("Usage: cli", "")
    assert "\n  meshport " in done.output or "\n  \b" in done.output, "no example"


def test_the_short_help_of_lazy_groups_is_the_commands_own() -> None:
    waiting: list[LazyGroup] = [cli]  # type: ignore[list-item]
    seen = 0
    while waiting:
        group = waiting.pop()
        for name, (_, short) in group.commands_at.items():
            command = group.get_command(click.Context(group), name)
            assert command is not None
            assert (command.help or "").split("\n")[0].strip() == short, name
            seen += 1
            if isinstance(command, LazyGroup):
                waiting.append(command)
    assert seen > len(cli.list_commands(click.Context(cli)))


def test_everything_that_reads_has_formats() -> None:
    with_formats = {name for name, command in EVERY.items() if any(p.name == "output_format" for p in command.params)}
    assert with_formats >= READS


def test_an_unknown_command_is_met_with_a_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["pulbish"])
    assert ended.value.code == ExitCode.USAGE
    assert "Did you mean 'publish'?" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    done = CliRunner().invoke(cli, ["completion", shell])
    assert done.exit_code == 0
    assert "_MESHPORT_COMPLETE" in done.output


def test_an_error_of_the_users_is_three_lines_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["plan", "--project-dir", str(tmp_path), "--registry", str(tmp_path / "r.db")])
    said = capsys.readouterr().err
    assert ended.value.code == ExitCode.INPUT
    assert [line.split(":")[0].strip() for line in said.splitlines()] == ["Error", "where", "fix"]
    assert "Traceback" not in said


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "meshport", "--debug", "plan", "--project-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" in done.stderr
    assert "there is no mesh.yml here" in done.stderr


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m meshport --help | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["Usage: python -m meshport [OPTIONS] COMMAND [ARGS]...", "0"]
    assert done.stderr == ""
