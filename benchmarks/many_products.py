"""A registry with very many products: the subjects of the judged ones, in other places and grains."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import create_engine, insert

from benchmarks.judged.products import judged
from meshport.model import Owner, Product
from meshport.registry import Registry, schema
from meshport.registry.chain import GENESIS, link

AT = "2026-10-01T00:00:00.000000+00:00"
GRAINS = ("hourly", "daily", "weekly", "monthly", "snapshot", "events", "history", "curated", "raw", "forecast")
_AT_ONCE = 5_000


def products(number: int) -> Iterator[Product]:
    """Yield so many products; the same ones at every call."""
    chance = random.Random(1)
    subjects = [product for product, document in judged() if document.status == "published"]
    columns = [column for product in subjects for port in product.ports for column in port.contract.columns]
    places = [
        "".join(chance.choice(("ka", "lo", "mi", "ren", "tor", "us", "vel", "nia")) for _ in range(4))
        for _ in range(3000)
    ]
    for place in range(number):
        subject = subjects[int(len(subjects) * chance.random() ** 2)]
        where, grain = chance.choice(places), chance.choice(GRAINS)
        more = tuple({column.name: column for column in chance.sample(columns, 8)}.values())
        port = subject.ports[0]
        kept = {column.name: column for column in (*port.contract.columns, *more)}
        contract = msgspec.structs.replace(port.contract, columns=tuple(kept.values()))
        yield msgspec.structs.replace(
            subject,
            domain=f"{subject.domain}_{place % 20}",
            name=f"{subject.name}_{where}_{grain}_{place}",
            title=f"{subject.title} {where.title()} {grain}",
            description=f"{subject.description} As the {grain} load of {where.title()} has it.",
            owner=Owner(f"Team {place % 300}", f"team{place % 300}@example.com"),
            tier=chance.choice(("gold", "silver", "bronze")),
            tags={"region": where[:4], "grain": grain},
            ports=(msgspec.structs.replace(port, contract=contract),),
        )


def write_registry(path: Path, number: int) -> None:
    """Make a SQLite registry of so many products, each published once."""
    url = f"sqlite:///{path}"
    Registry.open(url).close()
    engine = create_engine(url)
    hashed, count, domains = GENESIS, 0, set[str]()
    with engine.begin() as connection:
        batch: list[Product] = []

        def flush() -> None:
            nonlocal hashed, count
            rows: dict[str, list[dict[str, object]]] = {
                "domain": [],
                "product": [],
                "version": [],
                "publication": [],
                "audit": [],
            }
            for product in batch:
                count += 1
                if product.domain not in domains:
                    domains.add(product.domain)
                    rows["domain"].append({"domain": product.domain, "description": "", "owner": "{}"})
                place = {"catalog": "published.duckdb", "catalog_type": "duckdb"}
                of = {"product": product.key, "sequence": 1}
                by = {"published_at": AT, "published_by": "user:ann"}
                head = {
                    "key": product.key,
                    "domain": product.domain,
                    "status": "published",
                    "head": 1,
                }
                rows["product"].append({**head, **place})
                document = msgspec.json.encode(product).decode()
                rows["version"].append({**of, **by, "version": "1.0.0", "digest": "x", "document": document})
                rows["publication"].append({**of, **by, **place, "number": 1, "kind": "publish", "plan_digest": "x"})
                hashed = link(hashed, count, AT, "user:ann", "product.publish", product.key, "{}")
                told = {"at": AT, "actor": "user:ann", "action": "product.publish", "subject": product.key}
                rows["audit"].append({"id": count, **told, "detail": "{}", "hash": hashed})
            tables = (schema.domain, schema.product, schema.product_version, schema.publication, schema.audit)
            for table, each in zip(tables, rows.values(), strict=True):
                if each:
                    connection.execute(insert(table), each)
            batch.clear()

        for product in products(number):
            batch.append(product)
            if len(batch) == _AT_ONCE:
                flush()
        if batch:
            flush()
        connection.execute(schema.audit_head.update().values(last=count, hash=hashed))
    engine.dispose()
