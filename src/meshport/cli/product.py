"""`meshport product`: what happens to products after they were published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.lazy import LazyGroup
from meshport.cli.output import Document, Table, Text, emit, progress, say

if TYPE_CHECKING:
    from meshport.registry import Registry

COMMANDS = {
    "history": ("meshport.cli.product:history", "Show what was published when, by whom, on which builds."),
    "rollback": ("meshport.cli.product:rollback", "Bring back the previous version of a product's ports."),
    "deprecate": ("meshport.cli.product:deprecate", "Tell consumers that a port will go, and when."),
    "retire": ("meshport.cli.product:retire", "Take ports out of the catalog for good."),
}

port_option = click.option("--port", "ports", multiple=True, help="Only this port (customers.v1). Default: all.")
note_option = click.option("--note", help="Why: kept in the history and the audit log.")


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def product() -> None:
    """History, rollback, deprecation and retirement of products."""


@click.command()
@click.argument("name")
@options.project_dir
@options.registry
@options.output_format
def history(name: str, project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Show what was published when, by whom, on which builds.

    \b
    meshport product history customer_orders
    meshport product history sales.customer_orders --format json
    """
    import msgspec

    from meshport.cli.workspace import Workspace

    workspace = Workspace(project_dir, registry_url=registry_url)
    with workspace.registry() as registry:
        key = workspace.key(name)
        registry.require(key)
        publications = registry.publications(key)
    rows = [
        (
            p.number,
            p.version,
            p.kind,
            p.published_at[:19],
            p.published_by,
            _counts(p.passed, p.warned, p.failed),
            p.note,
        )
        for p in publications
    ]
    headings = ["#", "version", "kind", "when (UTC)", "who", "tests", "note"]
    emit(Document(data=msgspec.to_builtins(publications), blocks=[Table(headings, rows, title=key)]), output_format)


@click.command()
@click.argument("name")
@port_option
@note_option
@options.project_dir
@options.target
@options.registry
@options.yes
def rollback(
    name: str,
    ports: tuple[str, ...],
    note: str | None,
    project_dir: Path,
    target: str | None,
    registry_url: str | None,
    yes: bool,
) -> None:
    """Bring back the previous version of a product's ports.

    The build that is rolled back is not published again: mend the model and build anew.

    \b
    meshport product rollback customer_orders
    meshport product rollback customer_orders --port customer_orders.v1 --note "wrong totals" --yes
    """
    from meshport.access.principals import user
    from meshport.cli.granting import settle
    from meshport.cli.workspace import Workspace
    from meshport.plan.lifecycle import find_returns, roll_back

    workspace = Workspace(project_dir, target=target, registry_url=registry_url)
    with workspace.registry() as registry, progress() as shown:
        key = workspace.key(name)
        returns, pending = find_returns(registry, workspace.observe(registry), key, ports)
        rows = [(item.port.label, item.withdrawn, item.build) for item in (*returns, *pending)]
        emit(Document(data=rows, blocks=[Table(["port", "from build", "back to build"], rows, title=key)]), "text")
        if not yes:
            click.confirm("Roll back?", abort=True, err=True)
        done = roll_back(workspace.site(registry, shown), key, ports, note)
        settle(registry, workspace.mesh.domain, actor=user(), guard=workspace.mesh.guard)
    say(f"Rolled back: {', '.join(done)}" if done else "The interrupted rollback is complete now.")


