"""The judged products: those of `products.yml`, and what is made from them, as a mesh has it after some years.

Of every product there is a `_history` (all versions of its rows), of every other one a `_daily` (counted by day) and of
every third one an `_old` (deprecated, replaced by what it is made from).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import yaml

from meshport.discovery.documents import Document, of_product
from meshport.model import Column, Contract, Owner, Port, Product, Relation
from meshport.registry.types import Signals

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 1, tzinfo=timezone.utc)


def judged() -> list[tuple[Product, Document]]:
    """Return the products, each with what is searched of it; the same at every call."""
    return [
        (product, of_product(product, "1.0.0", status, _certified(number, status), _signals(number, status)))
        for number, (product, status) in enumerate(_all())
    ]


def judgements() -> dict[str, dict[str, int]]:
    """Return the grades by query and product."""
    keys = {product.key for product, _ in _all()}
    found: dict[str, dict[str, int]] = {}
    for query, grades in yaml.safe_load((HERE / "queries.yml").read_text(encoding="utf-8")):
        assert grades.keys() <= keys, query
        found[query] = dict(grades)
        for key, grade in grades.items():
            made = {f"{key}_history": grade - 1, f"{key}_daily": grade - 1, f"{key}_old": 1}
            found[query].update({name: value for name, value in made.items() if name in keys and value})
    return found


def _all() -> Iterator[tuple[Product, str]]:
    written: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "products.yml").read_text(encoding="utf-8"))
    number = 0
    for domain, products in written.items():
        for name, (title, description, owner, ports) in products.items():
            number += 1
            product = _product(domain, name, title, description, owner, ports)
            yield product, "published"
            yield _made(product, "history", f"{title} history", f"Every change of: {description}"), "published"
            if number % 2:
                yield _made(product, "daily", f"{title} per day", f"Counted by day: {description}"), "published"
            if number % 3 == 0:
                yield _made(product, "old", title, description), "deprecated"


def _product(domain: str, name: str, title: str, description: str, owner: str, ports: dict[str, Any]) -> Product:
    return Product(
        domain=domain,
        name=name,
        title=title,
        description=description,
        owner=Owner(owner, f"{owner.split()[0].lower()}@example.com"),
        ports=tuple(_port(domain, name, port, columns) for port, columns in ports.items()),
    )


def _port(domain: str, product: str, name: str, columns: list[Any]) -> Port:
    pairs = [(each, "") if isinstance(each, str) else tuple(each) for each in columns]
    return Port(
        name=name,
        unique_id=f"model.{domain}.{name}",
        source=Relation(domain, "main", name),
        relation=Relation(f"{domain}_published", product, name),
        contract=Contract(enforced=True, columns=tuple(Column(each, description=said) for each, said in pairs)),
    )


def _made(product: Product, kind: str, title: str, description: str) -> Product:
    name = f"{product.name}_{kind}"
    return msgspec.structs.replace(product, name=name, title=title, description=description)


def _certified(number: int, status: str) -> float:
    """Return the share of ports that are certified: it must not bring up what does not fit either."""
    return 0.0 if status == "deprecated" else (number * 5 % 3) / 2


def _signals(number: int, status: str) -> Signals:
    """Return some use and some age: it must not bring up what does not fit."""
    published = NOW - timedelta(days=number * 37 % 400)
    use = 0 if status == "deprecated" else number * 13 % 60
    return Signals(
        subscriptions=use // 4, reads=use * 3, passed=1 - (number * 7 % 5) / 20, published_at=published.isoformat()
    )
