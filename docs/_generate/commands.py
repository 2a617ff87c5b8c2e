"""docs/reference/commands.md: every command and option, as click knows them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from docs._generate.markdown import block, code, document, prose, table
from meshport.cli import cli


def page() -> str:
    """Return the reference of the command line."""
    root = cli.make_context("meshport", [], resilient_parsing=True)
    found = list(walk(root))
    overview = [(f"[`{ctx.command_path}`](#{_anchor(ctx)})", prose(_summary(ctx.command))) for ctx in found]
    blocks = [
        "`-h` or `--help` of every command says the same. Data goes to standard output, remarks to standard error; "
        "what commands end with is listed in [settings](settings.md#exit-codes).",
        table(("Command", "What it does"), overview),
        *_command(root),
    ]
    for ctx in found:
        blocks += _command(ctx)
    return document("Commands", blocks)


def walk(ctx: click.Context) -> Iterator[click.Context]:
    """Yield a context for every command below a group, in the group's order."""
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, name)
            assert command is not None
            child = command.make_context(name, [], parent=ctx, resilient_parsing=True)
            yield child
            yield from walk(child)


def _command(ctx: click.Context) -> Iterator[str]:
    command = ctx.command
    yield f"## {ctx.command_path}"
    yield block(" ".join([ctx.command_path, *command.collect_usage_pieces(ctx)]), "text")
    yield from _help(command)
    yield table(("Option", "Meaning"), _options(ctx))


def _options(ctx: click.Context) -> Iterator[tuple[str, str]]:
    for param in ctx.command.params:
        record = param.get_help_record(ctx)  # None for arguments
        if record is not None:
            variable = f" Environment variable: {code(str(param.envvar))}." if param.envvar else ""
            yield code(record[0]), prose(record[1]) + variable


def _help(command: click.Command) -> Iterator[str]:
    """Yield the help as paragraphs. What click prints unwrapped (after `\\b`) are examples."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            yield block(paragraph.removeprefix("\b").strip("\n"), "sh")
        else:
            yield prose(paragraph)


def _summary(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0]


def _anchor(ctx: click.Context) -> str:
    return ctx.command_path.replace(" ", "-")
