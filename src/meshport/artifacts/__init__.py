"""Reads what dbt writes: manifest, run_results, catalog → `Project`.

Where to add support for another artifact or dbt version: one module per file (`manifest`, `run_results`, `catalog`);
what is decoded of a manifest is in `wire`, what meshport keeps of it in `project`.
"""

from __future__ import annotations

from pathlib import Path

from meshport.artifacts.catalog import read_catalog
from meshport.artifacts.kept import kept_runs
from meshport.artifacts.manifest import read_manifest
from meshport.artifacts.project import DbtColumn, Exposure, Group, Node, Project, Result, Test
from meshport.artifacts.reading import adapter_of, collector_off
from meshport.artifacts.run_results import read_run_results
from meshport.errors import InputError

__all__ = ["DbtColumn", "Exposure", "Group", "Node", "Project", "Result", "Test", "adapter_of", "load_project"]


def load_project(artifacts_dir: Path) -> Project:
    """Read a folder of artifacts: `manifest.json`, and where they are there `run_results.json`, further files
    `run_results/*.json`, and `catalog.json`.

    Raises InputError where the manifest is missing, or any of the files is truncated, foreign, or of a schema
    version that is not read.
    """
    if not (artifacts_dir / "manifest.json").exists():
        raise InputError(
            "there is no manifest.json here",
            where=str(artifacts_dir),
            hint="run `meshport build`, or `dbt build` in the project, or name the folder of its artifacts",
        )
    with collector_off():
        manifest = read_manifest(artifacts_dir / "manifest.json")
        results, foreign = read_run_results(artifacts_dir, manifest.nodes.keys() | manifest.tests.keys())
        return Project(
            name=manifest.metadata.project_name or "",
            adapter_type=manifest.metadata.adapter_type or "",
            dbt_version=manifest.metadata.dbt_version or "",
            generated_at=manifest.metadata.generated_at or "",
            invocation_id=manifest.metadata.invocation_id,
            environment=manifest.metadata.environment,
            nodes=manifest.nodes,
            tests=manifest.tests,
            groups=manifest.groups,
            exposures=manifest.exposures,
            results=results,
            foreign_results=foreign,
            kept=kept_runs(artifacts_dir),
            catalog=read_catalog(artifacts_dir / "catalog.json"),
        )
