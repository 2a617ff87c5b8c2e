"""`meshport publish`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import emit, progress, say

ALL_THE_SAME = "was the right project read, with the right standards? --allow-removals publishes it all the same"


@click.command()
@options.project_dir
@options.artifacts
@options.target
@options.registry
@options.output_format
@options.yes
@options.override_contract
@click.option(
    "--allow-removals", is_flag=True, help="Even if the plan takes away more than `guard` in mesh.yml allows."
)
@click.option("--plan", "plan_file", type=click.Path(dir_okay=False, path_type=Path), help="Apply exactly this plan.")
@click.pass_context
def publish(
    ctx: click.Context,
    project_dir: Path,
    artifacts: Path | None,
    target: str | None,
    registry_url: str | None,
    output_format: str,
    yes: bool,
    override: str | None,
    allow_removals: bool,
    plan_file: Path | None,
) -> None:
    """Publish the data products of this project.

    Shows the plan, asks, and applies exactly that. Blocked products are left as they are, and the command ends with 3.
    A breaking change that waits for nothing but acknowledgements is announced to those who subscribe.

    \b
    meshport publish
    meshport publish --yes --artifacts ci/artifacts
    meshport publish --plan plan.json --yes
    meshport publish --override-contract "the column held wrong amounts; marketing knows"
    """
    from meshport.access.principals import user
    from meshport.cli.announcing import announce
    from meshport.cli.granting import settle
    from meshport.cli.ops_record import record_in_passing
    from meshport.cli.plan_text import plan_document
    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode, PlanMovedError
    from meshport.operations import alerts, incidents
    from meshport.plan.apply import apply_plan, converge
    from meshport.plan.files import load_plan
    from meshport.plan.guard import refuse_removals
    from meshport.plan.site import open_publishes

    workspace = Workspace(project_dir, artifacts=artifacts, target=target, registry_url=registry_url)
    with workspace.registry() as registry, progress() as shown:
        saved = load_plan(plan_file) if plan_file else None
        made = workspace.plan(registry, override or (saved.override if saved else None), shown)
        if saved and saved.digest != made.digest:
            raise PlanMovedError(
                "the plan no longer fits: project, build, catalog or registry changed after it was made",
                where=str(plan_file),
                hint="look at a new one: meshport plan --out FILE",
            )
        record_in_passing(workspace, nullcontext(registry))
        emit(plan_document(made), output_format)
        for message in announce(registry, made, user()):
            say(message)
        if override and made.override is None:
            say("Nothing needed --override-contract.")
        mesh = workspace.mesh
        if made.actionable:
            if not allow_removals:
                refuse_removals(made.removals, mesh.guard, ALL_THE_SAME)
            if not yes:
                click.confirm("Publish?", abort=True, err=True)
            registry.upsert_domain(mesh.domain, mesh.title, mesh.description, mesh.owner)
        # The registry knows the domain now, if it is to know it at all. Rules hold whatever is published.
        registry.write_access_rules(mesh.domain, workspace.standards.access, actor=user())
        site = workspace.site(registry, shown, registers=True)
        if made.actionable:
            enforces = workspace.catalog.capabilities.enforces_reads
            first = not enforces and not workspace.catalog.observe()
            applied = apply_plan(site, made)
            shown.clear()
            if applied.published:
                say(f"Published: {', '.join(applied.published)}")
            elif made.registrations:
                say("Registered what is published.")
            for lost in (change for product in made.products for change in product.withdrawals):
                say(f"Not certified any more: {lost.relation}: {lost.reason}")
            for note in applied.notes:
                say(note)
            if first:
                say(
                    f"Note: {workspace.catalog.name} is an ordinary file. Whoever can open it reads all of it; "
                    "masked columns hold masked values. `meshport query --as` checks subscriptions."
                )
        elif not made.blocked and open_publishes(registry.unfinished(mesh.domain)):
            converge(site, made)
            say("An interrupted publish had written everything; its record is complete now.")
        for incident in incidents.keep(registry, made, actor=user()):
            say(f"Incident: {incident.text}")
        alerts.queue(registry, mesh.domain, mesh.alerts)  # `meshport ops check` sends them
        # Subscriptions follow: what is published, masked and verified by now is granted, what is gone is not.
        settle(registry, mesh.domain, actor=user(), guard=mesh.guard, allow_removals=allow_removals)
    if made.blocked:
        ctx.exit(ExitCode.BLOCKED)
