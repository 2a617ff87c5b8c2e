"""The steps of `meshport ci`, each the same work that its own command does."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

from meshport.cli.workspace import Workspace
from meshport.errors import BlockedError
from meshport.review import Step, judged, of_build, of_contracts, of_cost, of_data, of_impact

if TYPE_CHECKING:
    from meshport.cli.output import Progress
    from meshport.lineage.impact import Impact
    from meshport.operations.cost.change import ChangeCost


class Review:
    """A review of the project in `now`, beside the state in `before` where there is one.

    `found` and `costs` are what the steps of impact and cost found, for reports that show it whole.
    """

    def __init__(
        self, now: Workspace, before: Workspace | None, changed: str | None, registry_url: str | None, shown: Progress
    ) -> None:
        self.now = now
        self.before = before
        self.changed = changed
        self.registry_url = registry_url
        self.shown = shown
        self.found: Impact | None = None
        self.costs: ChangeCost | None = None

    def lint(self) -> Step:
        """Lint the files that changed."""
        from meshport.cli.lint import lint_job
        from meshport.linting.files import FOLDERS, changed_files, files_in, folders_of
        from meshport.linting.report import report_of
        from meshport.linting.run import lint_files

        root = self.now.project_dir
        job, dbt_project = lint_job(root)
        recent = changed_files(root, self.changed)
        files = [file for file in files_in(folders_of(root, dbt_project, FOLDERS), root) if file in recent]
        linted = lint_files(job, files, self.shown.step)
        report = report_of(linted)
        unread = sum(bool(each.unread) for each in linted)
        text = f"{len(files)} changed files: {len(report.violations)} findings"
        return judged("lint", report, text + (f"; {unread} could not be read" if unread else ""))

    def build(self) -> Step:
        """Build and test with dbt, and keep the run as evidence."""
        from meshport.artifacts.kept import keep_run
        from meshport.dbt_command import Dbt

        dbt = Dbt(self.now.project_dir, self.now.target)
        dbt.ensure_packages()
        begin = time.monotonic()
        done = dbt.run(["build"], aside=True)
        if done.returncode not in (0, 1):
            raise BlockedError("dbt could not run", hint="see dbt's messages above")
        keep_run(self.now.artifacts, dbt.target)
        step = of_build(self.now.project, time.monotonic() - begin)
        if done.returncode == 1 and step.outcome == "passed":
            raise BlockedError("dbt build did not succeed", hint="see dbt's messages above")
        return step

    def check(self) -> Step:
        """Ask the policies; what the state before violates too fails nothing."""
        from meshport.cli.schema import sources_of
        from meshport.policies import check_project

        before = sources_of(self.before, self.registry_url, self.shown) if self.before else None
        sources = sources_of(self.now, self.registry_url, self.shown)
        return judged("check", check_project(sources, (), state=before, today=date.today(), tell=self.shown.step))

    def contracts(self) -> Step:
        """Compare the contracts with what is published, or with the state before where nothing is."""
        from meshport.cli.contract_against import from_state, published
        from meshport.cli.contract_compare import compare
        from meshport.contracts import ProductDiff

        if not self.now.is_domain:
            return Step(name="contracts", outcome="skipped", summary="the project is no domain: it has no mesh.yml")
        base = published(self.now, None, lambda key: True)
        if not base.products and self.before is not None:
            base = from_state(self.now, self.before.artifacts)
        if not base.products:
            return Step(name="contracts", outcome="passed", summary="nothing is published yet")
        compared = [(each.product, ProductDiff(each.changes, each.ports)) for each in compare(self.now, base, None)]
        ports = {
            f"{item.product.key}.{port.label}": port.unique_id
            for item in self.now.declared
            for port in item.product.ports
        }
        return of_contracts(compared, self.now.project, ports)

    def impact(self) -> Step:
        """Show what is below the change."""
        if self.before is None:
            return Step(name="impact", outcome="skipped", summary="there is no --state to compare with")
        from meshport.cli.lineage_impact import read_mesh, read_products
        from meshport.lineage.changes import changed_columns
        from meshport.lineage.impact import impact

        lineage, earlier = self.now.lineage(self.shown), self.now.lineage(self.shown, self.before.project)
        changes = changed_columns(self.before.project, earlier, self.now.project, lineage)
        products = read_products(self.now)
        self.found = impact(self.now.project, lineage, products, changes, read_mesh(self.now), earlier)
        return of_impact(self.found)

    def cost(self) -> Step:
        """Add up what building the change again costs, by the last runs: here, else in the state before."""
        if self.before is None:
            return Step(name="cost", outcome="skipped", summary="there is no --state to compare with")
        from meshport.lineage.changes import changed_nodes
        from meshport.mesh import Cost
        from meshport.operations.cost.change import change_cost

        rate = self.now.mesh.cost if self.now.is_domain else Cost()
        changed = changed_nodes(self.before.project, self.now.project)
        self.costs = change_cost(self.now.project, changed, (self.now.project, self.before.project), rate)
        return of_cost(self.costs)

    def data(self) -> Step:
        """Ask the data policies of the rows that were built."""
        if not self.now.is_domain:
            return Step(name="data", outcome="skipped", summary="the project is no domain: it has no mesh.yml")
        rules = self.now.data_rules
        return of_data(self.now.check_data(rules, self.shown) if rules else [])
