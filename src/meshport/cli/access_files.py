"""`meshport access apply`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import Document, Table, emit

if TYPE_CHECKING:
    from meshport.access.files import Move
    from meshport.registry import Registry


@click.command()
@click.option("--check", is_flag=True, help="Only show what would be done: for pull requests.")
@click.option(
    "--approved-by",
    "reviewers",
    multiple=True,
    metavar="PRINCIPAL",
    help="Who reviewed the files, as user:NAME; once for each. Without it, what is new is only requested.",
)
@options.project_dir
@options.registry
@options.output_format
def apply(
    check: bool, reviewers: tuple[str, ...], project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Bring subscriptions in line with `access/*.yml` of this project.

    For CI of the domain that owns the products: what is new in the files is requested by the author of the file's last
    commit and approved by its reviewers, what was taken out is revoked. Subscriptions that did not come from files are
    left alone.

    \b
    meshport access apply --check
    meshport access apply --approved-by user:bob@example.com
    """
    from meshport.access import files
    from meshport.cli.granting import settle
    from meshport.errors import MeshportError
    from meshport.mesh import load_mesh
    from meshport.registry import open_registry

    mesh, here = load_mesh(project_dir), project_dir.resolve()
    declared = files.read(here, mesh.domain)
    failed: list[MeshportError] = []
    with open_registry(project_dir, registry_url) as registry:
        known = registry.subscriptions(domain=mesh.domain)
        moves = list(files.compare(declared, known, approves=bool(reviewers)))
        rows = [[each.action, each.principal, each.product, each.why] for each in moves]
        table = Table(["what", "principal", "product", "why"], rows, empty="Subscriptions are as the files say.")
        emit(Document(msgspec.to_builtins(moves), [table]), output_format)
        if check:
            return
        for move in moves:
            try:
                _carry_out(registry, here, mesh.domain, move, reviewers)
            except MeshportError as error:  # one that is refused keeps nobody else from it
                failed.append(error)
        settle(registry, mesh.domain, actor=f"domain:{mesh.domain}", guard=mesh.guard)
    if failed:
        raise failed[0]


def _carry_out(registry: Registry, project_dir: Path, domain: str, move: Move, reviewers: tuple[str, ...]) -> None:
    from meshport.access import files, subscriptions
    from meshport.access.principals import Actor

    place, own = (registry, move.product, move.principal), Actor.named(domain)
    if move.action == "revoke":
        subscriptions.revoke(*place, actor=own, reason=move.why)
    elif move.action == "deny":
        subscriptions.deny(*place, actor=own, reason=move.why)
    elif move.action == "request" and move.declared is not None:
        line = move.declared
        subscriptions.request(
            *place,
            actor=Actor.named(files.author_of(project_dir, line.source)),
            purpose=line.purpose,
            until=line.until,
            source=line.source,
        )
    elif move.action == "approve":
        for reviewer in map(Actor.named, reviewers):
            # None where the standards approved it, or enough people have.
            waiting = next(iter(registry.subscriptions(move.product, move.principal, ["requested"])), None)
            if waiting is not None and str(reviewer) not in {each.by for each in waiting.approvals}:
                subscriptions.approve(*place, actor=reviewer, reason=move.why)
