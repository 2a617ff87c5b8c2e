"""The domain's dbt project, scaffolded against what was provisioned: its warehouses, catalogs and files are in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from meshport.domains.file import DomainFile, Environment
from meshport.errors import InputError
from meshport.git import find_repository, installed
from meshport.scaffold.new import new
from meshport.scaffold.result import Scaffolded

MESSAGE = "Connect the project to what was provisioned"


def environment_of(said: DomainFile) -> Environment:
    """Return the environment that a project starts in: the one that developers may write, else the first."""
    environments = list(said.environments.values())
    return next((each for each in environments if each.developers == "write"), environments[0])


def scaffold(root: Path, said: DomainFile, path: Path, http_path: str | None) -> Scaffolded:
    """Make the dbt project of a provisioned domain, in its own repository where git has none for the folder.

    `root` is the central team's repository, `http_path` what connects to the warehouse, None where there is none.
    Raises InputError as `scaffold.new.new` does.
    """
    answers = {
        "domain": said.name,
        "title": said.title,
        "owner_name": said.owner.name,
        "owner_email": said.owner.email,
    }
    done = new(path, answers)
    _append(done.path / "mesh.yml", _mesh(root, said, done.path))
    _replace(done.path / "profiles.yml", _profile(root, said, done.path, http_path))
    git = find_repository(done.path) if installed() else None
    if git is not None:
        names = [f"{git.prefix}{name}" for name in ("mesh.yml", "profiles.yml")]
        git.run("add", "--", *names)
        quiet = ("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify")
        git.run(*quiet, "-m", MESSAGE, "--", *names, env=git.identity())
    return done


def variables(said: DomainFile, name: str, place: str, http_path: str | None) -> dict[str, str]:
    """Return the environment variables that dbt and meshport work with in one environment of a workspace (`place`)."""
    each = said.environments[name]
    found = {"DBT_TARGET": "databricks", "DATABRICKS_HOST": f"https://{place.removeprefix('databricks:')}"}
    if http_path is not None:
        found["DATABRICKS_HTTP_PATH"] = http_path
    return found | {"DATABRICKS_CATALOG": each.catalog, "DATABRICKS_SCHEMA": each.schemas[0]}


def _mesh(root: Path, said: DomainFile, project: Path) -> str:
    """Return what `mesh.yml` says more: where products are published, and the warehouses with their budgets."""
    told: dict[str, object] = {}
    publishing = said.publishing
    if publishing is not None:
        published: dict[str, object] = {"database": publishing.published}
        if said.platform == "duckdb":
            published["path"] = _file(root, said, publishing, str(publishing.published), project)
        told["published"] = published
    if said.warehouses:
        told["warehouses"] = {
            name: {"size": each.size, "auto_stop_minutes": each.auto_stop_minutes, "budget": each.budget}
            for name, each in said.warehouses.items()
        }
    if said.platform == "databricks":
        told["deploy"] = _deploy(said)
    text = yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
    return f"\n# What the central team provisioned: domains/{said.name}.yml of its repository.\n{text}" if told else ""


def _deploy(said: DomainFile) -> dict[str, object]:
    """Return how the pipeline runs in what was provisioned: by itself where products are published."""
    environments = sorted(said.environments.items(), key=lambda pair: pair[1].published is None)
    named = {
        "run_as": said.ci.name if said.ci else None,
        "warehouse": next(iter(said.warehouses), None),
        "cluster_policy": next(iter(said.cluster_policies), None),
    }
    return {
        "environments": {
            name: {"catalog": each.catalog, "schema": each.schemas[0], "paused": each.published is None}
            for name, each in environments
        },
        **{key: name for key, name in named.items() if name is not None},
    }


def _profile(root: Path, said: DomainFile, project: Path, http_path: str | None) -> dict[str, str]:
    """Return what `profiles.yml` says otherwise: files, catalogs and the warehouse that there are."""
    each = environment_of(said)
    if said.platform == "duckdb":
        file = _file(root, said, each, each.catalog, project)
        return {f"'MESHPORT_DUCKDB_PATH', '{said.name}.duckdb'": f"'MESHPORT_DUCKDB_PATH', '{file}'"}
    told = {
        f"'DATABRICKS_CATALOG', '{said.name}'": f"'DATABRICKS_CATALOG', '{each.catalog}'",
        "'DATABRICKS_SCHEMA', 'internal'": f"'DATABRICKS_SCHEMA', '{each.schemas[0]}'",
    }
    if http_path is not None:
        told["env_var('DATABRICKS_HTTP_PATH')"] = f"env_var('DATABRICKS_HTTP_PATH', '{http_path}')"
    return told


def _file(root: Path, said: DomainFile, each: Environment, database: str, project: Path) -> str:
    """Return the DuckDB file of a catalog as the project names it."""
    file = root.resolve() / said.storage(each) / f"{database}.duckdb"
    return Path(os.path.relpath(file, project.resolve())).as_posix()


def _append(file: Path, text: str) -> None:
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def _replace(file: Path, told: Mapping[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new_text in told.items():
        if old not in text:
            raise InputError(f"the template's {file.name} does not say {old}", where=str(file))
        text = text.replace(old, new_text)
    file.write_text(text, encoding="utf-8")
