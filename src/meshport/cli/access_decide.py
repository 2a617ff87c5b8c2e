"""`meshport access request`, `approve`, `deny` and `revoke`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import access_options, options
from meshport.cli.granting import carry_out
from meshport.cli.output import say

if TYPE_CHECKING:
    from meshport.registry.types import Subscription


@click.command()
@click.argument("product")
@click.option(
    "--as", "principal", required=True, metavar="PRINCIPAL", help="Who wants to read: domain:NAME, user:NAME."
)
@click.option("--purpose", default=None, help="What for: what the data will be used for.")
@click.option("--days", type=click.IntRange(1), default=None, help="For how long, from today on. Default: with no end.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="... or until a last day.")
@access_options.reason
@access_options.actor
@options.project_dir
@options.registry
def request(
    product: str,
    principal: str,
    purpose: str | None,
    days: int | None,
    until: datetime | None,
    reason: str | None,
    actor: str | None,
    project_dir: Path,
    registry_url: str | None,
) -> None:
    """Ask for a product.

    The domain of the product decides, or the standards where they approve by themselves.

    \b
    meshport access request sales.customer_orders --as marketing --purpose "campaign planning" --days 90
    meshport access request sales.customer_orders --as user:ann@example.com
    """
    from meshport.access import subscriptions
    from meshport.access.principals import Actor, acting
    from meshport.registry import open_registry

    if days is not None and until is not None:
        raise click.UsageError("--days and --until say the same: give one")
    with open_registry(project_dir, registry_url) as registry:
        made = subscriptions.request(
            registry,
            product,
            principal,
            actor=Actor.named(acting(project_dir, actor)),
            reason=reason,
            purpose=purpose,
            days=days,
            until=f"{until:%Y-%m-%d}" if until else None,
        )
        if made.state == "approved":
            carry_out(registry, made, actor=made.requested_by)
    if made.state == "requested":
        say(f"{made.principal} asked for {made.product}{_until(made)}; its domain decides: meshport access approve")
    else:
        say(f"Approved at once: {made.principal} {made.product}{_until(made)} ({made.decision})")


@click.command()
@click.argument("product")
@click.argument("principal")
@access_options.reason
@access_options.actor
@options.project_dir
@options.registry
def approve(
    product: str, principal: str, reason: str | None, actor: str | None, project_dir: Path, registry_url: str | None
) -> None:
    """Let a principal read a product, as it asked.

    Nobody approves a request of their own. Where the standards want two people, both run this command.

    \b
    meshport access approve sales.customer_orders marketing
    meshport access approve sales.customer_orders marketing --actor user:bob@example.com
    """
    moved = _decide("approve", product, principal, reason, actor, project_dir, registry_url)
    if moved.state == "requested":
        say(f"Approved by one: {moved.principal} {moved.product}; another person has to approve it, too")
    else:
        say(f"Approved: {moved.principal} {moved.product}{_until(moved)}")


@click.command()
@click.argument("product")
@click.argument("principal")
@access_options.reason
@access_options.actor
@options.project_dir
@options.registry
def deny(
    product: str, principal: str, reason: str | None, actor: str | None, project_dir: Path, registry_url: str | None
) -> None:
    """Refuse a request.

    Who asked takes its own back so, too.

    \b
    meshport access deny sales.customer_orders finance --reason "ask for sales.revenue instead"
    """
    moved = _decide("deny", product, principal, reason, actor, project_dir, registry_url)
    say(f"Denied: {moved.principal} {moved.product}")


@click.command()
@click.argument("product")
@click.argument("principal")
@access_options.reason
@access_options.actor
@options.project_dir
@options.registry
def revoke(
    product: str, principal: str, reason: str | None, actor: str | None, project_dir: Path, registry_url: str | None
) -> None:
    """End a subscription.

    \b
    meshport access revoke sales.customer_orders marketing --reason "the campaign is over"
    """
    moved = _decide("revoke", product, principal, reason, actor, project_dir, registry_url)
    say(f"Revoked: {moved.principal} {moved.product}")


def _decide(
    action: str,
    product: str,
    principal: str,
    reason: str | None,
    actor: str | None,
    project_dir: Path,
    registry_url: str | None,
) -> Subscription:
    from meshport.access import subscriptions
    from meshport.access.principals import Actor, acting
    from meshport.registry import open_registry

    act = {"approve": subscriptions.approve, "deny": subscriptions.deny, "revoke": subscriptions.revoke}[action]
    who = Actor.named(acting(project_dir, actor))
    with open_registry(project_dir, registry_url) as registry:
        moved = act(registry, product, principal, actor=who, reason=reason)
        if moved.state in ("approved", "revoked"):
            carry_out(registry, moved, actor=str(who))
        return moved


def _until(subscription: Subscription) -> str:
    return f" until {subscription.until}" if subscription.until else ""
