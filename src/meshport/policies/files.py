"""Infrastructure policies over a domain's file: the rules that hold for `mesh.yml` hold for what is provisioned."""

from __future__ import annotations

from datetime import date
from typing import NoReturn

from meshport.errors import InputError
from meshport.information_schema import TABLES, Sources, tables_named
from meshport.information_schema.sources import NOWHERE
from meshport.mesh import Mesh
from meshport.policies.render import RenderError, render
from meshport.policies.run import SECONDS, run_policies
from meshport.policies.scope import Scope
from meshport.policies.types import Report
from meshport.standards import Standards
from meshport.standards.policy import Policy

SAID = frozenset({"mesh.warehouses"})
"""The tables that such a file fills. A policy that asks others is about a dbt project, and not asked."""


def check_file(said: Mesh, path: str, standards: Standards, *, today: date) -> Report:
    """Ask the infrastructure policies that a file alone can answer. `path` is what they say where something stands."""

    def missing() -> NoReturn:
        raise InputError("there is no dbt project here: a domain's file is all there is")

    sources = Sources(
        artifacts=NOWHERE,
        project_dir=NOWHERE,
        project=missing,
        mesh=said,
        mesh_path=path,
        standards=lambda: standards,
        lineage=missing,
    )
    asked = [policy for policy in standards.policies.values() if policy.type == "infrastructure" and _asks(policy)]
    return run_policies(sources, asked, today=today, scope=Scope(TABLES))


def _asks(policy: Policy) -> bool:
    """Tell whether a file alone can answer a policy. One that names such a table and is broken is asked, and fails."""
    try:
        named = tables_named(render(policy.sql, policy.spec.settings, Scope(TABLES), SECONDS).sql)
    except RenderError:
        named = tables_named(policy.sql)
    return bool(named) and named <= SAID
