"""`meshport registry`."""

from __future__ import annotations

import click

from meshport.cli.lazy import LazyGroup

COMMANDS = {
    "init": ("meshport.cli.registry_tables:init", "Make the registry. One that is there already is left as it is."),
    "upgrade": (
        "meshport.cli.registry_tables:upgrade",
        "Bring the registry of an older meshport up to date, all of it or nothing.",
    ),
    "status": (
        "meshport.cli.registry_tables:status",
        "Show where the registry is, whether it fits this meshport, and what is in it.",
    ),
    "backup": ("meshport.cli.registry_keep:backup", "Write all that the registry holds to one file."),
    "restore": ("meshport.cli.registry_keep:restore", "Make the registry from a backup, where there is none."),
    "prune": ("meshport.cli.registry_keep:prune", "Remove what the registry need not keep."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def registry() -> None:
    """The metadata database."""
