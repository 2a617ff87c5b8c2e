"""`meshport domain render`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import domain_options
from meshport.cli.output import say


@click.command()
@click.argument("name")
@domain_options.folder
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder of the bundle.",
)
def render(name: str, folder: Path, out: Path) -> None:
    """Render what a domain gets as a Databricks bundle.

    Catalogs, schemas, grants, warehouses and cluster policies, for review or for `databricks bundle deploy`. What
    bundles cannot describe is listed at the top of databricks.yml. Either a bundle or `domain apply` makes them: what
    the bundle made, `domain apply` does not take for its own. Neither the workspace nor the registry is asked.

    \b
    meshport domain render sales --out bundles/sales
    """
    from meshport.deployment.files import write
    from meshport.domains.bundle import files
    from meshport.domains.file import read_domain

    for path in write(out, files(read_domain(folder.resolve(), name).said)):
        say(f"Written: {path}")
