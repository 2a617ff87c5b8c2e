"""`meshport contract acknowledge`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import Document, Table, emit

if TYPE_CHECKING:
    from meshport.registry import Registry
    from meshport.registry.types import Announcement


@click.command()
@click.argument("port", required=False, metavar="[PRODUCT[.PORT]]")
@click.option(
    "--as",
    "principal",
    metavar="PRINCIPAL",
    show_default="the domain of this project, else the user logged in",
    help="Who knows: domain:NAME, user:NAME, or a bare domain.",
)
@options.project_dir
@options.registry
@options.output_format
def acknowledge(
    port: str | None, principal: str | None, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Say that a breaking change is known.

    For those who subscribe. A breaking change of a product is published once all of them have said so; the version that
    they read stays until its day. Without a name: what waits for you.

    \b
    meshport contract acknowledge
    meshport contract acknowledge sales.customer_orders.customer_orders.v1 --as marketing
    """
    from meshport.access.principals import acting, user
    from meshport.registry import open_registry

    who = acting(project_dir, principal)
    with open_registry(project_dir, registry_url) as registry:
        open_ones = _waiting_for(registry, who)
        if port is None:
            chosen, title = open_ones, f"Waiting for {who}"
        else:
            chosen, title = _named(registry, open_ones, port, who), f"Acknowledged by {who}"
            for announcement in chosen:
                registry.acknowledge(announcement, who, user())
    rows = [
        [each.product, each.port, each.replaced_by, each.goes_on, change] for each in chosen for change in each.changes
    ]
    table = Table(["product", "port", "replaced by", "goes on", "breaking"], rows, title=title)
    emit(Document(msgspec.to_builtins(chosen), [table]), output_format)


def _waiting_for(registry: Registry, who: str) -> list[Announcement]:
    """Return what was announced of products that somebody subscribes to, and is not acknowledged by them."""
    active = {each.product for each in registry.subscriptions(principal=who) if each.state == "active"}
    found = registry.announcements() if active else []
    return [each for each in found if each.product in active and who not in each.acknowledged]


def _named(registry: Registry, open_ones: list[Announcement], name: str, who: str) -> list[Announcement]:
    """Return the announcements of a product or port. Raises BlockedError where there is nothing to acknowledge."""
    from meshport.errors import BlockedError

    chosen = [each for each in open_ones if name in (each.product, f"{each.product}.{each.port}")]
    if chosen:
        return chosen
    product = ".".join(name.split(".")[:2])
    registry.require(product)
    if not any(each.state == "active" for each in registry.subscriptions(product=product, principal=who)):
        raise BlockedError(
            f"{who} does not subscribe to {product}", hint="name who does with --as, or: meshport access list"
        )
    raise BlockedError(
        f"no breaking change of {name} waits for {who}", hint="`meshport contract acknowledge` lists what does"
    )
