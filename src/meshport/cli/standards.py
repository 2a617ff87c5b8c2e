"""`meshport standards`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meshport.cli import options
from meshport.cli.lazy import LazyGroup
from meshport.cli.output import Document, Table, Text, emit, say

if TYPE_CHECKING:
    from meshport.standards import AccessRule, Standards

COMMANDS = {
    "show": ("meshport.cli.standards:show", "Show the standards that are in force, merged."),
    "update": ("meshport.cli.standards:update", "Read the newest commits of the standards and record them."),
}


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def standards() -> None:
    """Standards of the central team and of this domain."""


@click.command()
@click.option("--origin", is_flag=True, help="Say of each entry which standards and which file it is from.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Show the standards in this folder, with all that they extend, instead of a domain's.",
)
@options.project_dir
@options.output_format
def show(origin: bool, folder: Path | None, project_dir: Path, output_format: str) -> None:
    """Show the standards that are in force, merged.

    What the domain's own folder `standards/` says, on what `mesh.yml` names, on all that this extends. Ends with 4
    where one of them loosens what another says, naming both places, or where a data policy's SQL is no condition.

    \b
    meshport standards show
    meshport standards show --origin
    meshport standards show --folder ../central/standards --format json
    """
    import msgspec

    from meshport.quality.predicate import READ, compile_predicate
    from meshport.standards import load_standards, standards_of

    found = load_standards(folder) if folder else standards_of(project_dir)
    for policy in found.policies.values():
        if policy.type == "data":
            compile_predicate(policy, READ)
    data: dict[str, Any] = msgspec.to_builtins(found)
    if not origin:
        del data["origins"]
    emit(Document(data, list(_blocks(found, origin))), output_format)


@click.command()
@options.project_dir
@options.output_format
def update(project_dir: Path, output_format: str) -> None:
    """Read the newest commits of the standards and record them.

    Tags and branches of git repositories that the standards name are resolved again; `standards.lock` keeps what they
    stand for now. Commit it: until the next update everybody works with the same standards, and without a network.

    \b
    meshport standards update
    """
    from meshport.mesh import load_mesh
    from meshport.standards import standards_of
    from meshport.standards.lock import Lock

    lock = Lock(project_dir, renew=True)
    before = dict(lock.on_file)
    found = standards_of(project_dir, load_mesh(project_dir), lock=lock)
    rows = [[git, ref, before.get((git, ref)), commit] for (git, ref), commit in sorted(lock.pins.items())]
    data = [dict(zip(("git", "ref", "before", "commit"), row, strict=True)) for row in rows]
    headings = ["git", "ref", "before", "now"]
    emit(Document(data, [Table(headings, rows, empty="The standards name no tag or branch.")]), output_format)
    say(f"In force: {found.where}")


def _blocks(found: Standards, origin: bool) -> Iterator[Table | Text]:
    yield Text(f"Standards: {found.where}")
    if found.protection.databricks is not None:
        yield Text(f"Masks on Databricks: {found.protection.databricks}")
    yield _table(
        found,
        "classifications",
        ["classification", "masks", "description"],
        origin,
        ([name, ", ".join(entry.masks), entry.description] for name, entry in found.classifications.items()),
    )
    yield _table(
        found,
        "masks",
        ["mask", "types", "method", "description"],
        origin,
        ([name, ", ".join(e.types), e.method, e.description] for name, e in found.masks.items()),
    )
    yield _table(
        found,
        "tag_templates",
        ["tag", "on", "from", "required", "values"],
        origin,
        (
            [n, ", ".join(e.applies_to), e.source, e.required, ", ".join(e.values)]
            for n, e in found.tag_templates.items()
        ),
    )
    yield _table(
        found,
        "access",
        ["access", "speaks of", "terms", "description"],
        origin,
        (
            [name, ", ".join(rule.classifications) or "every product", "; ".join(terms(rule)), rule.description]
            for name, rule in found.access.items()
        ),
    )
    yield _table(
        found,
        "ranking",
        ["ranking", "weight", "description"],
        origin,
        ([name, entry.weight, entry.description] for name, entry in found.ranking.items()),
    )
    yield _table(
        found,
        "policies",
        ["policy", "severity", "description"],
        origin,
        ([name, policy.severity, policy.spec.description] for name, policy in found.policies.items()),
    )
    yield _table(
        found,
        "lint",
        ["lint", "settings"],
        origin,
        ([name, ", ".join(f"{key} = {value}" for key, value in keys.items())] for name, keys in found.lint.items()),
    )


def terms(rule: AccessRule) -> Iterator[str]:
    """Yield what a rule of access says, in words."""
    if rule.auto_approve:
        yield f"approves {', '.join(rule.auto_approve)}"
    if rule.approvers > 1:
        yield f"{rule.approvers} people approve"
    if rule.longest_days is not None:
        yield f"{rule.longest_days} days at most"
    if rule.notice_days:
        yield f"told {rule.notice_days} days before the end"
    yield from (f"{principal} is {name} in Unity Catalog" for principal, name in rule.principals.items())


def _table(found: Standards, kind: Any, headings: list[str], origin: bool, rows: Iterator[list[Any]]) -> Table:
    if not origin:
        return Table(headings, list(rows), empty=f"No {headings[0]}.")
    return Table(
        [*headings, "from"],
        [[*row, "\n".join(_origins(found, kind, row[0]))] for row in rows],
        empty=f"No {headings[0]}.",
    )


def _origins(found: Standards, kind: Any, name: str) -> Iterator[str]:
    for origin in found.origins[kind][name]:
        changed = f": {', '.join(origin.fields)}" if origin.fields else ""
        yield f"{origin.where} ({origin.standards}){changed}"
