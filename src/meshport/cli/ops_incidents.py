"""`meshport ops incidents` and `meshport ops check`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import access_options, options
from meshport.cli.ops import product, scope_of
from meshport.cli.ops_status import incidents_table
from meshport.cli.output import Document, Table, emit

ENDED = 100
"""How many incidents are shown at most, once ended ones are."""


@click.command()
@product
@click.option("--all", "ended", is_flag=True, help=f"Those that are over, too: the newest {ENDED}.")
@options.project_dir
@options.registry
@options.output_format
def incidents(
    product: str | None, ended: bool, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Show what is wrong with products, and since when.

    A hard incident keeps a new build from being published; what is published stays. A soft one is a promise that is
    missed: it keeps nothing, owners are told, and consumers see it on the product's page.

    \b
    meshport ops incidents
    meshport ops incidents sales.customer_orders --all
    """
    import msgspec

    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        scope = scope_of(project_dir, product)
        if scope.product is not None:
            registry.require(scope.product)
        found = registry.incidents(
            scope.product, domain=scope.domain, lasting=not ended, limit=ENDED if ended else None
        )
    emit(Document(msgspec.to_builtins(found), [incidents_table(found)]), output_format)


@click.command()
@access_options.actor
@options.project_dir
@options.registry
@options.output_format
@click.pass_context
def check(
    ctx: click.Context, actor: str | None, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Look at what is known now, keep incidents, send alerts.

    What a schedule runs, every few minutes, for the domain of this project: rows get older, and runs of dbt fail that
    nobody publishes. Then whatever alerts are still to be sent go by the routes in mesh.yml. Ends with 5 where a
    receiver could not be reached: the next check sends it again.

    \b
    meshport ops check
    meshport ops check --format json
    """
    import msgspec

    from meshport.access.principals import acting
    from meshport.errors import ExitCode
    from meshport.mesh import load_mesh
    from meshport.operations import alerts
    from meshport.operations import incidents as judging
    from meshport.registry import open_registry

    mesh = load_mesh(project_dir)
    with open_registry(project_dir, registry_url) as registry:
        began = judging.check(registry, mesh.domain, actor=acting(project_dir, actor))
        alerts.queue(registry, mesh.domain, mesh.alerts)
        sent = alerts.deliver(registry, mesh.domain, mesh.alerts)
        lasting = registry.incidents(domain=mesh.domain, lasting=True)
    rows = [(each.route, each.event, each.product, each.kind, each.problem or "sent") for each in sent]
    data = {"began": began, "lasting": lasting, "alerts": sent}
    blocks = [
        incidents_table(lasting),
        Table(["route", "event", "product", "kind", "outcome"], rows, "Alerts", "None was to be sent."),
    ]
    emit(Document(msgspec.to_builtins(data), blocks), output_format)
    if any(each.problem for each in sent):
        ctx.exit(ExitCode.UNAVAILABLE)
