"""The order in which `meshport search` put products before there was `meshport.discovery`: a peer to compare with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meshport.model import Product

# What a word is worth by the field it is found in ...
WEIGHTS = {"key": 8.0, "title": 6.0, "port": 4.0, "tag": 3.0, "column": 3.0, "owner": 2.0, "description": 2.0}
# ... times how it fits there: a whole word, the beginning of one, inside one.
WHOLE, BEGINNING, INSIDE = 1.0, 0.75, 0.5

_NOT_A_WORD = re.compile(r"[\W_]+")


def search(products: Sequence[Product], query: str) -> list[str]:
    """Return the keys of the products in which every word is found, best first, equal ones by key."""
    words = list(dict.fromkeys(query.casefold().split()))
    scores = {product.key: found for product in products if (found := score(product, words)) is not None}
    return sorted(scores, key=lambda key: (-scores[key], key))


def score(product: Product, words: Sequence[str]) -> float | None:
    """Return how well a product fits; None where a word is in no field. Each word counts once, where it fits best."""
    fields = [(name, text.casefold()) for name, text in _fields(product)]
    total = 0.0
    for word in words:
        value = max((_fit(word, text) * WEIGHTS[name] for name, text in fields), default=0.0)
        if not value:
            return None
        total += value
    return total


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
