"""Checks of the machine and the project's own files."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from meshport.health.types import Finding, Place

OLDEST_PYTHON = (3, 10)


def python(place: Place) -> Finding:
    """Python is one that meshport is made for."""
    if sys.version_info >= OLDEST_PYTHON:
        return Finding("ok", platform.python_version())
    return Finding("failed", platform.python_version(), f"install Python {'.'.join(map(str, OLDEST_PYTHON))} or newer")


def git(place: Place) -> Finding:
    """There is a git program, and the project is in a repository: updates of the template are merges."""
    from meshport.git import find_repository, installed

    if not installed():
        return Finding("warning", "not installed", "install git: `meshport update` merges with it")
    if find_repository(place.project_dir) is None:
        return Finding("warning", "the project is in no repository", "git init && git add . && git commit")
    return Finding("ok", "the project is in a repository")


def template_branch(place: Place) -> Finding:
    """The branch that keeps the template as it came is known."""
    from meshport.git import find_repository, installed
    from meshport.scaffold.vendor import branch_name, find_tip

    repository = find_repository(place.project_dir) if installed() else None
    if repository is None:
        return Finding("warning", "no repository", "see `git` above")
    branch = branch_name(repository, place.mesh.domain)
    tip = find_tip(repository, place.mesh.domain)
    if tip is None:
        return Finding(
            "warning", f"{branch} is neither here nor on origin", f"git fetch origin {branch}, or `meshport new .`"
        )
    return Finding("ok", f"{branch} at {tip[:12]}")


def standards(place: Place) -> Finding:
    """The standards can be read."""
    from meshport.standards import standards_of

    loaded = standards_of(place.project_dir, place.mesh)
    return Finding("ok", f"{len(loaded.classifications)} classifications, {len(loaded.masks)} masks ({loaded.where})")


def mesh(place: Place) -> Finding:
    """mesh.yml is there and valid."""
    return Finding("ok", f"domain {place.mesh.domain}")


def dbt_project(place: Place) -> Finding:
    """dbt_project.yml is there and names a project."""
    name = place.dbt_project.get("name")
    if not name:
        return Finding("failed", "it names no project", f"set `name:` in {Path('dbt_project.yml')}")
    return Finding("ok", f"project {name}")
