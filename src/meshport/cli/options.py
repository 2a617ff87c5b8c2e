"""Options that several commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

output_format: Callable[[F], F] = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
diagram_format: Callable[[F], F] = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "markdown", "mermaid"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
strict_lineage: Callable[[F], F] = click.option(
    "--strict", is_flag=True, help="End with 3 where lineage is unresolved: a blind spot is then a failure."
)
project_dir: Callable[[F], F] = click.option(
    "--project-dir",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=".",
    show_default="the current folder",
    help="The dbt project.",
)
artifacts: Callable[[F], F] = click.option(
    "--artifacts",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    show_default="<project>/target",
    help="The folder with dbt's artifacts (manifest.json, run_results.json, ...).",
)
target: Callable[[F], F] = click.option("--target", "-t", default=None, help="dbt's target. Default: the profile's.")
yes: Callable[[F], F] = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
override_contract: Callable[[F], F] = click.option(
    "--override-contract",
    "override",
    metavar="REASON",
    help="Publish breaking changes all the same; the reason goes to the audit log.",
)
registry: Callable[[F], F] = click.option(
    "--registry",
    "registry_url",
    envvar="MESHPORT_REGISTRY",
    default=None,
    metavar="URL",
    show_default="mesh.yml, else the user's data folder",
    help="The registry: a path, or an SQLAlchemy URL.",
)
