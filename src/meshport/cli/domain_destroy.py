"""`meshport domain destroy`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import domain_options, options
from meshport.cli.output import emit, say


@click.command()
@click.argument("name")
@domain_options.folder
@options.registry
@options.output_format
@click.option("--yes", "confirmed", metavar="NAME", help="The domain's name once more, instead of typing it.")
@click.option("--force", is_flag=True, help="Even what holds tables, or publishes products: the data is lost.")
@click.pass_context
def destroy(
    ctx: click.Context,
    name: str,
    folder: Path,
    registry_url: str | None,
    output_format: str,
    confirmed: str | None,
    force: bool,
) -> None:
    """Take away what was made for a domain.

    Only what meshport made goes, whatever the file says now. A catalog or schema that holds a table, and a domain that
    publishes products, are refused without --force. Governed tags stay: they are the whole account's.

    \b
    meshport domain destroy sales
    meshport domain destroy sales --yes sales
    """
    from meshport.cli.domain_site import DomainSite
    from meshport.cli.domain_text import domain_document
    from meshport.domains import apply as applying
    from meshport.errors import ExitCode, InputError

    with DomainSite(folder, name, None, registry_url).opened(destroys=True) as (site, shown):
        made = applying.plan(site, "destroy", force=force)
        emit(domain_document(made), output_format)
        if made.blocked:
            ctx.exit(ExitCode.BLOCKED)
        if made.changes:
            word = (
                confirmed if confirmed is not None else click.prompt("Type the domain's name to destroy it", err=True)
            )
            if word != name:
                raise InputError(f"{word!r} is not the name of the domain: nothing was done", hint=f"--yes {name}")
        if made.changes or made.settled or applying.is_unfinished(site):
            applying.apply_plan(site, made)
            shown.clear()
        if made.changes:
            say(f"Destroyed what was made for {name}. Its file is still there: domains/{name}.yml")
