"""`meshport domain plan`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import domain_options, options
from meshport.cli.output import emit, say


@click.command()
@click.argument("name")
@domain_options.folder
@domain_options.standards
@options.registry
@options.output_format
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Save the plan: domain apply --plan FILE.")
@click.pass_context
def plan(
    ctx: click.Context,
    name: str,
    folder: Path,
    standards: Path | None,
    registry_url: str | None,
    output_format: str,
    out: Path | None,
) -> None:
    """Show what provisioning a domain would change.

    Reads domains/NAME.yml, the workspace (or the DuckDB files) and the registry; writes nothing. Ends with 3 where an
    infrastructure policy or another gate refuses.

    \b
    meshport domain plan sales
    meshport domain plan sales --format markdown
    meshport domain plan sales --out plan.json && meshport domain apply sales --plan plan.json
    """
    from meshport.cli.domain_site import DomainSite
    from meshport.cli.domain_text import domain_document
    from meshport.domains import apply as applying
    from meshport.errors import ExitCode
    from meshport.plan.files import save_plan

    with DomainSite(folder, name, standards, registry_url).opened() as (site, _):
        made = applying.plan(site, "apply")
    emit(domain_document(made), output_format)
    if out is not None:
        save_plan(made, out)
        say(f"Saved: {out}")
    if made.blocked:
        ctx.exit(ExitCode.BLOCKED)
