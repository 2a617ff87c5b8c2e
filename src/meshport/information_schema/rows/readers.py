"""Who reads what: inputs, subscriptions, grants; and what published versions stand on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from meshport.information_schema.filling import Filling

Row = dict[str, Any]


def inputs(filling: Filling) -> Iterator[Row]:
    """`mesh.inputs`: models that `meshport inputs add` generated over ports of other domains."""
    for node in filling.sources.project().nodes.values():
        key = node.meta.get("meshport_input")
        if key is None:
            continue
        label = node.name if node.version is None else f"{node.name}.v{node.version}"
        head = filling.registry.heads.get(str(key))
        port = head.product.port(label) if head else None
        yield {
            "node_unique_id": node.unique_id,
            "product_key": str(key),
            "port": label,
            "status": filling.registry.port_status(str(key), label),
            "deprecation_date": filling.registry.deprecation(str(key), port) if port else node.deprecation_date,
        }


def subscriptions(filling: Filling) -> Iterator[Row]:
    """`mesh.subscriptions`."""
    for each in filling.registry.subscriptions:
        yield {
            "product_key": each.product,
            "principal": each.principal,
            "status": each.state,
            "purpose": each.purpose or each.reason,
            "requested_at": each.requested_at,
            "expires_at": _day_after(each.until),
        }


def grants(filling: Filling) -> Iterator[Row]:
    """`mesh.grants`: what active subscriptions come to."""
    for each in filling.registry.subscriptions:
        head = filling.registry.heads.get(each.product)
        if each.state != "active" or head is None:
            continue
        for port in head.product.ports:
            if filling.registry.port_status(each.product, port.label) != "retired":
                yield {
                    "product_key": each.product,
                    "port": port.label,
                    "principal": each.principal,
                    "privilege": "SELECT",
                }


def results(filling: Filling) -> Iterator[Row]:
    """`mesh.results`: of each product's newest publication that has any."""
    for key, tested in filling.registry.newest_results.items():
        for label, found in tested.evidence.items():
            for each in found:
                yield {
                    "product_key": key,
                    "port": label,
                    "version": tested.version,
                    "rule": each.rule.name,
                    "kind": each.rule.kind,
                    "column_name": each.rule.column,
                    "status": each.status,
                    "failures": each.failures,
                    "executed_at": each.executed_at,
                }


def _day_after(until: str | None) -> str | None:
    """Return the moment from which a subscription with this last day holds no more."""
    return f"{date.fromisoformat(until) + timedelta(days=1)}T00:00:00+00:00" if until else None
