"""`meshport access`."""

from __future__ import annotations

import click

from meshport.cli.lazy import LazyGroup

COMMANDS = {
    "request": ("meshport.cli.access_decide:request", "Ask for a product."),
    "list": ("meshport.cli.access_show:list_", "List subscriptions, oldest first."),
    "approve": ("meshport.cli.access_decide:approve", "Let a principal read a product, as it asked."),
    "deny": ("meshport.cli.access_decide:deny", "Refuse a request."),
    "revoke": ("meshport.cli.access_decide:revoke", "End a subscription."),
    "apply": ("meshport.cli.access_files:apply", "Bring subscriptions in line with `access/*.yml` of this project."),
    "expire": ("meshport.cli.access_upkeep:expire", "End subscriptions whose time is over, and tell of those to come."),
    "reconcile": ("meshport.cli.access_upkeep:reconcile", "Bring the catalog's grants in line with subscriptions."),
    "notices": ("meshport.cli.access_show:notices", "Show what happened that somebody should know of."),
    "audit": ("meshport.cli.access_show:audit", "Show who did what, or check that the audit log is whole."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def access() -> None:
    """Request, approve and revoke subscriptions."""
