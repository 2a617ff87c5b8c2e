"""`meshport ops cost`."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, emit, say

if TYPE_CHECKING:
    from meshport.mesh import Mesh
    from meshport.operations.cost.budgets import Budget
    from meshport.operations.cost.summary import By
    from meshport.operations.cost.types import Costs
    from meshport.registry import Registry
    from meshport.registry.types import Charge

BY = ("model", "product", "domain", "consumer")
WORDS = {
    "build": "built and tested",
    "publish": "published",
    "read": "read",
    "other": "other statements",
    "idle": "idle",
}
RUNS = "runs"
"""What costs are kept under that are worked out from runs of dbt."""


@click.command()
@click.option("--by", type=click.Choice(BY), default="product", show_default=True, help="What to add up by.")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How far back, with today.")
@click.option("--record", is_flag=True, help="Keep it, for the marketplace and insights; open incidents of budgets.")
@click.option("--fail", is_flag=True, help="End with 3 where a domain is over its budget.")
@options.project_dir
@options.registry
@options.output_format
@click.pass_context
def cost(
    ctx: click.Context,
    by: By,
    days: int,
    record: bool,
    fail: bool,
    project_dir: Path,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Show what models, products, domains and consumers cost.

    On Databricks the bill of the warehouses, each hour of it shared out by what ran then; what nothing ran in is idle.
    Elsewhere the time that recorded runs of dbt took, at the rate of mesh.yml. In a domain's project what it pays and
    what others pay to read its products; elsewhere everything.

    \b
    meshport ops cost
    meshport ops cost --by consumer --days 7
    meshport ops cost --record --fail
    """
    from meshport.access.principals import user
    from meshport.errors import ExitCode
    from meshport.mesh import FILE_NAME, load_mesh
    from meshport.operations.cost import budgets as limited
    from meshport.operations.cost.working_out import asked_from, keep
    from meshport.registry import open_registry

    mesh = load_mesh(project_dir) if (project_dir / FILE_NAME).is_file() else None
    domain = mesh.domain if mesh else None
    now = datetime.now(timezone.utc)
    with open_registry(project_dir, registry_url) as registry:
        platform, found = _found(registry, mesh, days, now)
        limits = limited.limits(found.budgets, domain, mesh.warehouses if mesh else {})
        if domain is not None:
            limits = {name: limit for name, limit in limits.items() if name == domain}
        budgets = limited.budgets(found.charges, limits, found.currency, now)
        for incident in keep(registry, platform, found, budgets, domain, actor=user()) if record else ():
            say(f"Incident: {incident.text}")
    since = asked_from(days, now.date()).isoformat()
    shown = [
        each for each in found.charges if each.day >= since and (domain is None or domain in (each.payer, each.domain))
    ]
    emit(_document(found, shown, since, budgets, by, domain), output_format)
    if fail and any(budget.over for budget in budgets):
        ctx.exit(ExitCode.BLOCKED)


def _found(registry: Registry, mesh: Mesh | None, days: int, now: datetime) -> tuple[str, Costs]:
    """Return what was spent, and what it is kept under: from the bill of the workspace that products are published in,
    else from runs.
    """
    from meshport.mesh import Cost
    from meshport.operations.cost.working_out import first_day, of_bill, of_runs

    domain = mesh.domain if mesh else None
    since, until = first_day(days, now.date()), now.date()
    catalogs = sorted(head.catalog for head in registry.heads(domain).values() if head.catalog_type == "databricks")
    if catalogs:
        here = os.environ.get("DATABRICKS_HOST", "").removeprefix("https://").rstrip("/")
        catalog = next((each for each in catalogs if each.startswith(f"databricks:{here}/")), catalogs[0])
        return catalog.rpartition("/")[0], of_bill(registry, catalog, since, until, domain)
    return RUNS, of_runs(registry, domain, mesh.cost if mesh else Cost(), since, until)


def _document(
    found: Costs, shown: list[Charge], since: str, budgets: list[Budget], by: By, domain: str | None
) -> Document:
    import msgspec

    from meshport.operations.cost.summary import summed, total

    lines, whole = summed(shown, by), total(shown)
    others = total(each for each in shown if domain is not None and each.payer != domain)
    rows = [
        (
            each.name or ("" if each.kind == "idle" else "not known"),
            WORDS[each.kind],
            f"{each.amount:.4f}",
            f"{each.amount / whole:.1%}" if whole else "",
            f"{each.seconds / 3600:.2f}",
        )
        for each in lines
    ]
    rows.append(("together", "", f"{whole:.4f}", "", ""))
    title = f"Costs from {since} to {found.until}, in {found.currency or 'nothing: there is no bill'}"
    blocks: list[Table | Text] = [Table([by, "", "amount", "share", "hours"], rows, title)]
    if others:
        blocks.append(Text(f"Of it {others:.4f} is paid by others, to read products of {domain}."))
    if budgets:
        blocks.append(_budgets(budgets))
    blocks += map(Text, found.notes)
    data = {
        "since": since,
        "until": found.until,
        "currency": found.currency,
        "total": str(whole),
        "paid_by_others": str(others),
        "by": by,
        "lines": msgspec.to_builtins(lines),
        "budgets": [{**msgspec.to_builtins(each), "share": f"{each.share:.4f}", "over": each.over} for each in budgets],
        "notes": found.notes,
    }
    return Document(data, blocks)


def _budgets(budgets: list[Budget]) -> Table:
    rows = [
        (
            each.domain,
            each.month,
            f"{each.limit:.2f}",
            f"{each.spent:.2f}",
            f"{each.share:.1%}",
            f"{each.projected:.2f}",
            "over" if each.over else "will be over" if each.projected > each.limit else "",
        )
        for each in budgets
    ]
    headings = ["domain", "month", "budget", "spent", "share", "by the end", ""]
    return Table(headings, rows, "Budgets")
