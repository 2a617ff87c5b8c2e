"""A registry of any number of products, written as rows: publishing so many would take days.

What pages read is there as publishing and people leave it: documents with two ports, versions, publications with test
results, subscriptions and queries that a few products get most of, requests, ratings, visits, notices. Every twentieth
product has a history of versions, and lineage. Names come from a small vocabulary, so that a search finds many
products, as it does where many teams name things alike.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, create_engine, insert, update

from meshport.model import Column, Contract, Mask, Owner, Port, Product, Relation, Slo, Upstream
from meshport.registry import dialects, schema
from meshport.registry.chain import GENESIS, link
from meshport.registry.migrate import migrate
from meshport.registry.types import ColumnOrigin, PortLineage

# fmt: off
NOUNS = (
    "customer", "order", "invoice", "payment", "shipment", "return", "product", "price", "stock",
    "supplier", "contract", "employee", "visit", "session", "click", "campaign", "lead", "ticket",
    "claim", "policy", "account", "transaction", "balance", "loan", "meter", "reading", "asset",
    "sensor", "route", "vehicle", "driver",
)
QUALITIES = (
    "daily", "monthly", "open", "closed", "late", "first", "active", "lost", "gross",
    "net", "planned", "actual", "regional", "online", "retail",
)
COLUMNS = (
    "id", "email", "last_name", "phone", "birth_date", "country", "segment", "amount", "discount",
    "active", "signed_up_on", "updated_at",
)
# fmt: on
CLASSIFIED = {"email": "pii.email", "last_name": "pii.name", "phone": "pii.phone", "birth_date": "pii.birth_date"}
DOMAINS, PEOPLE = 200, 2000
VERSIONS, EVERY = 12, 20
"""How many versions a product with a history has, and one of how many has one."""
AT = "2026-11-20T{hour:02}:{minute:02}:{second:02}.000000+00:00"
_BATCH = 5000


def fill(url: str, products: int, viewer: str, domain: str) -> None:
    """Make an empty registry at `url` one of so many products. `viewer` is a principal who was here before; `domain`
    is the name of one of the domains.
    """
    engine = create_engine(url)
    dialects.prepare(engine)
    migrate(engine)
    chance = random.Random(1)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("pragma cache_size = -500000")  # KB: the indexes stay in memory while they grow
        domains = [domain, *(f"domain_{number:03}" for number in range(1, DOMAINS))]
        owner = msgspec.json.encode(Owner("Benchmarks", "benchmarks@example.com")).decode()
        _write(connection, schema.domain, ({"domain": name, "description": "", "owner": owner} for name in domains))
        made = [_product(chance, number, domains[number % DOMAINS]) for number in range(products)]
        steps = [(number, each, last) for number, each in enumerate(made) for last in range(1, _versions(number) + 1)]
        _write(connection, schema.product, (_head(each, _versions(number)) for number, each in enumerate(made)))
        _write(connection, schema.product_version, (_version(*step) for step in steps))
        _write(connection, schema.port, (_port_row(each, port) for each in made for port in each.ports))
        _write(connection, schema.publication, (_publication(*step) for step in steps))
        _write(connection, schema.test_result, (row for _, each, last in steps for row in _results(each, last)))
        _write(
            connection, schema.port_lineage, (row for number, each in enumerate(made) for row in _lineage(number, each))
        )
        keys = [each.key for each in made]
        _write(connection, schema.subscription, _subscriptions(chance, keys, viewer))
        _write(connection, schema.rating, _ratings(chance, keys))
        _write(
            connection, schema.visit, ({"product": key, "person": viewer, "visited_at": _at(1)} for key in keys[:50])
        )
        _write(
            connection, schema.bookmark, ({"product": key, "person": viewer, "marked_at": _at(1)} for key in keys[:9])
        )
        _write(connection, schema.notice, _notices(keys, viewer))
        _queries(connection, chance, keys)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("analyze")
    engine.dispose()


def _product(chance: random.Random, number: int, domain: str) -> Product:
    noun, quality, other = chance.choice(NOUNS), chance.choice(QUALITIES), chance.choice(NOUNS)
    name = f"{quality}_{noun}_{number}"
    ports = tuple(_port(domain, name, version) for version in ("1", "2"))
    return Product(
        domain=domain,
        name=name,
        title=f"{quality.title()} {noun}s",
        description=f"Every {quality} {noun} with its {other}, one row each.",
        owner=Owner("Benchmarks", "benchmarks@example.com"),
        tier=chance.choice(("bronze", "silver", "gold")),
        slo=Slo("24h", 0.99),
        tags={"retention": chance.choice(("1y", "2y", "5y"))},
        ports=ports,
    )


def _port(domain: str, name: str, version: str) -> Port:
    columns = tuple(
        Column(
            each,
            "varchar",
            f"The {each} of a row.",
            CLASSIFIED.get(each),
            Mask(each, "hash", {}) if each in CLASSIFIED else None,
        )
        for each in COLUMNS
    )
    identifier = f"{name}_v{version}"
    return Port(
        name=name,
        version=version,
        unique_id=f"model.{domain}.{name}.v{version}",
        source=Relation(domain, "main", identifier),
        relation=Relation(f"{domain}_published", name, identifier),
        description=f"One row each, of {name}.",
        contract=Contract(True, columns),
        upstream=(Upstream(f"model.{domain}.stg_{name}", "model"),),
    )


def _versions(number: int) -> int:
    return 1 if number % EVERY else VERSIONS


def _head(product: Product, head: int) -> dict[str, Any]:
    return {
        "key": product.key,
        "domain": product.domain,
        "status": "published",
        "catalog": f"{product.domain}.duckdb",
        "catalog_type": "duckdb",
        "head": head,
    }


def _version(number: int, product: Product, sequence: int) -> dict[str, Any]:
    """Return a version, each of which describes a column in other words."""
    first, *others = product.ports
    column, *rest = first.contract.columns
    told = msgspec.structs.replace(column, description=f"{column.description} As version {sequence} has it.")
    contract = msgspec.structs.replace(first.contract, columns=(told, *rest))
    changed = msgspec.structs.replace(product, ports=(msgspec.structs.replace(first, contract=contract), *others))
    return {
        "product": product.key,
        "sequence": sequence,
        "version": f"1.0.{sequence - 1}",
        "digest": f"{number:056x}{sequence:08x}",
        "document": msgspec.json.encode(changed).decode(),
        "published_at": _at(number),
        "published_by": "user:benchmarks",
    }


def _port_row(product: Product, port: Port) -> dict[str, Any]:
    return {
        "product": product.key,
        "sequence": 1,
        "label": port.label,
        "name": port.name,
        "version": port.version,
        "unique_id": port.unique_id,
        "database_name": port.relation.database,
        "schema_name": port.relation.schema,
        "identifier": port.relation.identifier,
        "description": port.description,
    }


def _publication(number: int, product: Product, sequence: int) -> dict[str, Any]:
    return {
        "product": product.key,
        "number": sequence,
        "sequence": sequence,
        "kind": "publish",
        "plan_digest": f"{number:056x}{sequence:08x}",
        "catalog": f"{product.domain}.duckdb",
        "catalog_type": "duckdb",
        "published_at": _at(number),
        "published_by": "user:benchmarks",
    }


def _results(product: Product, number: int) -> Iterator[dict[str, Any]]:
    for port in product.ports:
        for position, kind in enumerate(("unique", "not_null"), 1):
            yield {
                "product": product.key,
                "number": number,
                "label": port.label,
                "position": position,
                "rule_id": f"test.{port.label}.{kind}",
                "rule_name": f"{kind}_id",
                "rule_kind": kind,
                "rule_column": "id",
                "status": "pass",
                "failures": 0,
                "executed_at": _at(position),
            }


def _subscriptions(chance: random.Random, keys: list[str], viewer: str) -> Iterator[dict[str, Any]]:
    """Two for each product on average, most of them to few; twenty of the viewer; one wish in fifty."""
    row = {"requested_by": "user:a", "requested_at": _at(1), "purpose": "benchmarks"}
    pairs = {(_popular(chance, keys), f"user:p{chance.randrange(PEOPLE)}") for _ in range(2 * len(keys))}
    for product, principal in (*sorted(pairs), *((key, viewer) for key in keys[100:120])):
        state = "active" if principal == viewer or chance.randrange(50) else "requested"
        yield {"product": product, "principal": principal, "state": state, **row}


def _lineage(number: int, product: Product) -> Iterator[dict[str, Any]]:
    """Every column read from the raw table through a staged one."""
    if number % EVERY:
        return
    for port in product.ports:
        staged, raw = f"model.{product.domain}.stg_{product.name}", f"source.{product.domain}.raw.{product.name}"
        steps = ((port.unique_id, staged), (staged, raw))
        found = PortLineage(
            port.unique_id,
            {port.unique_id: port.name, staged: f"stg_{product.name}", raw: product.name},
            tuple(ColumnOrigin(to, name, node, name, "copy") for name in COLUMNS for to, node in steps),
            {name: f"stg.{name}" for name in COLUMNS},
        )
        document = msgspec.json.encode(found).decode()
        yield {"product": product.key, "label": port.label, "document": document, "recorded_at": _at(1)}


def _notices(keys: list[str], viewer: str) -> Iterator[dict[str, Any]]:
    """Half of them read."""
    for number, key in enumerate(keys[:60]):
        said = {"kind": "version", "product": key, "text": f"{key} is at version 1.0.0", "at": _at(number)}
        read = {"read_at": _at(number) if number % 2 else None}
        yield {"recipient": viewer, "occasion": f"version/{key}", **said, **read}


def _ratings(chance: random.Random, keys: list[str]) -> Iterator[dict[str, Any]]:
    pairs = {(_popular(chance, keys), f"user:p{chance.randrange(PEOPLE)}") for _ in range(len(keys))}
    for product, person in sorted(pairs):
        stars = chance.randint(1, 5)
        yield {"product": product, "person": person, "stars": stars, "comment": "", "rated_at": _at(stars)}


def _queries(connection: Connection, chance: random.Random, keys: list[str]) -> None:
    """Five for each product on average, in the audit log, whose chain holds."""
    last, hashed, rows = 0, GENESIS, []
    for last in range(1, 5 * len(keys) + 1):
        at, actor, subject = _at(last), f"user:p{chance.randrange(PEOPLE)}", _popular(chance, keys)
        hashed = link(hashed, last, at, actor, "query", subject, "{}")
        rows.append({"id": last, "at": at, "actor": actor, "action": "query", "subject": subject, "detail": "{}"})
        rows[-1]["hash"] = hashed
    _write(connection, schema.audit, iter(rows))
    connection.execute(update(schema.audit_head).values(last=last, hash=hashed))


def _popular(chance: random.Random, keys: list[str]) -> str:
    """Return a product: a tenth of them gets about half of everything."""
    return keys[int(len(keys) * chance.random() ** 3)]


def _at(number: int) -> str:
    return AT.format(hour=number // 3600 % 24, minute=number // 60 % 60, second=number % 60)


def _write(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, _BATCH)):
        connection.execute(insert(table), batch)
