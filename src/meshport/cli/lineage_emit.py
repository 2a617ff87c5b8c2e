"""`meshport lineage emit`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from meshport.cli import options
from meshport.cli.output import Document, Text, progress, say
from meshport.cli.output import emit as show

if TYPE_CHECKING:
    from meshport.cli.output import Progress
    from meshport.cli.workspace import Workspace
    from meshport.openlineage import Naming


@click.command()
@click.option(
    "--to", envvar="OPENLINEAGE_URL", metavar="FILE|URL", help="Where to: a file (NDJSON), or a lineage server's URL."
)
@click.option("--dry-run", is_flag=True, help="Print the events, one a line, and send nothing.")
@click.option(
    "--namespace",
    envvar="OPENLINEAGE_NAMESPACE",
    show_default="the domain, else the dbt project",
    help="The namespace of the jobs.",
)
@click.option(
    "--dataset-namespace",
    metavar="NAMESPACE",
    show_default="what the dbt profile connects to",
    help="The namespace of the datasets, such as databricks://HOST.",
)
@click.option("--sql", is_flag=True, help="Send SQL along: of each job, and the formula of each column.")
@options.strict_lineage
@options.project_dir
@options.artifacts
@options.target
@options.output_format
@click.pass_context
def emit(
    ctx: click.Context,
    to: str | None,
    dry_run: bool,
    namespace: str | None,
    dataset_namespace: str | None,
    sql: bool,
    strict: bool,
    project_dir: Path,
    artifacts: Path | None,
    target: str | None,
    output_format: str,
) -> None:
    """Send lineage as OpenLineage events.

    Reads dbt's artifacts. Each model, snapshot and seed that dbt ran gives the start and the end of its run, each other
    one an event of its design; with columns, column lineage, owners and the results of tests. A key for the server is
    taken from OPENLINEAGE_API_KEY.

    \b
    meshport lineage emit --to lineage.ndjson
    meshport lineage emit --to https://lineage.example.com
    meshport lineage emit --dry-run --dataset-namespace databricks://adb-1.azuredatabricks.net
    """
    import msgspec

    from meshport.cli.workspace import Workspace
    from meshport.errors import ExitCode, InputError
    from meshport.lineage.coverage import coverage
    from meshport.openlineage import Counts, Settings, events

    if to is None and not dry_run:
        raise InputError("nobody said where to", hint="name a file or a URL with --to, or look with --dry-run")
    workspace = Workspace(project_dir, artifacts=artifacts, target=target)
    project = workspace.project
    settings = Settings(
        namespace=namespace or (workspace.mesh.domain if workspace.is_domain else project.name),
        naming=_naming(workspace, dataset_namespace),
        sql=sql,
    )
    counts = Counts()
    encode = msgspec.json.Encoder().encode
    with progress() as shown:
        lineage = workspace.lineage(shown)
        made = map(encode, events(project, lineage, settings, counts, shown.step))
        sent = _print(made) if dry_run or to is None else _hand_over(made, to, shown)
    known = coverage(project, lineage)
    if not dry_run:
        data = {"to": to, "events": sent, **msgspec.to_builtins(counts), "coverage": known}
        show(Document(data, [Text(f"{sent:,} events: {_summary(counts)}.")]), output_format)
    say(str(known))
    if strict and not known.complete:
        ctx.exit(ExitCode.BLOCKED)


def _summary(counts: Any) -> str:
    failed = f" ({counts.failed:,} failed)" if counts.failed else ""
    return f"{counts.runs:,} jobs that ran{failed}, {counts.designs:,} that did not, {counts.tests:,} runs of tests"


def _print(made: Iterator[bytes]) -> int:
    count = 0
    for event in made:
        click.echo(event)
        count += 1
    return count


def _hand_over(made: Iterator[bytes], to: str, shown: Progress) -> int:
    """Write events to a file or send them to a server, and return how many."""
    if "://" not in to:
        from meshport.openlineage.files import write_events

        return write_events(made, Path(to))
    from meshport.openlineage.sending import Receiver, endpoint

    def tell(message: str) -> None:
        shown.clear()
        say(message)

    url = endpoint(to, os.environ.get("OPENLINEAGE_ENDPOINT"))
    return Receiver(url, os.environ.get("OPENLINEAGE_API_KEY"), tell=tell).send(made)


def _naming(workspace: Workspace, namespace: str | None) -> Naming:
    """Return how datasets are named: as said, else by what the project's profile connects to.

    Raises InputError where that is not said and cannot be told.
    """
    from meshport.errors import InputError
    from meshport.inputs.folder import read_descriptions
    from meshport.openlineage import Naming
    from meshport.openlineage.naming import namespace_of, profile_keys

    adapter = workspace.project.adapter_type
    if namespace is not None:
        return Naming(adapter, namespace)
    if adapter == "duckdb":
        inputs = read_descriptions(workspace.project_dir).values()
        files = {each.database: (workspace.project_dir / each.path).resolve() for each in inputs if each.path}
        return Naming(adapter, _duckdb(workspace), {name: f"duckdb://{path}" for name, path in files.items()})
    keys = profile_keys(adapter)
    found = namespace_of(adapter, _profile(workspace, keys) if keys else {})
    if found is None:
        raise InputError(
            f"the profile does not say where the datasets of {adapter or 'this project'} are",
            hint="name their namespace: --dataset-namespace; see https://openlineage.io/docs/spec/naming",
        )
    return Naming(adapter, found)


def _duckdb(workspace: Workspace) -> str:
    """Return the namespace of the project's DuckDB file."""
    path = _profile(workspace, ("path",)).get("path", ":memory:")
    on_disk = ":" not in path  # `:memory:`, or `md:` of a service
    return f"duckdb://{(workspace.project_dir / path).resolve() if on_disk else path}"


def _profile(workspace: Workspace, keys: tuple[str, ...]) -> dict[str, str]:
    """Return these keys of the profile's target. Nothing else of it is looked at: there are passwords in it."""
    from meshport.errors import InputError
    from meshport.health.profile import render
    from meshport.health.types import Place, read_yaml

    place = Place(workspace.project_dir, workspace.target)
    try:
        chosen = place.profile
        output = read_yaml(chosen.file)[render(str(place.dbt_project["profile"]))]["outputs"][chosen.target]
    except InputError as error:
        error.hint = f"{error.hint or 'mend it'}; or name the namespace of the datasets: --dataset-namespace"
        raise
    return {key: render(str(output[key])) for key in keys if output.get(key) is not None}
