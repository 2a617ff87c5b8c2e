"""`meshport query`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, emit, say
from meshport.values import plain

NOTE = (
    "Note: DuckDB files know no users. This command asks for a subscription; whoever can open a published file itself "
    "reads all of it. Protect the files by the rights of their folders."
)


@click.command()
@click.argument("sql")
@click.option(
    "--as",
    "principal",
    required=True,
    metavar="PRINCIPAL",
    help="Who reads: domain:NAME, user:NAME, or a bare domain.",
)
@click.option("--max-rows", type=click.IntRange(1), default=1000, show_default=True, help="Cut the result here.")
@options.project_dir
@options.registry
@options.output_format
def query(
    sql: str, principal: str, max_rows: int, project_dir: Path, registry_url: str | None, output_format: str
) -> None:
    """Query published ports as a principal.

    One SELECT over ports of products that the principal subscribes to, named as `meshport show` prints them. Every
    query is written to the audit log, refused ones too.

    \b
    meshport query --as marketing "select country, count(*) from sales_published.customer_orders.orders_v1 group by 1"
    meshport query --as user:ann@example.com --max-rows 10 --format json "from sales_published.customer_orders.orders"
    """
    from meshport.access.principals import user
    from meshport.access.query import query as run
    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        result = run(registry, principal, sql, actor=user(), max_rows=max_rows)
    rows = [[plain(value) for value in row] for row in result.rows]
    columns = [{"name": name, "type": kind} for name, kind in result.columns]
    table = Table([name for name, _ in result.columns], rows, empty="No rows.")
    emit(Document({"columns": columns, "rows": rows, "more": result.more}, [table]), output_format)
    if result.more:
        say(f"Cut after {max_rows} rows: there are more (--max-rows).")
    _note_once()


def _note_once() -> None:
    """Say once to each user that the files are not protected. Where that cannot be remembered, say it again."""
    import contextlib

    from platformdirs import user_data_path

    marker = user_data_path("meshport", appauthor=False) / "told-that-files-are-not-protected"
    with contextlib.suppress(OSError):
        if marker.exists():
            return
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    say(NOTE)
