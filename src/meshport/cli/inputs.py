"""`meshport inputs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.lazy import LazyGroup
from meshport.cli.output import Document, Table, emit, progress, say

if TYPE_CHECKING:
    from meshport.inputs.change import Added
    from meshport.registry import Registry

COMMANDS = {
    "add": ("meshport.cli.inputs:add", "Make the ports of products usable here, or bring them up to date."),
    "list": ("meshport.cli.inputs:list_", "List what this project reads, and whether it is up to date."),
    "remove": ("meshport.cli.inputs:remove", "Take products out of what this project reads."),
}

force_option = click.option("--force", is_flag=True, help="Even if generated files were changed by hand.")


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def inputs() -> None:
    """Products of other domains that this project reads."""


@click.command()
@click.argument("products", nargs=-1, required=True)
@force_option
@options.project_dir
@options.registry
def add(products: tuple[str, ...], force: bool, project_dir: Path, registry_url: str | None) -> None:
    """Make the ports of products usable here, or bring them up to date.

    Writes a small dbt package into mesh_inputs/, declares it in packages.yml and installs it. Then
    {{ ref('sales', 'customer_orders') }} works in this project's models, with v=1 for a version. Asks for a
    subscription where this domain has none.

    \b
    meshport inputs add sales.customer_orders
    meshport inputs add sales.customer_orders finance.invoices
    """
    from meshport.cli.workspace import Workspace
    from meshport.inputs import change, packages

    workspace = Workspace(project_dir, registry_url=registry_url)
    here, domain = workspace.project_dir, workspace.mesh.domain
    done = []
    with workspace.registry() as registry, progress() as shown:
        for number, key in enumerate(products):
            shown.step("Adding", number, len(products))
            added = change.add(registry, here, domain, key, force=force)
            say(_told(added))
            done.append(added)
            _subscribe(registry, domain, key)
        producers = {added.product.split(".", 1)[0] for added in done}
        if any(added.changed for added in done) or not all(packages.installed(here, each) for each in producers):
            shown.step("Running dbt deps")
            packages.install(here)


@click.command("list")
@options.project_dir
@options.registry
@options.output_format
def list_(project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """List what this project reads, and whether it is up to date.

    \b
    meshport inputs list
    meshport inputs list --format json
    """
    import msgspec

    from meshport.cli.workspace import Workspace
    from meshport.inputs.standing import standing

    workspace = Workspace(project_dir, registry_url=registry_url)
    with workspace.registry() as registry:
        found = standing(registry, workspace.project_dir, workspace.mesh.domain)
    rows = [[each.product, each.version, each.published, each.status, each.goes, each.subscription] for each in found]
    headings = ["product", "here", "published", "status", "goes on", "subscription"]
    emit(
        Document(msgspec.to_builtins(found), [Table(headings, rows, empty="This project reads nothing.")]),
        output_format,
    )


@click.command()
@click.argument("products", nargs=-1, required=True)
@force_option
@options.project_dir
def remove(products: tuple[str, ...], force: bool, project_dir: Path) -> None:
    """Take products out of what this project reads.

    Removes what `inputs add` wrote. The subscription stays: `meshport access revoke` ends it.

    \b
    meshport inputs remove sales.customer_orders
    """
    from meshport.inputs import change

    for key in products:
        change.remove(project_dir.resolve(), key, force=force)
        say(f"Removed: {key}")


def _told(added: Added) -> str:
    if not added.changed:
        return f"{added.product} {added.after}: unchanged"
    if added.before is None:
        return f"{added.product} {added.after}: added"
    if added.before == added.after:
        return f"{added.product} {added.after}: refreshed"
    return f"{added.product}: {added.before} → {added.after}"


def _subscribe(registry: Registry, domain: str, key: str) -> None:
    """Ask for a subscription where there is none, carry out what the standards approve, and say what is left to do."""
    from meshport.cli.granting import carry_out
    from meshport.inputs import change

    subscription, new = change.request_access(registry, domain, key)
    if subscription.state == "approved":
        carry_out(registry, subscription, actor=subscription.requested_by)
    elif subscription.state == "requested":
        said = "asked for a subscription" if new else "still waits for its subscription"
        say(f"{domain} {said} to {key}; its owner approves it with: meshport access approve {key} {domain}")
