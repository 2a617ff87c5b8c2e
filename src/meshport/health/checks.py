"""Every check of `meshport doctor`, in the order of its rows. A new check is a function and a line in `CHECKS`."""

from __future__ import annotations

from meshport.health import databricks, dbt, project, zone
from meshport.health.types import Check

CHECKS = (
    Check("python", project.python),
    Check("git", project.git),
    Check("mesh.yml", project.mesh),
    Check("standards", project.standards, needs=("mesh.yml",)),
    Check("dbt_project.yml", project.dbt_project),
    Check("template branch", project.template_branch, needs=("git", "mesh.yml")),
    Check("dbt", dbt.version),
    Check("profile", dbt.profile, needs=("dbt_project.yml",)),
    Check("adapter", dbt.adapter, needs=("dbt", "profile")),
    Check("dbt plugin", dbt.plugin, needs=("profile",)),
    Check("dbt package", dbt.package, needs=("dbt_project.yml",)),
    Check("artifacts", zone.artifacts),
    Check("keys", zone.keys, needs=("mesh.yml", "standards", "artifacts"), only="duckdb"),
    Check("registry", zone.registry, needs=("mesh.yml",)),
    Check("published file", zone.published_file, needs=("mesh.yml",), only="duckdb"),
    Check("warehouse", databricks.warehouse, needs=("profile",), only="databricks"),
    Check("published catalog", databricks.published_catalog, needs=("mesh.yml", "warehouse"), only="databricks"),
    Check("secrets", databricks.secret_keys, needs=("standards", "artifacts", "warehouse"), only="databricks"),
    Check("materialization", databricks.materialization, needs=("dbt_project.yml",), only="databricks"),
    Check("silent traps", databricks.silent_traps, needs=("standards", "artifacts"), only="databricks"),
    Check("policies", databricks.policies, needs=("standards", "published catalog"), only="databricks"),
    Check("probe", databricks.probe, needs=("published catalog",), only="databricks", writes=True),
)
