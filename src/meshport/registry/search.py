"""Finding products by words. Every word must be found somewhere; where it is found decides the order.

Plain and portable: the database narrows down by one text per product, the rest is arithmetic in `score`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, or_

from meshport.model import Product
from meshport.registry import products, schema
from meshport.registry.types import SearchHit

# What a word is worth by the field it is found in ...
WEIGHTS = {"key": 8.0, "title": 6.0, "port": 4.0, "tag": 3.0, "column": 3.0, "owner": 2.0, "description": 2.0}
# ... times how it fits there: a whole word, the beginning of one, inside one.
WHOLE, BEGINNING, INSIDE = 1.0, 0.75, 0.5

_NOT_A_WORD = re.compile(r"[\W_]+")


def search(
    connection: Connection,
    query: str,
    *,
    domain: str | None,
    tag: str | None,
    classification: str | None,
    viewer: str | None,
) -> list[SearchHit]:
    """Return the products in which every word of `query` is found, best first, equal ones by key.

    `tag` is a key or `key=value`; `classification` is exact or a family (`pii` finds `pii.email`). A retired product is
    found by its own domain alone: `viewer` is the principal who searches (`domain:sales`).
    """
    words = split(query)
    candidates = products.select_heads()
    for word in words:
        candidates = candidates.where(schema.product.c.search_text.contains(word, autoescape=True))
    if domain is not None:
        candidates = candidates.where(schema.product.c.domain == domain)
    own = (viewer or "").removeprefix("domain:") if (viewer or "").startswith("domain:") else None
    candidates = candidates.where(or_(schema.product.c.status != "retired", schema.product.c.domain == own))
    hits = []
    for version in products.read_versions(connection, candidates):
        found = score(version.product, words)
        if found is not None and fits(version.product, tag=tag, classification=classification):
            hits.append(SearchHit(version, *found))
    return sorted(hits, key=lambda hit: (-hit.score, hit.version.product.key))


def split(query: str) -> list[str]:
    """Return the words of a query, each once, without case."""
    return list(dict.fromkeys(query.casefold().split()))


def search_text(product: Product) -> str:
    """Return everything of a product that words are looked up in, without case."""
    return "\n".join(text.casefold() for _, text in _fields(product))


def score(product: Product, words: Sequence[str]) -> tuple[float, tuple[str, ...]] | None:
    """Return how well a product fits, and the fields that fit, best first; None where a word is in no field.

    Each word counts once, where it fits best. No words fit everything equally.
    """
    fields = [(name, text.casefold()) for name, text in _fields(product)]
    best: dict[str, float] = {}
    total = 0.0
    for word in words:
        value, field = max(((_fit(word, text) * WEIGHTS[name], name) for name, text in fields), default=(0.0, ""))
        if not value:
            return None
        total += value
        best[field] = max(value, best.get(field, 0.0))
    return total, tuple(sorted(best, key=lambda name: (-best[name], name)))


def fits(product: Product, *, tag: str | None, classification: str | None) -> bool:
    """Return whether a product carries a tag (`key` or `key=value`) and a classification (or one of its family)."""
    if tag is not None and tag not in {text for pair in _tags(product) for text in (pair[0], "=".join(pair))}:
        return False
    if classification is None:
        return True
    held = [column.classification for port in product.ports for column in port.contract.columns]
    return any(name == classification or (name or "").startswith(f"{classification}.") for name in held)


def _fields(product: Product) -> Iterator[tuple[str, str]]:
    yield "key", product.key
    yield "title", product.title
    yield "description", product.description
    yield "owner", str(product.owner)
    for pair in _tags(product):
        yield "tag", "=".join(pair)
    for port in product.ports:
        yield "port", port.label
        yield "description", port.description
        for column in port.contract.columns:
            yield "column", column.name


def _tags(product: Product) -> Iterator[tuple[str, str]]:
    yield from product.tags.items()
    for port in product.ports:
        yield from port.tags.items()
        for column in port.contract.columns:
            yield from column.tags.items()


def _fit(word: str, text: str) -> float:
    if word not in text:
        return 0.0
    parts = _NOT_A_WORD.split(text)
    if word == text or word in parts:
        return WHOLE
    return BEGINNING if text.startswith(word) or any(part.startswith(word) for part in parts) else INSIDE
