"""The references are what the program says, links lead somewhere, and quoted commands exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from docs._generate import FOLDER, pages
from docs._generate.meanings import META, VARIABLES
from meshport.cli import COMMANDS, cli

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_READ = re.compile(r"""(?:environ\.get\(|environ\[|getenv\(|envvar=|env_var\()\s*["']([A-Z_]+)["']""")
_META = re.compile(r"""meta(?:\.get\(|\[)\s*["'](\w+)["']""")


@pytest.mark.parametrize(
    "name",
    [
        "api.md",
        "characteristics.md",
        "commands.md",
        "contracts.md",
        "databricks-calls.md",
        "macros.md",
        "policies.md",
        "settings.md",
        "standards.md",
        "unity-server.md",
    ],
)
def test_a_reference_is_what_the_program_says(name: str) -> None:
    assert (FOLDER / name).read_text() == pages()[name], f"docs/reference/{name} is out of date: run `make docs`"


def test_there_is_no_page_that_nobody_generates() -> None:
    assert {path.name for path in FOLDER.iterdir()} == pages().keys()


def test_every_command_is_described() -> None:
    headings = set(_headings(pages()["commands.md"]))
    for name in COMMANDS:
        assert f"meshport {name}" in headings
        group = cli.get_command(click.Context(cli), name)
        if isinstance(group, click.Group):
            nested = group.list_commands(click.Context(group))
            assert nested
            assert {f"meshport {name} {each}" for each in nested} <= headings


def test_every_option_of_a_command_is_described() -> None:
    section = pages()["commands.md"].partition("## meshport publish\n")[2].partition("\n## ")[0]
    assert {"--plan", "--yes", "--target", "--artifacts"} <= set(re.findall(r"--[a-z-]+", section))


def test_every_environment_variable_that_is_read_is_described() -> None:
    """`<NAME>` and `<N>` in the reference stand for what is read by prefix."""
    files = [path for folder in ("src", "macros", "dbt_project_template") for path in (ROOT / folder).rglob("*.*")]
    read = {name for path in files if path.is_file() for name in _READ.findall(path.read_text(errors="replace"))}
    assert len(read) > 5
    assert read <= {name.partition("<")[0] for name in VARIABLES}


def test_every_key_of_meta_that_is_read_is_described() -> None:
    read = {key for path in (ROOT / "src").rglob("*.py") for key in _META.findall(path.read_text())}
    assert read == {key for _, key, _ in META}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(path: Path) -> None:
    for link in _LINK.findall(_FENCED.sub("", path.read_text())):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in {_anchor(heading) for heading in _headings(target.read_text())}, f"no heading for {link}"


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_commands_in_a_guide_parse(path: Path) -> None:
    for words in _command_lines(path.read_text()):
        _parse(words)


@pytest.mark.parametrize("path", [ROOT / "README.md", *GUIDES], ids=lambda path: path.stem)
def test_commands_that_are_named_in_passing_exist(path: Path) -> None:
    """A command in running text may leave out its arguments, such as `meshport query --as`."""
    for quoted in re.findall(r"`(meshport [^`\n]+)`", _FENCED.sub("", path.read_text())):
        command, rest = _find(shlex.split(quoted)[1:])
        known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        for word in rest:
            assert not word.startswith("-") or word in {*known, "--help"}, f"{quoted}: there is no {word}"


def test_the_guides_hold_commands() -> None:
    assert sum(len(list(_command_lines(path.read_text()))) for path in GUIDES) > 15


@pytest.mark.parametrize(
    "line", ["meshport publihs", "meshport publish --sure", "meshport product rollback", "meshport new a b"]
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    with pytest.raises(click.UsageError):
        _parse(shlex.split(line))


def _command_lines(text: str) -> Iterator[list[str]]:
    """Yield the words of every command of meshport in the shell blocks of a page."""
    for language, content in _FENCED.findall(text):
        if language == "sh":
            for line in content.replace("\\\n", " ").splitlines():
                for part in line.split("&&"):
                    words = shlex.split(part, comments=True)
                    if words[:1] == ["meshport"]:
                        yield words


def _parse(words: list[str]) -> None:
    """Parse a command line as click does, and run nothing. Raises click.UsageError for what does not fit."""
    command, rest = _find(words[1:])
    command.make_context(" ".join(words[:-1]), rest)


def _find(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = cli
    while isinstance(command, click.Group) and words:
        _, found, words = command.resolve_command(click.Context(command), words)
        assert found is not None
        command = found
    return command, words


def _headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", _FENCED.sub("", text), re.MULTILINE)


def _anchor(heading: str) -> str:
    """Return the anchor that code hosts give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
