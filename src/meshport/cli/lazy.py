"""A click group that knows its commands by name and imports one when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from meshport import log


class LazyGroup(click.Group):
    """A group whose commands are named as `module:attribute` with their short help.

    `--help` of the group prints the short help given here and imports nothing.
    """

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order they were given: the ones in front come first."""
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None where there is no such name."""
        if cmd_name not in self.commands_at:
            return None
        module, attribute = self.commands_at[cmd_name][0].split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command, and suggest near names for one that does not exist."""
        name = args[0]
        if name not in self.commands_at and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self.commands_at, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        found, command, rest = super().resolve_command(ctx, args)
        if not isinstance(command, click.Group):
            log.command.begin(" ".join([*_above(ctx), name]))
        return found, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short) for name, (_, short) in self.commands_at.items()])


def _above(ctx: click.Context) -> list[str]:
    """Return the names of the groups that lead to a context, without the program's own."""
    return [*_above(ctx.parent), ctx.info_name or ""] if ctx.parent is not None else []
