"""What became of products: publications, use, ratings, and where their columns come from, as the registry keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from meshport.contracts.levels import levels
from meshport.information_schema.filling import Filling

Row = dict[str, Any]


def domains(filling: Filling) -> Iterator[Row]:
    """`mesh.domains`."""
    for each in filling.registry.domains:
        yield {
            "domain": each.domain,
            "title": each.title,
            "description": each.description,
            "owner_name": each.owner.name,
            "owner_email": each.owner.email,
        }


def publications(filling: Filling) -> Iterator[Row]:
    """`mesh.publications`."""
    for each in filling.registry.publications:
        row = msgspec.structs.asdict(each)
        yield {"product_key": row.pop("product"), **row}


def service_levels(filling: Filling) -> Iterator[Row]:
    """`mesh.service_levels`."""
    for key, head in filling.registry.heads.items():
        tested = filling.registry.newest_results.get(key)
        builds = filling.registry.newest_builds.get(key, {})
        for level in levels(head.product, tested.evidence if tested else {}, builds):
            row = msgspec.structs.asdict(level)
            yield {"product_key": key, "level": row.pop("name"), **row}


def runs(filling: Filling) -> Iterator[Row]:
    """`mesh.runs`."""
    return map(msgspec.structs.asdict, filling.registry.runs)


def run_results(filling: Filling) -> Iterator[Row]:
    """`mesh.run_results`."""
    for invocation, each in filling.registry.run_results():
        row = msgspec.structs.asdict(each)
        yield {"invocation_id": invocation, "product_key": row.pop("product"), "port": row.pop("label"), **row}


def usage(filling: Filling) -> Iterator[Row]:
    """`mesh.usage`."""
    for each in filling.registry.query_days():
        yield {"product_key": each.product, "day": each.day, "queries": each.queries, "people": each.people}


def costs(filling: Filling) -> Iterator[Row]:
    """`mesh.costs`."""
    for each in filling.registry.costs():
        row = msgspec.structs.asdict(each)
        yield {"product_key": row.pop("product"), **row, "amount": float(each.amount)}


def ratings(filling: Filling) -> Iterator[Row]:
    """`mesh.ratings`."""
    for each in filling.registry.ratings:
        row = msgspec.structs.asdict(each)
        yield {"product_key": row.pop("product"), **row}


def port_lineage(filling: Filling) -> Iterator[Row]:
    """`mesh.port_lineage`: of the columns that ports have now."""
    for key, head in filling.registry.heads.items():
        recorded = filling.registry.lineages.get(key, {})
        for port in head.product.ports:
            found = recorded.get(port.label)
            for column in port.contract.columns if found else ():
                yield {
                    "product_key": key,
                    "port": port.label,
                    "column_name": column.name,
                    "formula": found.formulas.get(column.name) if found else None,
                    "unknown": found.unknown.get(column.name) if found else None,
                }
