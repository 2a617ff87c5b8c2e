"""The rows: what the registry knows of published products, and the project of their columns. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from meshport.catalogs.databricks.registration.tables.spec import BY_NAME
from meshport.catalogs.databricks.registration.tables.sql import Row
from meshport.model import Evidence, Port, Product
from meshport.registry.types import PortStatus, Publication, Standing

Pairs = Mapping[tuple[str, str], Sequence[tuple[str, str, str]]]
"""By a port's node and an upstream's: the upstream's column, the port's, and `copy` or `mod`."""


class Entry(msgspec.Struct, frozen=True):
    """A published product: where it stands, what was decided of its ports, what they are certified as, by label."""

    standing: Standing
    decided: Mapping[str, PortStatus] = {}
    certified: Mapping[str, str] = {}

    @property
    def product(self) -> Product:
        """The definition that is published."""
        return self.standing.head.product

    @property
    def ports(self) -> tuple[Port, ...]:
        """The ports that are not retired."""
        return tuple(port for port in self.product.ports if port.label not in self.standing.retired)


def rows_of(entries: Iterable[Entry], pairs: Pairs) -> dict[str, list[Row]]:
    """Return the rows of every table but the test results, by table."""
    found: dict[str, list[Row]] = {name: [] for name, table in BY_NAME.items() if not table.by_publication}
    for entry in entries:
        found["products"].append(_product(entry))
        for port in entry.ports:
            found["ports"].append(_port(entry, port))
            found["columns"] += _columns(entry.product, port)
            found["contracts"] += _contract(entry.product, port)
            found["lineage"] += _lineage(entry.product, port, pairs)
    return found


def results_of(product: Product, publication: Publication, evidence: Mapping[str, Sequence[Evidence]]) -> list[Row]:
    """Return the rows of one publication's test results."""
    return [
        _row(
            "test_results",
            domain=product.domain,
            product=product.key,
            publication=publication.number,
            version=publication.version,
            published_at=publication.published_at,
            port=label,
            test=each.rule.name,
            kind=each.rule.kind,
            column_name=each.rule.column,
            status=each.status,
            failures=each.failures,
            executed_at=each.executed_at,
            test_id=each.rule.unique_id,
        )
        for label, results in sorted(evidence.items())
        for each in results
    ]


def _row(table: str, **values: Any) -> Row:
    assert values.keys() == set(BY_NAME[table].names), f"{table}: {values.keys() ^ set(BY_NAME[table].names)}"
    return tuple(values[name] for name in BY_NAME[table].names)


def _product(entry: Entry) -> Row:
    product, head = entry.product, entry.standing.head
    return _row(
        "products",
        domain=product.domain,
        product=product.key,
        name=product.name,
        title=product.title,
        description=product.description,
        owner_name=product.owner.name,
        owner_email=product.owner.email,
        tier=product.tier,
        version=head.version,
        status=head.status,
        freshness=product.slo.freshness,
        quality=product.slo.quality,
        terms=product.terms,
        support=json.dumps(product.support, sort_keys=True) if product.support else None,
        published_at=head.published_at,
        published_by=head.published_by,
    )


def _port(entry: Entry, port: Port) -> Row:
    decided = entry.decided.get(port.label) or PortStatus("published")
    goes_on = decided.deprecation_date or port.deprecation_date
    gone = entry.standing.head.status == "deprecated" or port.deprecation_date is not None
    return _row(
        "ports",
        domain=entry.product.domain,
        product=entry.product.key,
        port=port.label,
        name=port.name,
        version=port.version,
        latest=port.latest,
        table_catalog=port.relation.database,
        table_schema=port.relation.schema,
        table_name=port.relation.identifier,
        mode=port.mode,
        description=port.description,
        row_filter=port.row_filter.predicate if port.row_filter else None,
        status="deprecated" if gone else decided.status,
        certification=entry.certified.get(port.label),
        goes_on=goes_on[:10] if goes_on else None,
        replaced_by=decided.replaced_by,
        built_at=entry.standing.builds.get(port.label),
        node=port.unique_id,
    )


def _columns(product: Product, port: Port) -> Iterator[Row]:
    for position, column in enumerate(port.contract.columns, start=1):
        yield _row(
            "columns",
            domain=product.domain,
            product=product.key,
            port=port.label,
            column_name=column.name,
            position=position,
            data_type=column.data_type,
            description=column.description,
            classification=column.classification,
            mask=column.mask.name if column.mask else None,
        )


def _contract(product: Product, port: Port) -> Iterator[Row]:
    place = {"domain": product.domain, "product": product.key, "port": port.label}
    for constraint in port.contract.constraints:
        columns = ", ".join(constraint.columns) or None
        said = {"type": constraint.type, "name": constraint.name, "columns": columns}
        yield _row(
            "contracts", **place, **said, promise="constraint", expression=constraint.expression, severity="error"
        )
    for rule in port.contract.rules:
        said = {"type": rule.kind, "name": rule.name, "columns": rule.column}
        arguments = json.dumps(rule.arguments, sort_keys=True, default=str) if rule.arguments else None
        yield _row("contracts", **place, **said, promise="test", expression=arguments, severity=rule.severity)


def _lineage(product: Product, port: Port, pairs: Pairs) -> Iterator[Row]:
    for upstream in port.upstream:
        common = {
            "domain": product.domain,
            "product": product.key,
            "port": port.label,
            "upstream_node": upstream.unique_id,
            "upstream_type": upstream.resource_type,
            "upstream_product": upstream.product,
            "upstream_table": str(upstream.relation) if upstream.relation else None,
        }
        yield _row("lineage", **common, column_name=None, upstream_column=None, kind=None)
        for source, target, kind in pairs.get((port.unique_id, upstream.unique_id), ()):
            yield _row("lineage", **common, column_name=target, upstream_column=source, kind=kind)
