"""`meshport search`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import Document, Table, emit

if TYPE_CHECKING:
    from meshport.model import Product


class _Found(msgspec.Struct, frozen=True):
    key: str
    title: str
    version: str | None
    status: str
    description: str
    owner: str
    ports: tuple[str, ...]
    matched: tuple[str, ...]
    score: float


@click.command()
@click.argument("words", nargs=-1)
@click.option("--domain", default=None, help="Only products of this domain.")
@click.option("--tag", default=None, metavar="KEY[=VALUE]", help="Only products with this tag.")
@click.option("--classification", default=None, help="Only products that hold this, or a kind of it: pii, pii.email.")
@options.project_dir
@options.registry
@options.output_format
def search(
    words: tuple[str, ...],
    domain: str | None,
    tag: str | None,
    classification: str | None,
    project_dir: Path,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Find published data products.

    Every word must be found in a product's name, title, description, tags, owner, ports or columns; no words find every
    product. In a domain's project its own products that are not published yet are found too.

    \b
    meshport search customer orders
    meshport search --classification pii --format json
    """
    from meshport.access.principals import acting
    from meshport.products import unpublished
    from meshport.registry import open_registry
    from meshport.registry.search import fits, score, split

    query = " ".join(words)
    own = unpublished(project_dir)
    viewer = acting(project_dir, None)
    with open_registry(project_dir, registry_url) as registry:
        hits = registry.search(query, domain=domain, tag=tag, classification=classification, viewer=viewer)
        published = registry.heads(own[0].domain) if own else {}
    found = [
        _found(hit.version.product, hit.version.version, hit.version.status, hit.score, hit.matched) for hit in hits
    ]
    for product in own:
        matched = score(product, split(query))
        if (
            product.key not in published
            and matched is not None
            and domain in (None, product.domain)
            and fits(product, tag=tag, classification=classification)
        ):
            found.append(_found(product, None, "unpublished", *matched))
    found.sort(key=lambda each: (-each.score, each.key))
    emit(Document(msgspec.to_builtins(found), [_table(found)]), output_format)


def _found(product: Product, version: str | None, status: str, score: float, matched: tuple[str, ...]) -> _Found:
    return _Found(
        key=product.key,
        title=product.title,
        version=version,
        status=status,
        description=product.description,
        owner=str(product.owner),
        ports=tuple(port.label for port in product.ports),
        matched=matched,
        score=score,
    )


def _table(found: list[_Found]) -> Table:
    rows: list[list[Any]] = [
        [each.key, each.version, each.status, each.title, ", ".join(each.ports), ", ".join(each.matched)]
        for each in found
    ]
    headings = ["product", "version", "status", "title", "ports", "found in"]
    return Table(headings, rows, empty="No product found.")
