"""`meshport contract`: the group. One module a command."""

from __future__ import annotations

import click

from meshport.cli.lazy import LazyGroup

COMMANDS = {
    "diff": ("meshport.cli.contract_diff:diff", "Compare the contracts of this project with earlier ones."),
    "export": ("meshport.cli.contract_export:export", "Write contracts and products as files of the open standards."),
    "import": ("meshport.cli.contract_import:import_", "Write the dbt YAML that a data contract asks for."),
    "acknowledge": ("meshport.cli.contract_acknowledge:acknowledge", "Say that a breaking change is known."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def contract() -> None:
    """Contracts of ports."""
