"""`meshport registry init`, `upgrade` and `status`: its tables."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, emit, say


@click.command()
@options.project_dir
@options.registry
def init(project_dir: Path, registry_url: str | None) -> None:
    """Make the registry. One that is there already is left as it is.

    \b
    meshport registry init
    meshport registry init --registry postgresql://mesh@db.example.com/mesh
    """
    from meshport.registry import registry_url as locate
    from meshport.registry.connection import shown
    from meshport.registry.maintenance import initialise

    url = locate(project_dir, registry_url)
    made = initialise(url)
    say(f"{'Made' if made else 'There already'}: {shown(url)}")


@click.command()
@options.project_dir
@options.registry
def upgrade(project_dir: Path, registry_url: str | None) -> None:
    """Bring the registry of an older meshport up to date, all of it or nothing.

    \b
    meshport registry upgrade
    """
    from meshport.registry import registry_url as locate
    from meshport.registry.connection import shown
    from meshport.registry.maintenance import upgrade as bring_up_to_date

    url = locate(project_dir, registry_url)
    before, after = bring_up_to_date(url)
    change = f"Upgraded from revision {before} to {after}" if before != after else f"Up to date, revision {after}"
    say(f"{change}: {shown(url)}")


@click.command()
@options.project_dir
@options.registry
@options.output_format
def status(project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Show where the registry is, whether it fits this meshport, and what is in it.

    \b
    meshport registry status
    meshport registry status --format json
    """
    import msgspec

    from meshport.registry import registry_url as locate
    from meshport.registry.maintenance import status as read_status

    found = read_status(locate(project_dir, registry_url))
    lines = [
        f"Registry  {found.name}",
        f"Database  {found.database}",
        f"Revision  {found.revision or 'none'} ({found.fit}; this meshport has {found.newest})",
    ]
    counts = Table(["table", "rows"], list(found.counts.items()), empty="No tables of this meshport.")
    blocks: list[Table | Text] = [Text("\n".join(lines)), counts]
    emit(Document(msgspec.to_builtins(found), blocks), output_format)
