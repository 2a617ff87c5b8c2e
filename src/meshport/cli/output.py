"""How commands print what they read: one document, three formats. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import msgspec

from meshport import log


class Table(msgspec.Struct, frozen=True):
    """Rows under headings; `empty` is printed where there are none."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str | None = None
    empty: str = "Nothing."


class Text(msgspec.Struct, frozen=True):
    """A paragraph."""

    text: str


class Document(msgspec.Struct, frozen=True):
    """What a command has to say: `data` for programs (JSON-able), `blocks` for people."""

    data: Any
    blocks: Sequence[Table | Text]


def emit(document: Document, output_format: str) -> None:
    """Print a document to stdout as `text`, `json` or `markdown`."""
    if output_format == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(document.data), indent=2).decode())
        return
    render = as_markdown if output_format == "markdown" else _text
    click.echo("\n\n".join(render(block) for block in document.blocks))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return "yes" if value is True else "no" if value is False else str(value)


def _text(block: Table | Text) -> str:
    if isinstance(block, Text):
        return block.text
    title = [click.style(block.title, bold=True)] if block.title else []
    if not block.rows:
        return "\n".join([*title, block.empty])
    rows = [[_cell(value).replace("\n", " ") for value in row] for row in block.rows]
    widths = [max(len(row[i]) for row in [list(block.headings), *rows]) for i in range(len(block.headings))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip()

    return "\n".join([*title, click.style(line(block.headings), dim=True), *(line(row) for row in rows)])


def as_markdown(block: Table | Text) -> str:
    """Return a block as GitHub's Markdown."""
    if isinstance(block, Text):
        return block.text
    title = [f"### {block.title}", ""] if block.title else []
    if not block.rows:
        return "\n".join([*title, block.empty])
    rows = [[_cell(value).replace("|", "\\|").replace("\n", "<br>") for value in row] for row in block.rows]
    lines = [list(block.headings), ["---"] * len(block.headings), *rows]
    return "\n".join([*title, *("| " + " | ".join(line) + " |" for line in lines)])


def say(message: str) -> None:
    """Print a remark for the person at the terminal: to stderr, never into piped data; or log it."""
    if log.command.logged:
        log.event("remark", text=message)
    else:
        click.echo(message, err=True)


class Progress:
    """Tells on stderr what is going on, for work that takes longer than a second."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._interactive = sys.stderr.isatty()
        self._width = 0

    def step(self, label: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is being done now; silent in the first second, one changing line on a terminal. Or log it."""
        if log.command.logged:
            log.event("progress", label=label, done=done, total=total)
            return
        if time.monotonic() - self._started < 1.0:
            return
        count = f" {done}/{total}" if total else ""
        if self._interactive:
            line = f"{label}{count}"
            click.echo("\r" + line.ljust(self._width), nl=False, err=True)
            self._width = len(line)
        else:
            click.echo(f"{label}{count}", err=True)

    def clear(self) -> None:
        """Remove the changing line."""
        if self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)
            self._width = 0


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a `Progress` and leave the terminal clean."""
    current = Progress()
    try:
        yield current
    finally:
        current.clear()
