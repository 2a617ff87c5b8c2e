"""The column lineage of ports, as it was when they were last published."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, select

from meshport.registry import dialects, schema
from meshport.registry.clock import now
from meshport.registry.types import PortLineage


def write(connection: Connection, product: str, lineage: Mapping[str, PortLineage]) -> None:
    """Write the lineage of ports, by label, over what was known of them."""
    at = now()
    rows = [
        {"product": product, "label": label, "document": msgspec.json.encode(found).decode(), "recorded_at": at}
        for label, found in lineage.items()
    ]
    dialects.upsert(connection, schema.port_lineage, rows)


def read(connection: Connection, product: str) -> dict[str, PortLineage]:
    """Return the lineage of a product's ports, by label, as far as it is known."""
    table = schema.port_lineage
    query = select(table.c.label, table.c.document).where(table.c.product == product)
    return {row.label: msgspec.json.decode(row.document, type=PortLineage) for row in connection.execute(query)}
