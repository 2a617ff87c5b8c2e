"""`meshport deploy`: the domain's pipeline on a schedule."""

from __future__ import annotations

import click

from meshport.cli.lazy import LazyGroup

COMMANDS = {
    "render": ("meshport.cli.deploy_render:render", "Render the scheduled pipeline of this domain."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def deploy() -> None:
    """The domain's pipeline on a schedule: build, data policies, publish, notify."""
