"""`meshport sql`."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, emit, progress, say
from meshport.values import plain

if TYPE_CHECKING:
    from meshport.cli.output import Progress
    from meshport.information_schema import Answer, Sources

MAX_ROWS = 10_000


@click.command()
@click.argument("query", required=False)
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file with the query.")
@click.option("--tables", "list_tables", is_flag=True, help="List the tables.")
@click.option(
    "--export", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write every table as Parquet."
)
@click.option("--timeout", type=click.FloatRange(0), default=30.0, show_default=True, help="Seconds for the query.")
@click.option("--max-rows", type=click.IntRange(1), default=MAX_ROWS, show_default=True, help="Cut the result here.")
@options.project_dir
@options.artifacts
@options.registry
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "markdown", "csv"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
def sql(
    query: str | None,
    file: Path | None,
    list_tables: bool,
    export: Path | None,
    timeout: float,
    max_rows: int,
    project_dir: Path,
    artifacts: Path | None,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Ask the mesh information schema: what there is, who owns it, where columns come from.

    One SELECT of DuckDB over dbt's Information Schema (`dbt.models`, `dbt_rt.run_results`, ...) and `mesh.products`,
    `mesh.ports` and the like, filled from dbt's artifacts, the registry and the standards. Works on any dbt project.
    The query can change nothing and read nothing else.

    \b
    meshport sql --tables
    meshport sql "select name, materialized from dbt.models where access = 'public'"
    meshport sql --file unowned.sql --format csv
    meshport sql --export target/mesh
    """
    from meshport.cli.schema import sources_of
    from meshport.cli.workspace import Workspace

    asked = [
        name
        for name, given in (("QUERY", query), ("--file", file), ("--tables", list_tables), ("--export", export))
        if given
    ]
    if len(asked) != 1:
        raise click.UsageError("Give a query, --file, --tables or --export: one of them.")
    if list_tables:
        _tables(output_format)
        return
    workspace = Workspace(project_dir, artifacts=artifacts, registry_url=registry_url)
    with progress() as shown:
        sources = sources_of(workspace, registry_url, shown)
        if export:
            _export(sources, export, shown)
            return
        text = query if file is None else _text(file)
        answer = _ask(sources, text or "", timeout, max_rows, shown)
    _print(answer, output_format)
    if answer.more:
        say(f"Cut after {max_rows} rows: there are more (--max-rows).")


def _ask(sources: Sources, query: str, timeout: float, max_rows: int, shown: Progress) -> Answer:
    from meshport.information_schema import open_schema, run_limited, seal, tables_named

    shown.step("reading")
    with open_schema(sources, tables_named(query)) as connection:
        seal(connection)
        shown.step("asking")
        return run_limited(connection, query, timeout, max_rows, give_up=lambda: _give_up(timeout))


def _give_up(timeout: float) -> None:
    """End the process: DuckDB is in a step that cannot be interrupted."""
    from meshport.cli import report
    from meshport.errors import ExitCode, InputError

    report(InputError(f"the query did not end within {timeout:g} s", hint="let it make smaller values"))
    os._exit(ExitCode.INPUT)


def _export(sources: Sources, folder: Path, shown: Progress) -> None:
    from meshport.information_schema import TABLES, open_schema
    from meshport.information_schema.export import export

    shown.step("reading")
    with open_schema(sources) as connection:
        for done, (table, path) in enumerate(export(connection, folder, TABLES.values())):
            shown.step(table.key, done, len(TABLES))
            click.echo(path)


def _text(file: Path) -> str:
    from meshport.errors import InputError

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the query cannot be read: {error}", where=str(file)) from error


def _tables(output_format: str) -> None:
    from meshport.information_schema import TABLES

    rows = [[table.key, table.description] for table in TABLES.values()]
    data = [
        {
            "table": table.key,
            "description": table.description,
            "columns": [{"name": column.name, "type": column.type} for column in table.columns],
        }
        for table in TABLES.values()
    ]
    if output_format == "csv":
        _csv(["table", "description"], rows)
    else:
        emit(Document(data, [Table(["table", "description"], rows)]), output_format)


def _print(answer: Answer, output_format: str) -> None:
    headings = [name for name, _ in answer.columns]
    rows = [[plain(value) for value in row] for row in answer.rows]
    if output_format == "csv":
        _csv(headings, rows)
        return
    columns = [{"name": name, "type": kind} for name, kind in answer.columns]
    data = {"columns": columns, "rows": rows, "more": answer.more}
    emit(Document(data, [Table(headings, rows, empty="No rows.")]), output_format)


def _csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV: NULL as nothing, lists and structures as JSON."""
    import msgspec

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(msgspec.json.encode(v).decode() if isinstance(v, (list, dict)) else v for v in row)
    click.echo(text.getvalue(), nl=False)
