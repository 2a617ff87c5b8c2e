"""Checks that a project has for dbt 2, as policies: SQL files in `checks/`, and what dbt's YAML says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from meshport.policies.render import RenderError, render
from meshport.policies.scope import Scope
from meshport.standards.policy import Policy, Severity, Spec
from meshport.standards.yaml_file import YamlFile, read_text

PREFIX = "check."
"""What a check's name begins with here: dbt's names know nothing of those of the standards."""
DEFAULT_PATHS = ("checks",)
_SEVERITIES: dict[str, Severity] = {"error": "error", "warn": "warning"}


class DbtProject(msgspec.Struct, frozen=True):
    """What `dbt_project.yml` says of checks. `config` is its section `checks:`."""

    name: str = ""
    check_paths: tuple[str, ...] = DEFAULT_PATHS
    config: Mapping[str, Any] = {}
    variables: Mapping[str, Any] = {}


def read_dbt_project(project_dir: Path) -> DbtProject:
    """Return what `dbt_project.yml` says of checks; the defaults where there is none.

    Raises InputError where it is no YAML.
    """
    path = project_dir / "dbt_project.yml"
    if not path.is_file():
        return DbtProject()
    content = YamlFile(path).content
    name = str(content.get("name", ""))
    variables = _mapping(content.get("vars"))
    return DbtProject(
        name=name,
        check_paths=tuple(map(str, content.get("check-paths") or DEFAULT_PATHS)),
        config=_mapping(content.get("checks")),
        variables={**variables, **_mapping(variables.get(name))},
    )


def load_checks(project_dir: Path, project: DbtProject, scope: Scope, seconds: float) -> list[Policy]:
    """Return the enabled checks of a project, ordered by name. The SQL's own config comes before YAML's.

    Raises InputError for files that cannot be read. Jinja that does not work is told when the check is run.
    """
    found = []
    for folder in (project_dir / each for each in project.check_paths):
        told = {name: entry for path in sorted(folder.rglob("*.y*ml")) for name, entry in _properties(path)}
        for path in sorted(folder.rglob("*.sql")):
            sql, entry = read_text(path), told.get(path.stem, {})
            config = {
                **_project_config(project, path.relative_to(folder)),
                **_mapping(entry.get("config")),
                **_own_config(sql, scope, seconds),
            }
            if config.get("enabled", True):
                found.append(_policy(path, sql, str(entry.get("description") or ""), config))
    return sorted(found, key=lambda policy: policy.name)


def _policy(path: Path, sql: str, description: str, config: Mapping[str, Any]) -> Policy:
    spec = Spec(
        description=description or f"The query of {path.name} returns no rows",
        severity=_SEVERITIES.get(str(config.get("severity", "error")).lower(), "error"),
    )
    return Policy(name=PREFIX + path.stem, type="code", path=str(path), sql=sql, spec=spec)


def _properties(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in YamlFile(path).content.get("checks") or ():
        yield str(_mapping(entry).get("name")), _mapping(entry)


def _project_config(project: DbtProject, path: Path) -> dict[str, Any]:
    """Return what `checks:` of dbt_project.yml says of one file: the deeper, the stronger."""
    config: dict[str, Any] = {}
    level = project.config
    for step in (None, project.name, *path.with_suffix("").parts):
        level = level if step is None else _mapping(level.get(step))
        config |= {key[1:]: value for key, value in level.items() if key.startswith("+")}
    return config


def _own_config(sql: str, scope: Scope, seconds: float) -> Mapping[str, Any]:
    try:
        return render(sql, {}, scope, seconds).config
    except RenderError:
        return {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
