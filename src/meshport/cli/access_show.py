"""`meshport access list`, `notices` and `audit`: what there is to see about access."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from meshport.access.states import EVERY
from meshport.cli import access_options, options
from meshport.cli.output import Document, Table, Text, emit

if TYPE_CHECKING:
    from meshport.registry import Registry
    from meshport.registry.types import Anchor, Subscription, SubscriptionState


@click.command("list")
@click.option("--product", default=None, help="Only subscriptions to this product.")
@click.option("--as", "principal", default=None, metavar="PRINCIPAL", help="Only those of " + access_options.PRINCIPAL)
@click.option("--state", "states", multiple=True, type=click.Choice(EVERY), help="Only those in this state.")
@options.project_dir
@options.registry
@options.output_format
def list_(
    product: str | None,
    principal: str | None,
    states: tuple[SubscriptionState, ...],
    project_dir: Path,
    registry_url: str | None,
    output_format: str,
) -> None:
    """List subscriptions, oldest first.

    \b
    meshport access list --product sales.customer_orders --state requested
    meshport access list --as marketing --format json
    """
    from meshport.access import subscriptions
    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        found = subscriptions.subscriptions(registry, product=product, principal=principal, states=states)
    emit(Document(msgspec.to_builtins(found), [_table(found)]), output_format)


def _table(found: list[Subscription]) -> Table:
    headings = ["product", "principal", "state", "until", "requested", "by", "reason", "decided", "by", "because"]
    rows = [
        [
            each.product,
            each.principal,
            each.state,
            each.until,
            each.requested_at[:10],
            each.requested_by,
            each.purpose or each.reason,
            (each.decided_at or "")[:10],
            each.decided_by,
            each.decision,
        ]
        for each in found
    ]
    return Table(headings, rows, empty="No subscriptions.")


@click.command()
@click.option(
    "--as",
    "principal",
    default=None,
    metavar="PRINCIPAL",
    show_default="the domain of this project, else the user logged in",
    help="To whom: " + access_options.PRINCIPAL,
)
@click.option("--all", "everything", is_flag=True, help="Those that were read already, too.")
@click.option("--read", is_flag=True, help="Mark what is shown as read.")
@options.project_dir
@options.registry
@options.output_format
def notices(
    principal: str | None, everything: bool, read: bool, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Show what happened that somebody should know of.

    Requests and new subscribers for a product's domain; decisions, ends, new versions, breaking changes, deprecations
    and retirements for those who subscribe.

    \b
    meshport access notices
    meshport access notices --as user:ann@example.com --read
    """
    from meshport.access.principals import acting
    from meshport.registry import open_registry

    who = acting(project_dir, principal)
    with open_registry(project_dir, registry_url) as registry:
        found = registry.notices([who], unread=not everything)
        if read:
            registry.mark_read([who], [each.id for each in found])
    rows = [[each.at[:16], each.kind, each.product, each.text] for each in found]
    table = Table(["when (UTC)", "what", "product", ""], rows, title=who, empty="Nothing new.")
    emit(Document(msgspec.to_builtins(found), [table]), output_format)


@click.command()
@click.option("--product", default=None, help="Only what was done to this product, or who read it.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many, newest first.")
@click.option("--verify", is_flag=True, help="Check the whole log instead, and print where it stands.")
@click.option("--anchor", default=None, metavar="NUMBER:HASH", help="With --verify: an entry that was noted earlier.")
@options.project_dir
@options.registry
@options.output_format
@click.pass_context
def audit(
    ctx: click.Context,
    product: str | None,
    limit: int,
    verify: bool,
    anchor: str | None,
    project_dir: Path,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Show who did what, or check that the audit log is whole.

    Each entry carries a hash of itself and of the one before. `--verify` names the first entry that does not hold and
    ends with 3. Who has full rights over the database can make every hash anew: note what --verify prints elsewhere,
    and give it as --anchor later.

    \b
    meshport access audit --product sales.customer_orders
    meshport access audit --verify
    """
    from meshport.errors import ExitCode
    from meshport.registry import open_registry

    if (product and verify) or (anchor and not verify):
        raise click.UsageError("--verify checks the whole log; --anchor goes with it")
    with open_registry(project_dir, registry_url) as registry:
        if verify:
            if not _verified(registry, anchor, output_format):
                ctx.exit(ExitCode.BLOCKED)
            return
        found = registry.audit_log(product, limit)
    rows = [
        [each.id, each.at[:19], each.actor, each.action, each.subject, msgspec.json.encode(each.detail).decode()]
        for each in found
    ]
    table = Table(["#", "when (UTC)", "who", "what", "on", "details"], rows, empty="Nothing was done.")
    emit(Document(msgspec.to_builtins(found), [table]), output_format)


def _verified(registry: Registry, anchor: str | None, output_format: str) -> bool:
    """Print whether the audit log is whole, and return it."""
    found = registry.verify_audit(_anchor(anchor) if anchor else None)
    if found.broken is None:
        said = f"{found.entries} entries hold. Anchor: {found.anchor}"
    else:
        said = f"The audit log does not hold at entry {found.broken.number}: {found.broken.problem}."
    emit(Document(msgspec.to_builtins(found), [Text(said)]), output_format)
    return found.broken is None


def _anchor(text: str) -> Anchor:
    from meshport.errors import InputError
    from meshport.registry.types import Anchor

    number, _, hashed = text.partition(":")
    if not number.isdecimal() or len(hashed) != 64:
        raise InputError(f"{text!r} is no anchor", hint="NUMBER:HASH, as `meshport access audit --verify` prints it")
    return Anchor(int(number), hashed)
