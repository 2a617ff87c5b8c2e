"""Runs commands as a person would, shows them, and stops at the first thing that does not hold."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click


class NotSoError(Exception):
    """Something that the demo claims does not hold."""


class Story:
    """A sequence of commands and claims. `home` is a folder of its own: registry, projects, keys.

    `environment_of` returns what the people of a domain have in their environment beside that.
    """

    def __init__(self, home: Path, environment_of: Callable[[str], dict[str, str]]) -> None:
        self.home = home
        self._environment_of = environment_of
        programs = Path(sys.executable).parent
        self.environment = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "MESHPORT_REGISTRY": str(home / "registry.db"),
            "DO_NOT_TRACK": "1",
            "NO_COLOR": "1",
        }

    def chapter(self, title: str) -> None:
        """Announce what comes next."""
        click.secho(f"\n{title}", bold=True)

    def run(self, folder: Path, command: str, *, ends: int = 0, says: tuple[str, ...] = (), quiet: bool = False) -> str:
        """Run a command in a folder and return what it printed.

        Raises NotSoError where it ends with another code than `ends`, or does not say each text of `says`.
        """
        click.secho(f"  {folder.name}$ {command}", fg="cyan")
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env={**self.environment, **self._environment_of(folder.name)},
            capture_output=True,
            text=True,
            check=False,
        )
        output = (done.stdout + done.stderr).strip()
        if not quiet or done.returncode != ends:
            click.echo("\n".join(f"  | {line}" for line in output.splitlines()))
        if done.returncode != ends:
            raise NotSoError(f"`{command}` ended with {done.returncode}, not {ends}")
        for text in says:
            self.claim(f"it says “{text}”", text in output)
        return output

    def claim(self, what: str, holds: bool) -> None:
        """State something and show that it holds. Raises NotSoError where it does not."""
        if not holds:
            raise NotSoError(what)
        click.secho(f"  ✓ {what}", fg="green")

    def edit(self, path: Path, old: str, new: str) -> None:
        """Replace a text in a file. Raises NotSoError where it is not there."""
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise NotSoError(f"{path} has no {old!r}")
        path.write_text(text.replace(old, new), encoding="utf-8")
        click.secho(f"  {path.parent.name}/{path.name}: {_shown(old)} → {_shown(new)}", fg="cyan")

    def write(self, path: Path, text: str) -> None:
        """Write a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.secho(f"  {path.parent.name}/{path.name} written", fg="cyan")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) < 50 else line[:49] + "…")
