"""`meshport serve`."""

from __future__ import annotations

from pathlib import Path

import click

from meshport.cli import options
from meshport.cli.output import say


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="The port to listen at.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    show_default="<project>/marketplace.yml",
    help="How people sign in.",
)
@options.project_dir
@options.registry
def serve(host: str, port: int, config: Path | None, project_dir: Path, registry_url: str | None) -> None:
    """Serve the marketplace: search, judge, ask for and read data products in a browser.

    Without a sign-in (`oidc` in marketplace.yml) it answers this machine alone, and says whom it takes you for.

    \b
    meshport serve
    meshport serve --registry postgresql+psycopg://mesh@db/mesh --config marketplace.yml --host 0.0.0.0
    """
    from meshport.errors import InputError

    try:
        from meshport.marketplace.server import local_identity
        from meshport.marketplace.server import serve as run
    except ModuleNotFoundError as error:
        raise InputError(f"the marketplace needs {error.name}", hint="pip install 'meshport[marketplace]'") from error
    from meshport.marketplace.settings import FILE_NAME, load_settings

    settings = load_settings(config or project_dir / FILE_NAME)

    def ready(address: str) -> None:
        say(f"Marketplace at {address} (Ctrl+C ends it)")
        if settings.oidc is None:
            person = local_identity(project_dir).person
            say(f"Nobody signs in: it is for this machine alone, and takes you for {person}.")

    run(project_dir, settings, host=host, port=port, registry_url=registry_url, ready=ready)
