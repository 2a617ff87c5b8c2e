"""What commands stand on: the project, its domain, registry and catalog, opened once and only as far as needed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from meshport.cli.output import Progress
from meshport.mesh import FILE_NAME, Mesh, load_mesh

if TYPE_CHECKING:
    from meshport.artifacts.project import Project
    from meshport.catalogs.base import Catalog, Registrar
    from meshport.lineage import Lineage
    from meshport.lineage.graph import Graph
    from meshport.model import Port
    from meshport.plan.make import Observed, Verdicts
    from meshport.plan.site import Site
    from meshport.plan.types import Plan
    from meshport.products import Declared
    from meshport.quality.types import PortResult, PortRules
    from meshport.registry import Registry
    from meshport.registry.types import PortLineage
    from meshport.standards import Standards


class Workspace:
    """One domain's project folder, with everything that commands on it read.

    `artifacts` is the folder with dbt's artifacts, `target` dbt's target; None means the default of each. What
    `only_plans` can do without a Databricks workspace.
    """

    def __init__(
        self,
        project_dir: Path,
        *,
        artifacts: Path | None = None,
        target: str | None = None,
        registry_url: str | None = None,
        only_plans: bool = False,
    ) -> None:
        self.project_dir = project_dir.resolve()
        self.artifacts = artifacts or self.project_dir / "target"
        self.target = target or os.environ.get("DBT_TARGET")
        self._registry_url = registry_url
        self._only_plans = only_plans

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
    def standards(self) -> Standards:
        """The domain's standards: its own, on what `mesh.yml` names. Of no domain: what ships."""
        from meshport.standards import standards_of

        return standards_of(self.project_dir, self.mesh if self.is_domain else None)

    @property
    def is_domain(self) -> bool:
        """Whether this dbt project is a domain's: it has a `mesh.yml`."""
        return (self.project_dir / FILE_NAME).is_file()

    def lineage(self, shown: Progress | None = None, project: Project | None = None) -> Lineage:
        """Return the column lineage of the project, or of another state of it, with what was found before as a help."""
        from meshport.lineage import column_lineage

        tell = shown.step if shown is not None else None
        # Beside dbt's own output, and only there: artifacts of elsewhere are not ours to write to.
        ours = (self.project_dir / "dbt_project.yml").is_file()
        cache = self.project_dir / "target" / "meshport" / "lineage.sqlite" if ours else None
        return column_lineage(project or self.project, cache=cache, tell=tell)

    @cached_property
    def _lineage_once(self) -> Lineage:
        return self.lineage()

    @cached_property
    def _graph(self) -> Graph:
        from meshport.lineage.graph import Graph

        return Graph(self._lineage_once)

    def port_lineage(self, port: Port) -> PortLineage:
        """Return where the columns of a port come from, up to the sources of this project."""
        from meshport.lineage.port import port_lineage

        return port_lineage(self.project, self._graph, port.unique_id)

    @cached_property
    def declared(self) -> list[Declared]:
        """The products that the project declares, with the standards applied."""
        from meshport.products import derive

        return derive(self.project, self.mesh, self.standards)

    @cached_property
    def _adapter(self) -> str | None:
        """The adapter that built the project; read once, because it takes all of the manifest's bytes."""
        from meshport.artifacts import adapter_of

        return adapter_of(self.artifacts)

    @property
    def without_workspace(self) -> bool:
        """Whether what is published on Databricks cannot be looked at, and need not be."""
        return self._only_plans and self._adapter == "databricks" and not os.environ.get("DATABRICKS_HOST")

    @cached_property
    def catalog(self) -> Catalog:
        """The domain's published zone: where dbt's artifacts say that the project was built, else the laptop's."""
        if self._adapter == "databricks":
            from meshport.catalogs.databricks import DatabricksCatalog, OfflineCatalog, access_of

            database = self.mesh.published_database.lower()
            if self.without_workspace:
                return OfflineCatalog(database)
            said = self.mesh.published
            return DatabricksCatalog(access_of(), database, said.parallel, said.settle_seconds)
        from meshport.catalogs.duckdb import DuckDBCatalog

        return DuckDBCatalog(self.mesh.published_path(self.project_dir), self.mesh.published_database)

    @cached_property
    def data_rules(self) -> list[PortRules]:
        """The rules that the rows of every declared port must keep: of its contract, its tests, and data policies."""
        from meshport.quality.rules import rules_of

        return rules_of(self.project, self.standards.policies.values(), [item.product for item in self.declared])

    @cached_property
    def builds(self) -> dict[str, str]:
        """Which build each declared port would publish, by unique id; empty where there is no evidence of one."""
        from meshport.plan.evidence import evidence_of

        ports = [port for item in self.declared for port in item.product.ports]
        return {port.unique_id: evidence_of(self.project, port, self.target)[0] or "" for port in ports}

    def check_data(self, ports: Sequence[PortRules], shown: Progress, rows: int | None = None) -> list[PortResult]:
        """Ask the rules of some ports of the rows that dbt built, and keep the answers beside its artifacts.

        With `rows`, so many rows for each broken rule are written, masked, into a table of the internal zone.
        """
        from meshport.dbt_command import Dbt
        from meshport.plan.operations import Operation
        from meshport.quality.evidence import keep_results
        from meshport.quality.questions import Question
        from meshport.quality.run import Rendered, Site, run
        from meshport.quality.zone import open_zone

        dbt = Dbt(self.project_dir, self.target)

        def render(questions: Sequence[Question]) -> Rendered:
            shown.step("rendering with dbt")
            return dbt.render([Operation(each.id, each.operation, each.arguments) for each in questions])

        site = Site(render, lambda target, write: open_zone(target, write=write), shown.step)
        results = run(site, ports, self.builds, self.standards, rows)
        keep_results(self.artifacts, results)
        return results

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
            consumers=registry.consumers(self.mesh.domain),
        )

    def plan(self, registry: Registry, override: str | None = None, shown: Progress | None = None) -> Plan:
        """Return what publishing this project would change; `override` is a reason for breaking promises."""
        from meshport.plan.make import make_plan
        from meshport.plan.outlook import with_outlook

        # Observed first: what changes while the artifacts are read is then noticed when the plan is applied.
        observed = self.observe(registry)
        verdicts = self.verdicts(shown or Progress())
        moment = datetime.now(timezone.utc)
        made = make_plan(
            self.mesh.domain,
            self.project,
            self.declared,
            observed,
            self.target,
            override,
            verdicts,
            moment,
            certify=self.mesh.published.certify,
        )
        registrar = self.registrar(registry, shown or Progress())
        return made if registrar is None else with_outlook(made, observed.standing, registrar)

    def verdicts(self, shown: Progress) -> Verdicts:
        """Return what policies say of the declared products, and data policies of the rows that dbt built.

        Data policies speak where they were asked of this build (`meshport quality run`, `meshport ci`).
        """
        from datetime import date

        from meshport.cli.schema import sources_of
        from meshport.plan.make import Verdicts
        from meshport.policies import check_project, gates_of
        from meshport.quality.evidence import evidence_of, missing, quality_gates, read_results

        products = [item.product for item in self.declared]
        sources = sources_of(self, self._registry_url, shown)
        report = check_project(sources, severity="error", today=date.today())
        gates = {key: list(found) for key, found in gates_of(report, [product.key for product in products]).items()}
        kept = read_results(self.artifacts)
        unasked = {ports.port.unique_id for ports in missing(self.data_rules, self.builds, kept)}
        asked = [ports for ports in self.data_rules if ports.port.unique_id not in unasked]
        said = quality_gates(asked, self.builds, kept)
        for product in products:
            for port in product.ports:
                gates[product.key] += said.get(port.unique_id, ())
        return Verdicts(gates, {unique_id: evidence_of(kept[unique_id]) for unique_id in said})

    def site(self, registry: Registry, shown: Progress, *, registers: bool = False) -> Site:
        """Return where and how to write; with `registers`, what is published is registered in the catalog as well.

        Nothing is opened or run yet.
        """
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
            lineage=self.port_lineage,
            registrar=self.registrar(registry, shown) if registers else None,
        )

    def registrar(self, registry: Registry, shown: Progress) -> Registrar | None:
        """Return who tells the catalog of products what belongs to no single port; None where it has no such thing."""
        if self.catalog.type != "databricks" or self.without_workspace:
            return None
        from meshport.catalogs.databricks import access_of
        from meshport.catalogs.databricks.registration.registrar import Domain, registrar

        domain = Domain(
            name=self.mesh.domain,
            catalog=self.catalog.name,
            database=self.mesh.published_database.lower(),
            registry=registry,
            project=self.project,
            templates=self.standards.tag_templates,
            lineage=lambda: self._lineage_once,
        )
        return registrar(domain, access_of(), shown.step)
