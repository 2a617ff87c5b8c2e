"""`meshport ops slo`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.ops import product, scope_of
from meshport.cli.output import Document, Table, emit
from meshport.operations.slo import DAYS

if TYPE_CHECKING:
    from meshport.operations.slo import Attainment


@click.command()
@product
@click.option("--window", default=f"{DAYS}d", show_default=True, help="How far back: 24h, 7d, 90d.")
@click.option("--fail", is_flag=True, help="End with 3 where an error budget is spent.")
@options.project_dir
@options.registry
@options.output_format
@click.pass_context
def slo(
    ctx: click.Context,
    product: str | None,
    window: str,
    fail: bool,
    project_dir: Path,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Show what was kept of service levels, and what may still go wrong.

    For each port, and each level that its product promises: the share that was kept in the window, and what is left of
    the error budget. Freshness is the share of the time since the port was first published in which its rows were as
    fresh as promised; 99 % of it is the objective. Quality is the share of test results that passed; what the product
    promises is the objective.

    \b
    meshport ops slo
    meshport ops slo sales.customer_orders --window 7d
    meshport ops slo --fail --format markdown
    """
    from datetime import datetime, timezone

    from meshport.contracts.service import seconds_of
    from meshport.errors import ExitCode
    from meshport.operations.slo import attainments
    from meshport.registry import open_registry

    seconds = seconds_of(window)
    if not seconds:
        raise click.UsageError(f"--window {window!r} is no length of time, like 24h or 30d")
    with open_registry(project_dir, registry_url) as registry:
        scope = scope_of(project_dir, product)
        if scope.product is not None:
            registry.require(scope.product)
        found = attainments(registry, scope, timedelta(seconds=seconds), datetime.now(timezone.utc))
    emit(_document(found, window), output_format)
    if fail and any(each.met is False for each in found):
        ctx.exit(ExitCode.BLOCKED)


def _document(found: list[Attainment], window: str) -> Document:
    import msgspec

    headings = ["product", "port", "level", "promised", "objective", "attained", "budget left", "met"]
    rows = [
        (
            each.product,
            each.port,
            each.level,
            each.promised,
            each.said_objective,
            each.said,
            each.said_left,
            {True: "yes", False: "no", None: "unknown"}[each.met],
        )
        for each in found
    ]
    data = [
        {
            **msgspec.to_builtins(each),
            "attained": each.attained,
            "budget": each.budget,
            "left": each.left,
            "met": each.met,
        }
        for each in found
    ]
    return Document(
        {"window": window, "attainments": data},
        [Table(headings, rows, f"Service levels of the last {window}", "No product promises any.")],
    )
