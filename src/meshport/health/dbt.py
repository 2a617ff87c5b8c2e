"""Checks of dbt: the program, its adapter, and what the project gives it."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

from meshport import bundled
from meshport.health.profile import render
from meshport.health.types import Finding, Place, read_yaml

PLUGIN = "meshport.dbt_duckdb"


def version(place: Place) -> Finding:
    """dbt is there, in a version that the macros are made for."""
    wanted = [str(bound) for bound in read_yaml(bundled.dbt_package() / "dbt_project.yml")["require-dbt-version"]]
    found = place.dbt
    if found.version is None:
        return Finding("failed", f"{found.path} does not tell its version", "pip install 'meshport[duckdb]'")
    if not all(_within(found.version, bound) for bound in wanted):
        return Finding("failed", f"{found.version} ({found.path})", f"install dbt {', '.join(wanted)}")
    return Finding("ok", f"{found.version} ({found.path})")


def profile(place: Place) -> Finding:
    """The profile that the project names is there."""
    return Finding("ok", f"target {place.profile.target}, {place.profile.type} ({place.profile.file})")


def adapter(place: Place) -> Finding:
    """The adapter of the profile's target is installed beside dbt, in a version that meshport is made for."""
    kind, adapters = place.profile.type, place.dbt.adapters
    if adapters is None:
        return Finding("ok", f"{kind}: the adapters are part of dbt")
    if kind not in adapters:
        return Finding("failed", f"dbt-{kind} is not installed", f"pip install dbt-{kind}")
    wanted = _bounds(f"dbt-{kind}")
    if not all(_within(adapters[kind], bound) for bound in wanted):
        return Finding("failed", f"dbt-{kind} {adapters[kind]}", f"pip install 'dbt-{kind}{','.join(wanted)}'")
    return Finding("ok", f"dbt-{kind} {adapters[kind]}")


def plugin(place: Place) -> Finding:
    """On DuckDB, dbt loads meshport's plug-in: keys of masks, and the published files of inputs."""
    if place.profile.type != "duckdb":
        return Finding("ok", f"not needed on {place.profile.type}")
    if PLUGIN not in place.profile.plugins:
        fix = f"add `plugins: [{{module: {PLUGIN}}}]` to the target {place.profile.target} in {place.profile.file}"
        return Finding("warning", "not configured: no inputs of other domains, no keyed masks in models", fix)
    return Finding("ok", PLUGIN)


def package(place: Place) -> Finding:
    """The dbt package `meshport` is declared, installed, and of this meshport's version."""
    declared = _declared(place)
    if declared is None:
        return Finding("failed", "not in packages.yml", "run `meshport new .`: it adds what is missing")
    installed = place.project_dir / "dbt_packages" / "meshport" / "dbt_project.yml"
    if not installed.is_file():
        return Finding("failed", f"{declared} is not installed", "run `dbt deps`")
    ours = read_yaml(bundled.dbt_package() / "dbt_project.yml")["version"]
    theirs = read_yaml(installed)["version"]
    if theirs != ours:
        return Finding("failed", f"{theirs}, this meshport brings {ours}", "run `meshport update`, then `dbt deps`")
    return Finding("ok", f"{theirs} ({declared})")


def _declared(place: Place) -> str | None:
    """Return the folder that the project takes the package from, as it is written."""
    for name in ("packages.yml", "dependencies.yml"):
        file = place.project_dir / name
        for entry in (read_yaml(file).get("packages") or []) if file.is_file() else []:
            folder = render(str(entry["local"])) if "local" in entry else None
            project = place.project_dir / Path(folder) / "dbt_project.yml" if folder else None
            if folder and project and project.is_file() and read_yaml(project).get("name") == "meshport":
                return folder
    return None


def _bounds(package: str) -> list[str]:
    """Return the bounds that meshport's own requirements set for a package: `>=1.10`."""
    declared = [line.partition(";")[0] for line in requires("meshport") or []]
    named = [line for line in declared if re.match(rf"{re.escape(package)}(?![\w.-])", line)]
    return [bound for line in named for bound in re.findall(r">=[\d.]+|<[\d.]+", line)]


def _within(number: str, bound: str) -> bool:
    lower = bound.startswith(">=")
    return (_release(number) >= _release(bound)) if lower else (_release(number) < _release(bound))


def _release(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", number)[:3])
