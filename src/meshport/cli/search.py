"""`meshport search`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from meshport.cli import options
from meshport.cli.output import Document, Table, emit, say

if TYPE_CHECKING:
    from meshport.discovery import Hit, Results

_NOT_QUITE = {
    "near": "No product has these words; these have words that come near.",
    "some": "No product has all of these words; these have some of them.",
}


class _Term(msgspec.Struct, frozen=True):
    name: str
    value: float
    weight: float
    points: float
    why: str


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
    terms: tuple[_Term, ...] | msgspec.UnsetType = msgspec.UNSET


@click.command()
@click.argument("words", nargs=-1)
@click.option("--domain", default=None, help="Only products of this domain.")
@click.option("--tag", default=None, metavar="KEY[=VALUE]", help="Only products with this tag.")
@click.option("--classification", default=None, help="Only products that hold this, or a kind of it: pii, pii.email.")
@click.option("--owner", default=None, help="Only products of this owner: name or e-mail address.")
@click.option("--column", default=None, help="Only products with this column: its name, or words that are in it.")
@click.option("--explain", is_flag=True, help="Show how each score comes about: value times weight, term by term.")
@click.option("--facets", is_flag=True, help="Count results by domain, tag, classification, owner, status, tier.")
@options.project_dir
@options.registry
@options.output_format
def search(
    words: tuple[str, ...],
    domain: str | None,
    tag: str | None,
    classification: str | None,
    owner: str | None,
    column: str | None,
    explain: bool,
    facets: bool,
    project_dir: Path,
    registry_url: str | None,
    output_format: str,
) -> None:
    """Find published data products.

    Words are looked for in a product's name, title, description, domain, tags, owner, ports and columns; a word finds
    longer ones that begin with it. Where no product has them all, misspelt words are found, and products that have most
    of them. No words find every product. In a domain's project its own products that are not published yet are found
    too.

    \b
    meshport search customer orders
    meshport search --classification pii --format json
    meshport search --column order_id --explain
    """
    from meshport.access.principals import acting
    from meshport.discovery import Discovery, Query
    from meshport.discovery.documents import of_product
    from meshport.discovery.folders import index_folder
    from meshport.products import unpublished
    from meshport.registry import open_registry
    from meshport.standards import standards_of

    query = Query(
        text=" ".join(words),
        domain=domain,
        tag=tag,
        classification=classification,
        owner=owner,
        column=column,
        viewer=acting(project_dir, None),
        size=None,
        facets=facets,
    )
    own = unpublished(project_dir)
    with open_registry(project_dir, registry_url) as registry:
        published = registry.heads(own[0].domain) if own else {}
        also = [of_product(product, None, "unpublished") for product in own if product.key not in published]
        found = Discovery.open(registry, standards_of(project_dir), cache=index_folder()).search(query, also)
    if found.total and found.asking.found_by in _NOT_QUITE:
        say(_NOT_QUITE[found.asking.found_by])
    emit(_document(found, explain=explain, facets=facets), output_format)


def _document(results: Results, *, explain: bool, facets: bool) -> Document:
    found = msgspec.to_builtins([_found(hit, explain=explain) for hit in results.hits])
    blocks = [_table(results)]
    if explain:
        blocks += [_explained(hit) for hit in results.hits]
    if not facets:
        return Document(found, blocks)
    counted = {
        facet: {count.value: count.products for count in counts} for facet, counts in results.facets.items() if counts
    }
    rows = [[facet, value, number] for facet, counts in counted.items() for value, number in counts.items()]
    blocks.append(Table(["by", "value", "products"], rows, title="Counted", empty="Nothing to count."))
    return Document({"products": found, "facets": counted}, blocks)


def _found(hit: Hit, *, explain: bool) -> _Found:
    document = hit.document
    return _Found(
        key=document.key,
        title=document.title,
        version=document.version,
        status=document.status,
        description=document.description,
        owner=document.owner,
        ports=tuple(port.name for port in document.ports),
        matched=hit.matched,
        score=hit.score,
        terms=tuple(_terms(hit)) if explain else msgspec.UNSET,
    )


def _terms(hit: Hit) -> Iterator[_Term]:
    for term in hit.terms:
        yield _Term(term.name, term.value, term.weight, term.points, term.why)


def _table(results: Results) -> Table:
    rows: list[list[Any]] = [
        [
            hit.document.key,
            hit.document.version,
            hit.document.status,
            hit.document.title,
            ", ".join(port.name for port in hit.document.ports),
            ", ".join(hit.matched),
        ]
        for hit in results.hits
    ]
    headings = ["product", "version", "status", "title", "ports", "found in"]
    return Table(headings, rows, empty="No product found.")


def _explained(hit: Hit) -> Table:
    rows: list[list[Any]] = [
        [term.name, *_numbers(term.value, term.weight, term.points), term.why] for term in hit.terms
    ]
    rows.append(["score", None, None, *_numbers(hit.score), None])
    return Table(["term", "value", "weight", "points", "because"], rows, title=hit.document.key)


def _numbers(*numbers: float) -> list[str]:
    return [f"{number:.3f}" for number in numbers]
