"""`meshport domain apply`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import domain_options, options
from meshport.cli.output import emit, say

if TYPE_CHECKING:
    from meshport.cli.domain_site import DomainSite
    from meshport.domains.site import Site

ALL_THE_SAME = "was the right file read? --allow-removals applies it all the same"


@click.command()
@click.argument("name")
@domain_options.folder
@domain_options.standards
@options.registry
@options.output_format
@options.yes
@domain_options.allow_removals
@domain_options.plan_file
@click.option(
    "--project",
    type=click.Path(file_okay=False, path_type=Path),
    help="Scaffold the domain's dbt project here afterwards, connected to what was made.",
)
@click.pass_context
def apply(
    ctx: click.Context,
    name: str,
    folder: Path,
    standards: Path | None,
    registry_url: str | None,
    output_format: str,
    yes: bool,
    allow_removals: bool,
    plan_file: Path | None,
    project: Path | None,
) -> None:
    """Provision a domain: make what its file asks for.

    Shows the plan, asks, and makes exactly that. What others made is never touched, and a catalog or schema that holds
    tables is never dropped. Killed or refused midway, the same command goes on where it stopped. Ends with 3 where a
    policy refuses, with 6 where a saved plan no longer fits.

    \b
    meshport domain apply sales
    meshport domain apply sales --yes --project ../sales
    meshport domain apply sales --plan plan.json --yes
    """
    from meshport.cli.domain_site import DomainSite
    from meshport.cli.domain_text import domain_document
    from meshport.domains import apply as applying
    from meshport.domains.saved import load_plan
    from meshport.errors import ExitCode, PlanMovedError
    from meshport.mesh import Guard
    from meshport.plan.guard import refuse_removals

    provisioned = DomainSite(folder, name, standards, registry_url)
    with provisioned.opened() as (site, shown):
        made = applying.plan(site, "apply")
        if plan_file is not None and load_plan(plan_file).digest != made.digest:
            raise PlanMovedError(
                "the plan no longer fits: the file, the platform or the registry changed after it was made",
                where=str(plan_file),
                hint=f"look at a new one: meshport domain plan {name} --out FILE",
            )
        emit(domain_document(made), output_format)
        if made.blocked:
            ctx.exit(ExitCode.BLOCKED)
        if not allow_removals:
            refuse_removals(made.removals, Guard(), ALL_THE_SAME)
        if made.changes and not yes:
            click.confirm("Provision?", abort=True, err=True)
        if made.changes or made.settled or applying.is_unfinished(site):
            applying.apply_plan(site, made)
            shown.clear()
        if made.changes:
            say(f"Provisioned: {name}")
        _connect(provisioned, site, project)


def _connect(provisioned: DomainSite, site: Site, project: Path | None) -> None:
    """Scaffold the domain's project where that is asked for, and say how to go on."""
    from meshport.domains import project as projects

    said = provisioned.read.said
    first = next(iter(said.warehouses), None)
    http_path = site.platform.http_path(first) if first is not None else None
    if said.platform == "databricks":
        for name in said.environments:
            say(f"To work in {name}:")
            for key, value in projects.variables(said, name, site.platform.name, http_path).items():
                say(f"  export {key}={value}")
    if project is None:
        say("The domain's dbt project, connected to it: the same command with --project PATH")
        return
    done = projects.scaffold(provisioned.root, said, project, http_path)
    say(f"The project of {said.name} is in {done.path}, committed to git. Its developers go on there: meshport doctor")
