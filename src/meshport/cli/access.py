"""`meshport access`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, emit, say

if TYPE_CHECKING:
    from meshport.registry.types import Subscription

F = TypeVar("F", bound=Callable[..., Any])

_PRINCIPAL = "domain:NAME, user:NAME, or a bare domain."
_reason: Callable[[F], F] = click.option("--reason", default=None, help="Why; kept with the subscription.")
_actor: Callable[[F], F] = click.option(
    "--actor",
    default=None,
    metavar="PRINCIPAL",
    show_default="the domain of this project, else the user logged in",
    help="Who does this: " + _PRINCIPAL,
)


@click.group()
def access() -> None:
    """Request, approve and revoke subscriptions."""


@access.command("request")
@click.argument("product")
@click.option("--as", "principal", required=True, metavar="PRINCIPAL", help="Who wants to read: " + _PRINCIPAL)
@_reason
@_actor
@options.project_dir
@options.registry
def request_(
    product: str,
    principal: str,
    reason: str | None,
    actor: str | None,
    project_dir: Path,
    registry_url: str | None,
) -> None:
    """Ask for a product.

    \b
    meshport access request sales.customer_orders --as marketing --reason "campaign planning"
    meshport access request sales.customer_orders --as user:ann@example.com
    """
    from meshport.access import subscriptions
    from meshport.access.principals import acting
    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        made = subscriptions.request(registry, product, principal, actor=acting(project_dir, actor), reason=reason)
    say(f"{made.principal} asked for {made.product}; its domain decides: meshport access approve")


@access.command("list")
@click.option("--product", default=None, help="Only subscriptions to this product.")
@click.option("--as", "principal", default=None, metavar="PRINCIPAL", help="Only those of " + _PRINCIPAL)
@options.project_dir
@options.registry
@options.output_format
def list_(
    product: str | None, principal: str | None, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """List subscriptions, oldest first.

    \b
    meshport access list --product sales.customer_orders
    meshport access list --as marketing --format json
    """
    import msgspec

    from meshport.access import subscriptions
    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        found = subscriptions.subscriptions(registry, product=product, principal=principal)
    emit(Document(msgspec.to_builtins(found), [_table(found)]), output_format)


def _table(found: list[Subscription]) -> Table:
    headings = ["product", "principal", "state", "requested", "by", "reason", "decided", "by", "because"]
    rows = [
        [
            each.product,
            each.principal,
            each.state,
            each.requested_at[:10],
            each.requested_by,
            each.reason,
            (each.decided_at or "")[:10],
            each.decided_by,
            each.decision,
        ]
        for each in found
    ]
    return Table(headings, rows, empty="No subscriptions.")


def _decision(name: str, done: str, summary: str) -> None:
    """Add a command that decides about a subscription: the three differ in nothing but what they do."""

    @access.command(name, help=f"{summary}\n\n\b\nmeshport access {name} sales.customer_orders marketing")
    @click.argument("product")
    @click.argument("principal")
    @_reason
    @_actor
    @options.project_dir
    @options.registry
    def decide(
        product: str,
        principal: str,
        reason: str | None,
        actor: str | None,
        project_dir: Path,
        registry_url: str | None,
    ) -> None:
        from meshport.access import subscriptions
        from meshport.access.principals import acting
        from meshport.registry import open_registry

        act = {"approve": subscriptions.approve, "deny": subscriptions.deny, "revoke": subscriptions.revoke}[name]
        with open_registry(project_dir, registry_url) as registry:
            moved = act(registry, product, principal, actor=acting(project_dir, actor), reason=reason)
        say(f"{done}: {moved.principal} {moved.product}")


_decision("approve", "Approved", "Let a principal read a product, as it requested.")
_decision("deny", "Denied", "Refuse a request, or take back one's own.")
_decision("revoke", "Revoked", "End a subscription.")
