"""`meshport access expire` and `reconcile`: what a schedule runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from meshport.cli import access_options, options
from meshport.cli.output import Document, Table, emit, say

if TYPE_CHECKING:
    from meshport.registry import Registry

_domain = click.option("--domain", default=None, help="Only products of this domain. Default: of every domain.")


@click.command()
@_domain
@access_options.actor
@options.project_dir
@options.registry
@options.output_format
def expire(
    domain: str | None, actor: str | None, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """End subscriptions whose time is over, and tell of those to come.

    For a schedule, once a day: doing it again does nothing. Their grants go; requests that nobody decided in time are
    denied. The standards say how many days before its end a subscription is told of (`notice_days`).

    \b
    meshport access expire
    """
    from meshport.access import upkeep
    from meshport.access.principals import acting
    from meshport.registry import open_registry

    who = acting(project_dir, actor)
    with open_registry(project_dir, registry_url) as registry:
        passed = upkeep.expire(registry, actor=who, domain=domain)
        found = [
            [word, each.principal, each.product, each.until]
            for word, group in (("expired", passed.expired), ("denied", passed.denied), ("told", passed.ending))
            for each in group
        ]
        table = Table(["what", "principal", "product", "until"], found, empty="Nothing ends.")
        emit(Document(msgspec.to_builtins(passed), [table]), output_format)
        _settle_all(registry, domain, who)


@click.command()
@_domain
@click.option("--allow-removals", is_flag=True, help="Even if more grants go than `guard` in mesh.yml allows.")
@access_options.actor
@options.project_dir
@options.registry
@options.output_format
def reconcile(
    domain: str | None,
    allow_removals: bool,
    actor: str | None,
    project_dir: Path,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Bring the catalog's grants in line with subscriptions.

    Approving, revoking, expiring, publishing, rolling back and retiring all do it; this does what one of them left,
    because it was interrupted or could not reach the catalog. Grants of others are listed, and left alone.

    \b
    meshport access reconcile --domain sales
    """
    from meshport.access.principals import acting
    from meshport.registry import open_registry

    who = acting(project_dir, actor)
    with open_registry(project_dir, registry_url) as registry:
        foreign = _settle_all(registry, domain, who, project_dir, allow_removals=allow_removals)
    table = Table(["grants of others"], [[each] for each in foreign], empty="No grants of others.")
    emit(Document({"foreign": foreign}, [table]), output_format)


def _settle_all(
    registry: Registry, domain: str | None, actor: str, project_dir: Path | None = None, *, allow_removals: bool = False
) -> list[str]:
    """Settle one domain or all; return the grants of others. One that fails keeps none of the others from it.

    Raises the first error there was.
    """
    from meshport.cli.granting import settle
    from meshport.errors import MeshportError
    from meshport.mesh import FILE_NAME, load_mesh

    guard = load_mesh(project_dir).guard if project_dir and (project_dir / FILE_NAME).is_file() else None
    foreign: list[str] = []
    failed: MeshportError | None = None
    for each in [domain] if domain else [known.domain for known in registry.domains()]:
        try:
            foreign += settle(registry, each, actor=actor, guard=guard, allow_removals=allow_removals).foreign
        except MeshportError as error:
            if failed is not None:
                say(f"{each}: {error.message}")
            failed = failed or error
    if failed is not None:
        raise failed
    return foreign
