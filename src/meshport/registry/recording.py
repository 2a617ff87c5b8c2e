"""Recording what was published: product, version, ports, builds and test results, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert, select, update

from meshport.errors import BlockedError
from meshport.model import Owner, Product
from meshport.registry import audit, column_lineage, dialects, notices, publications, schema
from meshport.registry.clock import now
from meshport.registry.types import Publication, PublicationRecord


def record(connection: Connection, entry: PublicationRecord) -> Publication:
    """Record a publication of a product, and its new version where the definition changed. Returns the publication.

    A plan that was recorded already is not recorded again: the first publication is returned. The transaction is the
    caller's. Raises BlockedError where the version number is taken by another definition.
    """
    product, at = entry.product, now()
    head = _lock_product(connection, entry)
    already = publications.find(connection, product.key, entry.plan_digest)
    if already:
        return already
    sequence = _record_version(connection, entry, head, at)
    this = schema.product.c.key == product.key
    connection.execute(update(schema.product).where(this).values(head=sequence, **_place(entry)))
    if entry.kind == "publish":  # a retired product that is published again is back
        retired = schema.product.c.status == "retired"
        connection.execute(update(schema.product).where(this, retired).values(status="published"))
    number = publications.count(connection, product.key) + 1
    connection.execute(
        insert(schema.publication).values(
            product=product.key,
            number=number,
            sequence=sequence,
            kind=entry.kind,
            plan_digest=entry.plan_digest,
            published_at=at,
            published_by=entry.actor,
            note=entry.note,
            **_place(entry),
        )
    )
    of_publication = {"product": product.key, "number": number}
    _insert(connection, schema.publication_build, of_publication, _builds(entry))
    _insert(connection, schema.test_result, of_publication, _results(entry))
    column_lineage.write(connection, product.key, entry.lineage)
    if head and sequence != head:
        _tell(connection, entry)
    detail = {"number": number, "version": entry.version, "plan": entry.plan_digest, "note": entry.note}
    audit.write(connection, entry.actor, f"product.{entry.kind}", product.key, detail)
    recorded = publications.find(connection, product.key, entry.plan_digest)
    assert recorded is not None
    return recorded


def _tell(connection: Connection, entry: PublicationRecord) -> None:
    """Tell those who subscribe of a new version."""
    key = entry.product.key
    went_back = " after a rollback" if entry.kind == "rollback" else ""
    text = f"{key} is at version {entry.version}{went_back}: meshport show {key}"
    notices.tell_subscribers(connection, key, "version", f"{key}/{entry.version}", text)


def _lock_product(connection: Connection, entry: PublicationRecord) -> int:
    """Make the product's row if there is none and keep it from others until the commit. Returns its head, or 0."""
    product, table = entry.product, schema.product
    owner = msgspec.json.encode(Owner()).decode()
    domain = {"domain": product.domain, "title": None, "description": "", "owner": owner}
    dialects.insert_missing(connection, schema.domain, domain)
    row = {"key": product.key, "domain": product.domain, "status": "published", "head": 0}
    dialects.insert_missing(connection, table, {**row, **_place(entry)})
    query = select(table.c.head).where(table.c.key == product.key).with_for_update()
    return int(connection.execute(query).scalar_one())


def _place(entry: PublicationRecord) -> dict[str, str]:
    return {"catalog": entry.catalog, "catalog_type": entry.catalog_type}


def _record_version(connection: Connection, entry: PublicationRecord, head: int, at: str) -> int:
    """Insert the version and its ports unless it is the newest already. Returns its sequence."""
    key, table = entry.product.key, schema.product_version
    rows = connection.execute(
        select(table.c.sequence, table.c.version, table.c.digest).where(table.c.product == key)
    ).all()
    newest = next((row for row in rows if row.sequence == head), None)
    if newest is not None and newest.digest == entry.digest:
        return head
    if any(row.version == entry.version for row in rows):
        raise BlockedError(
            f"version {entry.version} of {key} is published with another definition",
            where=key,
            hint="a published version never changes: make a new plan, which raises the version",
        )
    sequence = head + 1
    connection.execute(
        insert(table).values(
            product=key,
            sequence=sequence,
            version=entry.version,
            digest=entry.digest,
            document=msgspec.json.encode(entry.product).decode(),
            published_at=at,
            published_by=entry.actor,
        )
    )
    of_version = {"product": key, "sequence": sequence}
    _insert(connection, schema.port, of_version, _ports(entry.product))
    _insert(connection, schema.port_column, of_version, _columns(entry.product))
    _insert(connection, schema.table_lineage, of_version, _lineage(entry.product))
    return sequence


def _insert(connection: Connection, table: Table, common: dict[str, Any], rows: Iterator[dict[str, Any]]) -> None:
    values = [{**common, **row} for row in rows]
    if values:
        connection.execute(insert(table), values)


def _ports(product: Product) -> Iterator[dict[str, Any]]:
    for port in product.ports:
        yield {
            "label": port.label,
            "name": port.name,
            "version": port.version,
            "unique_id": port.unique_id,
            "database_name": port.relation.database,
            "schema_name": port.relation.schema,
            "identifier": port.relation.identifier,
            "description": port.description,
        }


def _columns(product: Product) -> Iterator[dict[str, Any]]:
    for port in product.ports:
        for position, column in enumerate(port.contract.columns, start=1):
            yield {
                "label": port.label,
                "position": position,
                "name": column.name,
                "data_type": column.data_type,
                "description": column.description,
                "classification": column.classification,
                "mask": column.mask.name if column.mask else None,
            }


def _lineage(product: Product) -> Iterator[dict[str, Any]]:
    for port in product.ports:
        for upstream in {upstream.unique_id: upstream for upstream in port.upstream}.values():
            yield {
                "label": port.label,
                "upstream_id": upstream.unique_id,
                "resource_type": upstream.resource_type,
                "upstream_product": upstream.product,
                "relation": str(upstream.relation) if upstream.relation else None,
            }


def _builds(entry: PublicationRecord) -> Iterator[dict[str, Any]]:
    for effect, builds in (("published", entry.builds), ("withdrawn", entry.withdrawn)):
        for label, build in builds.items():
            yield {"label": label, "effect": effect, "build": build}


def _results(entry: PublicationRecord) -> Iterator[dict[str, Any]]:
    for label, results in entry.evidence.items():
        for position, result in enumerate(results, start=1):
            yield {
                "label": label,
                "position": position,
                "rule_id": result.rule.unique_id,
                "rule_name": result.rule.name,
                "rule_kind": result.rule.kind,
                "rule_column": result.rule.column,
                "status": result.status,
                "failures": result.failures,
                "executed_at": result.executed_at,
            }
