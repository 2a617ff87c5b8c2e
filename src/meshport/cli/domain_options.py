"""Options that the commands of `meshport domain` share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

folder: Callable[[F], F] = click.option(
    "--folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=".",
    show_default="the current folder",
    help="The central team's repository; the files are in domains/ of it.",
)
standards: Callable[[F], F] = click.option(
    "--standards",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=None,
    show_default="standards/ of the repository, else those that ship with meshport",
    help="The folder of the standards whose infrastructure policies hold.",
)
allow_removals: Callable[[F], F] = click.option(
    "--allow-removals", is_flag=True, help="Even if the plan takes away a large part of what was made."
)
plan_file: Callable[[F], F] = click.option(
    "--plan", "plan_file", type=click.Path(dir_okay=False, path_type=Path), help="Apply exactly this plan."
)
