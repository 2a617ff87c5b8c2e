"""`meshport show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.output import emit

if TYPE_CHECKING:
    from meshport.cli.show_text import Shown
    from meshport.registry import Registry


@click.command()
@click.argument("product")
@options.project_dir
@options.registry
@options.output_format
def show(product: str, project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Show one data product.

    Its owner, terms and state, its ports with columns and how to connect, what its tests said when it was published,
    and its newest publications. In a domain's project its own products are shown before they are published, too.

    \b
    meshport show sales.customer_orders
    meshport show sales.customer_orders --format markdown
    """
    from meshport.cli.show_text import Shown, show_document
    from meshport.products import unpublished
    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        own = {each.key: each for each in unpublished(project_dir)}
        if product in own and registry.head(product) is None:
            shown = Shown(product=own[product], status="unpublished")
        else:
            shown = _published(registry, product)
    emit(show_document(shown), output_format)


def _published(registry: Registry, key: str) -> Shown:
    """Read what the registry knows of a product. Raises InputError with near names where it knows nothing."""
    from meshport.cli.show_text import Shown

    version = registry.require(key)
    history = registry.publications(key)
    tested = next((each for each in history if each.passed or each.warned or each.failed), None)
    return Shown(
        product=version.product,
        status=version.status,
        version=version.version,
        published_at=version.published_at,
        published_by=version.published_by,
        catalog=version.catalog,
        catalog_type=version.catalog_type,
        ports=registry.port_status(key),
        results=registry.evidence(key, tested.number) if tested else {},
        history=tuple(history[:5]),
    )