@click.command()
@click.argument("name")
@port_option
@click.option("--on", "date", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day it goes (2027-01-31).")
@click.option("--replaced-by", help="The port that consumers should use instead (customers.v2).")
@note_option
@options.project_dir
@options.registry
def deprecate(
    name: str,
    ports: tuple[str, ...],
    date: object,
    replaced_by: str | None,
    note: str | None,
    project_dir: Path,
    registry_url: str | None,
) -> None:
    """Tell consumers that a port will go, and when.

    Nothing changes in the catalog; `search`, `show` and the inputs of consumers say it.

    \b
    meshport product deprecate customer_orders --on 2027-01-31
    meshport product deprecate customer_orders --port customer_orders.v1 --on 2027-01-31 \
        --replaced-by customer_orders.v2
    """
    from meshport.access.principals import user
    from meshport.cli.workspace import Workspace
    from meshport.errors import BlockedError
    from meshport.plan.lifecycle import port_of, standing_of

    workspace = Workspace(project_dir, registry_url=registry_url)
    with workspace.registry() as registry:
        key = workspace.key(name)
        standing = standing_of(workspace.observe(registry), key)
        chosen = [port_of(standing, label) for label in ports] or [
            port for port in standing.head.product.ports if port.label not in standing.retired
        ]
        gone = [port.label for port in chosen if port.label in standing.retired]
        if gone or not chosen:
            raise BlockedError(f"retired already: {', '.join(gone) or key}", hint=f"meshport show {key}")
        replacement = port_of(standing, replaced_by).label if replaced_by else None
        for port in chosen:
            registry.set_port_status(
                key,
                port.label,
                "deprecated",
                actor=user(),
                deprecation_date=f"{date:%Y-%m-%d}",
                replaced_by=replacement,
                note=note,
            )
        if not ports:
            registry.set_product_status(key, "deprecated", actor=user(), note=note)
    say(f"Deprecated, to go on {date:%Y-%m-%d}: {', '.join(port.label for port in chosen)}")


@click.command()
@click.argument("name")
@port_option
@note_option
@click.option("--force", is_flag=True, help="Even if it was not deprecated, or somebody still subscribes to it.")
@options.project_dir
@options.target
@options.registry
@options.yes
def retire(
    name: str,
    ports: tuple[str, ...],
    note: str | None,
    force: bool,
    project_dir: Path,
    target: str | None,
    registry_url: str | None,
    yes: bool,
) -> None:
    """Take ports out of the catalog for good.

    The data of the port and of its previous version is dropped from the published zone. dbt's own relations stay.

    \b
    meshport product retire customer_orders --port customer_orders.v1
    """
    from meshport.access.principals import user
    from meshport.cli.granting import settle
    from meshport.cli.workspace import Workspace
    from meshport.plan.lifecycle import port_of, standing_of
    from meshport.plan.lifecycle import retire as retire_ports

    workspace = Workspace(project_dir, target=target, registry_url=registry_url)
    with workspace.registry() as registry, progress() as shown:
        key = workspace.key(name)
        standing = standing_of(workspace.observe(registry), key)
        chosen = [port_of(standing, label) for label in ports] or list(standing.head.product.ports)
        if not force:
            _refuse_in_use(registry, key, [port.label for port in chosen])
        rows = [(port.label, str(port.relation)) for port in chosen]
        emit(Document(data=rows, blocks=[Table(["port", "dropped"], rows, title=key), Text("")]), "text")
        if not yes:
            click.confirm("Drop these relations and their previous versions?", abort=True, err=True)
        done = retire_ports(workspace.site(registry, shown), key, [port.label for port in chosen], note)
        settle(registry, workspace.mesh.domain, actor=user(), guard=workspace.mesh.guard)
    say(f"Retired: {', '.join(done)}")


def _refuse_in_use(registry: Registry, key: str, labels: list[str]) -> None:
    """Raise BlockedError where a port was not deprecated first, or somebody has an active subscription."""
    from meshport.access.states import GRANTED
    from meshport.errors import BlockedError

    status = registry.port_status(key)
    early = [label for label in labels if label not in status or status[label].status == "published"]
    if early:
        raise BlockedError(
            f"not deprecated yet: {', '.join(early)}",
            hint=f"meshport product deprecate {key} --port {early[0]} --on DATE, or --force",
        )
    readers = [s.principal for s in registry.subscriptions(key, states=GRANTED)]
    if readers:
        raise BlockedError(f"{', '.join(readers)} still subscribe to {key}", hint="ask them to move, or --force")


def _counts(passed: int, warned: int, failed: int) -> str:
    parts = [f"{passed} passed"] + ([f"{warned} warned"] if warned else []) + ([f"{failed} failed"] if failed else [])
    return ", ".join(parts)
