"""`meshport completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    \b
    meshport completion bash >> ~/.bashrc
    meshport completion zsh  >> ~/.zshrc
    meshport completion fish >  ~/.config/fish/completions/meshport.fish
    """
    from meshport.cli import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "meshport", "_MESHPORT_COMPLETE").source())
