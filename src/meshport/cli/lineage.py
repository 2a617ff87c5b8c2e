"""`meshport lineage`."""

from __future__ import annotations

import click

from meshport.cli.lazy import LazyGroup

COMMANDS = {
    "show": ("meshport.cli.lineage_show:show", "Show what a column is made of, or what is made of it."),
    "impact": ("meshport.cli.lineage_impact:impact", "Show everything below the columns that changed."),
    "emit": ("meshport.cli.lineage_emit:emit", "Send lineage as OpenLineage events."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def lineage() -> None:
    """Where columns come from, and what depends on them."""
