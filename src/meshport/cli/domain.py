"""`meshport domain`: the central team gives a domain its catalogs, groups, warehouse and project."""

from __future__ import annotations

import click

from meshport.cli.lazy import LazyGroup

COMMANDS = {
    "new": ("meshport.cli.domain_new:new", "Write the file of a new domain, to be reviewed."),
    "plan": ("meshport.cli.domain_plan:plan", "Show what provisioning a domain would change."),
    "apply": ("meshport.cli.domain_apply:apply", "Provision a domain: make what its file asks for."),
    "render": ("meshport.cli.domain_render:render", "Render what a domain gets as a Databricks bundle."),
    "destroy": ("meshport.cli.domain_destroy:destroy", "Take away what was made for a domain."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def domain() -> None:
    """Provision domains: catalogs, groups, grants, a warehouse, from a reviewed file."""
