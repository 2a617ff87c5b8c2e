"""What commands stand on: the project, its domain, registry and catalog, opened once and only as far as needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from meshport.mesh import Mesh, load_mesh

if TYPE_CHECKING:
    from meshport.artifacts.project import Project
    from meshport.catalogs.base import Catalog
    from meshport.cli.output import Progress
    from meshport.plan.make import Observed
    from meshport.plan.site import Site
    from meshport.plan.types import Plan
    from meshport.products import Declared
    from meshport.registry import Registry


class Workspace:
    """One domain's project folder, with everything that commands on it read.

    `artifacts` is the folder with dbt's artifacts, `target` dbt's target; None means the default of each.
    """

    def __init__(
        self,
        project_dir: Path,
        *,
        artifacts: Path | None = None,
        target: str | None = None,
        registry_url: str | None = None,
    ) -> None:
        self.project_dir = project_dir.resolve()
        self.artifacts = artifacts or self.project_dir / "target"
        self.target = target or os.environ.get("DBT_TARGET")
        self._registry_url = registry_url

    @cached_property
    def mesh(self) -> Mesh:
        """What `mesh.yml` says."""
        return load_mesh(self.project_dir)

    def key(self, name: str) -> str:
        """Return a product's key: `customer_orders` is one of this domain, `sales.customer_orders` of any."""
        return name if "." in name else f"{self.mesh.domain}.{name}"

    @cached_property
    def project(self) -> Project:
        """The dbt project, as its artifacts describe it."""
        from meshport.artifacts import load_project

        return load_project(self.artifacts)

    @cached_property
    def declared(self) -> list[Declared]:
        """The products that the project declares, with the standards applied."""
        from meshport.products import derive
        from meshport.standards import load_standards

        return derive(self.project, self.mesh, load_standards())

    @cached_property
    def catalog(self) -> Catalog:
        """The domain's published zone."""
        from meshport.catalogs.duckdb import DuckDBCatalog

        return DuckDBCatalog(self.mesh.published_path(self.project_dir), self.mesh.published_database)

    @property
    def registry_url(self) -> str:
        """Where the registry is, as an SQLAlchemy URL."""
        from meshport.registry import location

        return location(self.mesh.registry, self.project_dir, self._registry_url)

    @contextmanager
    def registry(self) -> Iterator[Registry]:
        """Open the registry; an SQLite file that is not there yet is created."""
        from meshport.registry import Registry

        with Registry.open(self.registry_url) as registry:
            yield registry

    def observe(self, registry: Registry) -> Observed:
        """Read everything that planning needs, in a constant number of queries."""
        from meshport.artifacts.kept import evidence_digest
        from meshport.plan.make import Observed

        catalog = self.catalog
        ledger = registry.ledger(catalog.name, self.mesh.domain)
        return Observed(
            catalog=catalog.name,
            catalog_type=catalog.type,
            relations=catalog.observe(),
            ledger={key.key: msgspec.json.decode(fields, type=dict[str, str]) for key, fields in ledger.items()},
            standing=registry.standing(self.mesh.domain),
            interrupted=bool(registry.unfinished(self.mesh.domain)),
            artifacts=evidence_digest(self.artifacts),
        )

    def plan(self, registry: Registry) -> Plan:
        """Return what publishing this project would change."""
        from meshport.plan.make import make_plan

        # Observed first: what changes while the artifacts are read is then noticed when the plan is applied.
        observed = self.observe(registry)
        return make_plan(self.mesh.domain, self.project, self.declared, observed, self.target)

    def site(self, registry: Registry, shown: Progress) -> Site:
        """Return where and how to write. Nothing is opened or run yet."""
        from meshport.access.principals import user
        from meshport.artifacts.kept import evidence_digest
        from meshport.dbt_command import Dbt
        from meshport.plan.site import Site

        return Site(
            domain=self.mesh.domain,
            actor=user(),
            registry=registry,
            catalog=self.catalog,
            renderer=Dbt(self.project_dir, self.target),
            observe=lambda: self.observe(registry),
            artifacts=lambda: evidence_digest(self.artifacts),
            tell=shown.step,
        )
