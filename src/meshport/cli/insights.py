"""`meshport insights`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from meshport.cli import options
from meshport.cli.output import Document, Table, Text, emit

if TYPE_CHECKING:
    from meshport.insights import DomainInsights, MeshInsights, ProductEvidence, ProductInsights, Scores
    from meshport.plan.types import Certification
    from meshport.registry.types import Subscription

_SIGNS = {True: "yes", False: "no", None: "unknown"}


@click.command()
@click.argument("name", required=False, metavar="[PRODUCT|DOMAIN]")
@options.project_dir
@options.registry
@options.output_format
def insights(name: str | None, project_dir: Path, registry_url: str | None, output_format: str) -> None:
    """Show how a product, a domain or the whole mesh stands, and on what evidence.

    A product (`sales.orders`): the characteristics of a data product with their evidence, who reads it, what it
    promised, what its certification lacks. A domain: what its owners have to decide, and how its products stand.
    Without a name: the mesh by domain, and products that nobody uses. What nothing shows is unknown, and never
    counted as right.

    \b
    meshport insights
    meshport insights sales
    meshport insights sales.orders --format markdown
    meshport insights --format json
    """
    from meshport.insights import domain_insights, mesh_insights, product_insights
    from meshport.registry import open_registry

    with open_registry(project_dir, registry_url) as registry:
        if name is None:
            document = _mesh(mesh_insights(registry))
        elif "." in name:
            document = _product(product_insights(registry, name))
        else:
            document = _domain(domain_insights(registry, name))
    emit(document, output_format)


def _product(found: ProductEvidence) -> Document:
    from meshport.insights import BY_NAME

    product = found.insights
    evidence = [
        (name, piece.subject, piece.claim, _SIGNS[piece.met], piece.detail)
        for name, pieces in found.evidence.items()
        for piece in pieces
    ]
    values = [(name, BY_NAME[name].question, str(score)) for name, score in product.scores.items()]
    blocks: list[Table | Text] = [
        Text(f"{product.key}  {product.title}  v{product.version}  {product.status}"),
        Text(_use(product)),
        Table(["characteristic", "question", "value"], values, "Characteristics"),
        Table(["characteristic", "of", "claim", "holds", "detail"], evidence, "Evidence"),
        _levels([product]),
        _certified([product]),
        _requests(found.requests),
        _changes([product]),
    ]
    data = {
        **_product_data(product),
        "evidence": {
            name: [
                {"subject": piece.subject, "claim": piece.claim, "met": piece.met, "detail": piece.detail}
                for piece in pieces
            ]
            for name, pieces in found.evidence.items()
        },
        "requests": [_request_data(each) for each in found.requests],
    }
    return Document(data, blocks)


def _domain(found: DomainInsights) -> Document:
    rows = [
        (
            each.key,
            each.status,
            len(each.subscribers),
            each.read,
            "" if each.liking.mean is None else f"{each.liking.mean:.1f} by {each.liking.people}",
        )
        for each in found.products
    ]
    blocks: list[Table | Text] = [
        Text(f"Domain {found.domain}: {len(found.products)} products"),
        _requests(found.requests),
        Table(["product", "status", "subscribers", "queries in 90 days", "stars"], rows, "Products"),
        *_values([(each.key, each.scores) for each in found.products] + [("together", found.scores)], "product"),
        _levels(found.products),
        _certified(found.products),
        _changes(found.products),
    ]
    data = {
        "domain": found.domain,
        "scores": _scores_data(found.scores),
        "requests": [_request_data(each) for each in found.requests],
        "products": [_product_data(each) for each in found.products],
    }
    return Document(data, blocks)


def _mesh(found: MeshInsights) -> Document:
    import msgspec

    domains = [
        (
            each.domain,
            each.owner or "nobody",
            f"{each.owned} of {each.products}",
            f"{each.classified} of {each.columns}",
            f"{each.masked} of {each.classified}",
            f"{each.tested} of {each.products}",
            f"{each.checked} of {each.products}",
            each.failing,
        )
        for each in found.domains
    ]
    headings = ["domain", "owner", "owned", "classified", "masked", "tested", "data policies", "failing"]
    blocks: list[Table | Text] = [
        *_values([(each.domain, each.scores) for each in found.domains] + [("together", found.scores)], "domain"),
        Table(headings, domains, "Ownership, classification and coverage", "Nothing is published yet."),
        Table(
            ["domain", "classification", "columns", "masked"],
            [(each.domain, each.classification, each.columns, each.masked) for each in found.classifications],
            "Classifications",
        ),
        Table(
            ["month", "passed", "warned", "failed"],
            [(each.month, each.passed, each.warned, each.failed) for each in found.months],
            "Results that products were published on",
        ),
        Table(
            ["product", "title", "owner", "published"],
            [(each.key, each.title, each.owner, each.published_at) for each in found.unused],
            "Products that nobody uses",
            "None.",
        ),
        *map(Text, found.not_recorded),
    ]
    data = {
        "scores": _scores_data(found.scores),
        "domains": [
            {
                **{key: value for key, value in msgspec.structs.asdict(each).items() if key != "scores"},
                "scores": _scores_data(each.scores),
            }
            for each in found.domains
        ],
        **{name: msgspec.to_builtins(getattr(found, name)) for name in ("classifications", "months", "unused")},
        "not_recorded": found.not_recorded,
    }
    return Document(data, blocks)


def _values(rows: list[tuple[str, Scores]], of: str) -> list[Table]:
    """Return the characteristics as two tables: one with all ten is wider than a terminal."""
    from meshport.insights import CHARACTERISTICS

    names = [each.name for each in CHARACTERISTICS]
    halves = (names[:5], names[5:])
    return [
        Table([of, *half], [(key, *(str(scores[name]) for name in half)) for key, scores in rows], title)
        for half, title in zip(halves, ("Characteristics", None), strict=True)
    ]


def _use(product: ProductInsights) -> str:
    stars = "not rated" if product.liking.mean is None else f"{product.liking.mean:.1f} of 5 stars"
    readers = ", ".join(product.subscribers) or "nobody"
    return f"Read by {readers}; {product.read} queries in 90 days; {stars}"


def _requests(requests: tuple[Subscription, ...]) -> Table:
    rows = [
        (each.product, each.principal, each.purpose or each.reason or "", each.requested_at[:10]) for each in requests
    ]
    return Table(["product", "who", "what for", "asked"], rows, "Requests to decide", "None.")


def _levels(products: list[ProductInsights] | tuple[ProductInsights, ...]) -> Table:
    rows = [
        (each.key, level.name, level.promised, level.found, _SIGNS[level.met])
        for each in products
        for level in each.levels
    ]
    return Table(["product", "level", "promised", "found", "met"], rows, "Service levels", "None is promised.")


def _certified(products: list[ProductInsights] | tuple[ProductInsights, ...]) -> Table:
    rows = [
        (each.key, label, said.status or "no", "; ".join(said.missing))
        for each in products
        for label, said in each.certifications.items()
    ]
    return Table(["product", "port", "certified", "missing"], rows, "Certification")


def _changes(products: list[ProductInsights] | tuple[ProductInsights, ...]) -> Table:
    rows = [
        (
            f"{each.key}.{pending.change.port}".rstrip("."),
            "; ".join(pending.change.changes),
            pending.change.goes_on,
            ", ".join(pending.waiting),
        )
        for each in products
        for pending in each.pending
    ]
    return Table(["port", "change", "goes on", "waits for"], rows, "Announced changes", "None.")


def _product_data(product: ProductInsights) -> dict[str, object]:
    import msgspec

    return {
        "key": product.key,
        "title": product.title,
        "status": product.status,
        "version": product.version,
        "scores": _scores_data(product.scores),
        "subscribers": product.subscribers,
        "queries": msgspec.to_builtins(product.queries),
        "stars": product.liking.mean,
        "rated_by": product.liking.people,
        "levels": msgspec.to_builtins(product.levels),
        "certifications": {label: _certification_data(each) for label, each in product.certifications.items()},
        "announced": [{**msgspec.to_builtins(each.change), "waiting": each.waiting} for each in product.pending],
    }


def _certification_data(found: Certification) -> dict[str, object]:
    return {"status": found.status, "missing": found.missing}


def _scores_data(scores: Scores) -> dict[str, object]:
    return {name: {"low": score.low, "high": score.high, "said": str(score)} for name, score in scores.items()}


def _request_data(each: Subscription) -> dict[str, object]:
    return {
        "product": each.product,
        "principal": each.principal,
        "purpose": each.purpose or each.reason,
        "requested_at": each.requested_at,
        "requested_by": each.requested_by,
    }
