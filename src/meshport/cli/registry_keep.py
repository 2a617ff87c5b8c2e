"""`meshport registry backup`, `restore` and `prune`: keeping the registry, and not keeping too much."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from meshport.cli import access_options, options
from meshport.cli.output import Document, Table, emit, progress, say


@click.command()
@click.argument("place", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), help="Remove all but the newest backups (so many) of the folder.")
@options.project_dir
@options.registry
@options.output_format
def backup(place: Path, keep: int | None, project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Write all that the registry holds to one file.

    PLACE is the file, or a folder, in which it is named by the time. It is of one moment, whatever is published
    meanwhile, and the same for both databases. It names people: the file is readable for you alone, keep it so.

    \b
    meshport registry backup registry.jsonl.gz
    meshport registry backup /backups --keep 14
    """
    from meshport.registry import registry_url as locate
    from meshport.registry.backup import back_up, new_name, thin_out

    if keep is not None and not place.is_dir():
        raise click.UsageError("--keep needs a folder")
    with progress() as shown:
        made = back_up(
            locate(project_dir, registry_url),
            new_name(place) if place.is_dir() else place,
            lambda table: shown.step(f"Writing {table}"),
        )
    emit(Document(msgspec.to_builtins(made), [_rows(made.rows)]), output_format)
    say(f"Backup of {made.origin}, revision {made.revision}: {made.path}")
    for path in thin_out(place, keep) if keep is not None else []:
        say(f"Removed: {path}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@access_options.actor
@options.project_dir
@options.registry
@options.output_format
def restore(file: Path, actor: str | None, project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Make the registry from a backup, where there is none.

    On either database, whichever the backup was taken of. The file is checked to its end first, and the audit log's
    chain after. All of it is restored, or nothing.

    \b
    meshport registry restore registry.jsonl.gz
    meshport registry restore registry.jsonl.gz --registry postgresql://mesh@db.example.com/mesh
    """
    from meshport.access.principals import acting
    from meshport.registry import registry_url as locate
    from meshport.registry.backup import restore as bring_back

    with progress() as shown:
        done = bring_back(
            locate(project_dir, registry_url),
            file,
            actor=acting(project_dir, actor),
            tell=lambda table: shown.step(f"Restoring {table}"),
        )
    emit(Document(msgspec.to_builtins(done), [_rows(done.backup.rows)]), output_format)
    say(f"Restored as of {done.backup.taken_at}.")
    if done.audit.broken is not None:
        say(f"The audit log was not whole when the backup was taken: {done.audit.broken.problem}")


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=1),
    default=365,
    show_default=True,
    metavar="DAYS",
    help="What has been done with for so many days.",
)
@options.yes
@access_options.actor
@options.project_dir
@options.registry
@options.output_format
def prune(
    days: int, yes: bool, actor: str | None, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Remove what the registry need not keep.

    That is notices that were read, visits, journals of publishes that have ended, and runs of dbt with their results.
    Shows what would go; --yes removes it.
    Versions, publications and the results they stand on, incidents, subscriptions and the audit log stay.

    \b
    meshport registry prune
    meshport registry prune --older-than 90 --yes
    """
    from datetime import datetime, timedelta, timezone

    from meshport.access.principals import acting
    from meshport.registry import open_registry

    before = (datetime.now(timezone.utc) - timedelta(days=days)).isoformat(timespec="microseconds")
    with open_registry(project_dir, registry_url) as registry:
        found = registry.prune(before, actor=acting(project_dir, actor)) if yes else registry.outdated(before)
    emit(Document({"before": before, "removed": yes, "rows": found}, [_rows(found)]), output_format)
    if not yes and any(found.values()):
        say("Nothing is removed yet: --yes removes it.")


def _rows(rows: dict[str, int]) -> Table:
    return Table(["table", "rows"], [[name, count] for name, count in rows.items() if count], empty="Nothing.")
