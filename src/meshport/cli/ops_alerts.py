"""`meshport ops alerts`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, emit


@click.command()
@click.option("--test", "trial", is_flag=True, help="Send a test alert by every route.")
@options.project_dir
@options.registry
@options.output_format
@click.pass_context
def alerts(ctx: click.Context, trial: bool, project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Show by which routes alerts go, and what waits to be sent.

    Routes are in mesh.yml; the address of each is in an environment variable, and is shown nowhere. With --test, ends
    with 5 where one did not work.

    \b
    meshport ops alerts
    meshport ops alerts --test
    """
    import msgspec

    from meshport.errors import ExitCode, MeshportError
    from meshport.mesh import load_mesh
    from meshport.operations.messages import trial as test_message
    from meshport.operations.sending import send
    from meshport.registry import open_registry

    mesh = load_mesh(project_dir)
    outcomes: dict[str, str] = {}
    for route in mesh.alerts if trial else ():
        try:
            send(route, test_message(mesh.domain))
            outcomes[route.name] = "sent"
        except MeshportError as error:
            outcomes[route.name] = error.message
    with open_registry(project_dir, registry_url) as registry:
        waiting = registry.waiting_alerts(mesh.domain)
    routes = [
        (each.name, each.severity, ", ".join(each.products), *([outcomes[each.name]] if trial else []))
        for each in mesh.alerts
    ]
    queued = [(w.route, w.event, w.incident.product, w.incident.kind, w.attempts, w.problem) for w in waiting]
    headings = ["route", "from severity", "products", *(["test"] if trial else [])]
    blocks = [
        Table(headings, routes, "Routes", "mesh.yml names none."),
        Table(["route", "event", "product", "kind", "attempts", "problem"], queued, "Waiting", "Nothing."),
    ]
    data = {"routes": msgspec.to_builtins(mesh.alerts), "tests": outcomes, "waiting": msgspec.to_builtins(waiting)}
    emit(Document(data, blocks), output_format)
    if any(each != "sent" for each in outcomes.values()):
        ctx.exit(ExitCode.UNAVAILABLE)
