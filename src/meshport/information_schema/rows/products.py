"""Products, their ports and contracts: this project's as they are declared, all others as they are published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshport.information_schema.filling import Filling
from meshport.model import Port, Product

Row = dict[str, Any]


def products(filling: Filling) -> Iterator[Row]:
    """`mesh.products`."""
    for product, own in _products(filling):
        head = filling.registry.heads.get(product.key)
        yield {
            "product_key": product.key,
            "domain": product.domain,
            "name": product.name,
            "title": product.title,
            "description": product.description,
            "owner_name": product.owner.name,
            "owner_email": product.owner.email,
            "tier": product.tier,
            "freshness": product.slo.freshness,
            "quality": product.slo.quality,
            "terms": product.terms,
            "support": product.support,
            "tags": product.tags,
            "status": head.status if head else "unpublished",
            "version": head.version if head else None,
            "own": own,
            "catalog_type": head.catalog_type if head else None,
            "published_at": head.published_at if head else None,
        }


def ports(filling: Filling) -> Iterator[Row]:
    """`mesh.ports`."""
    for product, port in _ports(filling):
        yield {
            "product_key": product.key,
            "port": port.label,
            "name": port.name,
            "version": port.version,
            "latest": port.latest,
            "node_unique_id": port.unique_id,
            "database_name": port.relation.database,
            "schema_name": port.relation.schema,
            "identifier": port.relation.identifier,
            "description": port.description,
            "contract_enforced": port.contract.enforced,
            "row_filter": port.row_filter.predicate if port.row_filter else None,
            "deprecation_date": filling.registry.deprecation(product.key, port),
            "tags": port.tags,
            "status": filling.registry.port_status(product.key, port.label),
        }


def port_columns(filling: Filling) -> Iterator[Row]:
    """`mesh.port_columns`."""
    for product, port in _ports(filling):
        for index, column in enumerate(port.contract.columns, start=1):
            yield {
                "product_key": product.key,
                "port": port.label,
                "column_name": column.name,
                "column_index": index,
                "data_type": column.data_type,
                "description": column.description,
                "classification": column.classification,
                "mask": column.mask.name if column.mask else None,
                "mask_method": column.mask.method if column.mask else None,
                "tags": column.tags,
            }


def port_constraints(filling: Filling) -> Iterator[Row]:
    """`mesh.port_constraints`."""
    for product, port in _ports(filling):
        for constraint in port.contract.constraints:
            yield {
                "product_key": product.key,
                "port": port.label,
                "constraint_type": constraint.type,
                "columns": constraint.columns,
                "expression": constraint.expression,
                "name": constraint.name,
            }


def port_rules(filling: Filling) -> Iterator[Row]:
    """`mesh.port_rules`."""
    for product, port in _ports(filling):
        for rule in port.contract.rules:
            yield {
                "product_key": product.key,
                "port": port.label,
                "test_unique_id": rule.unique_id,
                "name": rule.name,
                "kind": rule.kind,
                "column_name": rule.column,
            }


def _products(filling: Filling) -> Iterator[tuple[Product, bool]]:
    """Yield every product, and whether it is one that this project declares."""
    declared = [item.product for item in filling.sources.declared()]
    yield from ((product, True) for product in declared)
    own = {product.key for product in declared}
    yield from ((head.product, False) for key, head in filling.registry.heads.items() if key not in own)


def _ports(filling: Filling) -> Iterator[tuple[Product, Port]]:
    for product, _ in _products(filling):
        for port in product.ports:
            yield product, port
