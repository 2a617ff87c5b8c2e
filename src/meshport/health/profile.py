"""What dbt connects to, by profiles.yml as dbt finds it. Only what is asked for is rendered; nothing is opened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import yaml

from meshport.errors import InputError


class Profile(msgspec.Struct, frozen=True):
    """One target of a profile. `type` names the adapter (`duckdb`), `path` its file (DuckDB only, absolute)."""

    file: Path
    target: str
    type: str
    path: Path | None
    plugins: tuple[str, ...]


def read_profile(project_dir: Path, dbt_project: dict[str, Any], target: str | None) -> Profile:
    """Return what dbt connects to. Raises InputError where there is no such profile or target."""
    file = _find(project_dir)
    name = render(str(dbt_project.get("profile", "")))
    try:
        profile = (yaml.safe_load(file.read_text(encoding="utf-8")) or {})[name]
        chosen = target or render(str(profile.get("target", "default")))
        output: dict[str, Any] = profile["outputs"][chosen]
        plugins = [str(plugin["module"]) for plugin in output.get("plugins") or []]
    except KeyError as error:
        raise InputError(
            f"profiles.yml has no {error}", where=str(file), hint=f"the project names the profile {name!r}"
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise InputError(f"profiles.yml cannot be read: {error}", where=str(file)) from error
    kind = render(str(output.get("type", "")))
    path = render(str(output["path"])) if kind == "duckdb" and output.get("path") else None
    is_file = path is not None and ":" not in path  # `:memory:`, or `md:` of a service
    return Profile(file, chosen, kind, (project_dir / path).resolve() if path and is_file else None, tuple(plugins))


def render(text: str) -> str:
    """Render Jinja as in a profile: it knows `env_var(name, default)` and nothing else.

    Raises InputError where a variable is not set, or the Jinja is none.
    """
    from jinja2 import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    def env_var(name: str, default: str | None = None) -> str:
        value = os.environ.get(name, default)
        if value is None:
            raise InputError(f"the environment variable {name} is not set", hint=f"export {name}=...")
        return value

    try:
        return SandboxedEnvironment().from_string(text).render(env_var=env_var)
    except TemplateError as error:
        raise InputError(f"{text!r} cannot be rendered: {error}") from error


def _find(project_dir: Path) -> Path:
    """Return the profiles.yml that dbt would take: named by DBT_PROFILES_DIR, in the project, or the user's."""
    named = os.environ.get("DBT_PROFILES_DIR")
    folders = [Path(named)] if named else [project_dir, Path.home() / ".dbt"]
    for folder in folders:
        if (folder / "profiles.yml").is_file():
            return folder / "profiles.yml"
    raise InputError(
        "there is no profiles.yml",
        where=", ".join(map(str, folders)),
        hint="`meshport new .` shows what one looks like",
    )
